// SPDX-License-Identifier: Apache-2.0
// Keeps the CA of each signer as its source says: read again when that changes, and never replaced by a bad one.

import { fail, ok, type Result } from '../vocabulary/result.js';
import { type ApiServerTrust, trustTrouble } from '../authority/api-server-trust.js';
import type { CaSource, SignerEntry } from '../authority/signer-entry.js';
import { authorityTrouble, type SigningTrouble } from '../authority/trouble.js';
import type { CaAccess } from './ca-access.js';
import {
  isSameAuthority,
  loadAuthority,
  outOfDate,
  type SigningAuthority,
} from './signing-authority.js';

/** Trouble with a CA, as it is told. */
export interface CaTrouble {
  readonly source: CaSource;
  readonly trouble: SigningTrouble;
  /** For which of its signers; undefined for all that name the source. */
  readonly signerName: SignerEntry['signerName'] | undefined;
  /** The CA that goes on signing; undefined when nothing is signed until this is mended. */
  readonly inUse: SigningAuthority | undefined;
}

/** What of a signer entry decides with what it signs. */
export type CaUser = Pick<SignerEntry, 'ca' | 'signerName'>;

export interface CaStoreOptions {
  readonly access: CaAccess;
  /** What the API server believes now, or why that is not known: then nobody signs. */
  readonly trust: () => Promise<Result<ApiServerTrust, string>>;
  readonly nowMs: () => number;
  /** Told of each trouble once, until it is another or was mended in between. */
  readonly onTrouble: (trouble: CaTrouble) => void;
  /** Told of each CA that begins to sign. */
  readonly onLoaded: (source: CaSource, authority: SigningAuthority) => void;
  /** How often a source is looked at, at most, however many requests there are. */
  readonly checkEveryMs?: number;
}

/** Secret volumes change within a minute; a second is soon enough and costs two stats. */
const CHECK_EVERY_MS = 1000;

/** What can be wrong: with what lies at the source, with the time, or for the signer of a name. */
type About = 'source' | 'time' | SignerEntry['signerName'];

/** One CA: what its source last said, and what signs. */
interface Kept {
  readonly source: CaSource;
  authority: SigningAuthority | undefined;
  /** Version of the source as of the authority in use. */
  version: string | undefined;
  checkedAtMs: number;
  checking: Promise<void> | undefined;
  readonly troubles: Map<About, SigningTrouble>;
}

/** The CAs of all signers, by their source. */
export class CaStore {
  readonly #options: CaStoreOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: CaStoreOptions) {
    this.#options = options;
  }

  /** The CA to sign with now, or why there is none: then requests wait. Never rejects. */
  async get({ ca, signerName }: CaUser): Promise<Result<SigningAuthority, SigningTrouble>> {
    const kept = this.#of(ca);
    await this.#look(kept);
    const { authority } = kept;
    if (authority === undefined) return fail(kept.troubles.get('source') ?? NOT_READ);
    const tooLate = outOfDate(authority, this.#options.nowMs());
    this.#note(kept, 'time', tooLate);
    if (tooLate !== undefined) return fail(tooLate);
    const distrust = await this.#distrust(signerName, authority);
    this.#note(kept, signerName, distrust);
    return distrust === undefined ? ok(authority) : fail(distrust);
  }

  /** What signs by this source at the moment, whether or not it still may. */
  peek(source: CaSource): SigningAuthority | undefined {
    return this.#kept.get(keyOf(source))?.authority;
  }

  /** Everything that was wrong at the last look; the last good CA may go on signing nevertheless. */
  troubles({ ca, signerName }: CaUser): readonly SigningTrouble[] {
    const troubles = this.#kept.get(keyOf(ca))?.troubles;
    return (['source', 'time', signerName] as const).flatMap((about) => troubles?.get(about) ?? []);
  }

  /** Somebody knows that a source has changed: the next look is due at once. */
  changed(source: CaSource): void {
    const kept = this.#kept.get(keyOf(source));
    if (kept !== undefined) kept.checkedAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Forgets every CA that is none of `entries`. */
  retain(entries: Iterable<Pick<SignerEntry, 'ca'>>): void {
    const wanted = new Set(Array.from(entries, ({ ca }) => keyOf(ca)));
    for (const key of this.#kept.keys()) if (!wanted.has(key)) this.#kept.delete(key);
  }

  #of(source: CaSource): Kept {
    const known = this.#kept.get(keyOf(source));
    if (known !== undefined) return known;
    const kept: Kept = {
      source,
      authority: undefined,
      version: undefined,
      checkedAtMs: Number.NEGATIVE_INFINITY,
      checking: undefined,
      troubles: new Map(),
    };
    this.#kept.set(keyOf(source), kept);
    return kept;
  }

  async #look(kept: Kept): Promise<void> {
    // What changed during a look is not in it.
    await kept.checking;
    const { nowMs, checkEveryMs = CHECK_EVERY_MS } = this.#options;
    const isDue = Math.abs(nowMs() - kept.checkedAtMs) >= checkEveryMs;
    if (kept.checking === undefined && isDue) {
      kept.checkedAtMs = nowMs();
      kept.checking = this.#check(kept).finally(() => {
        kept.checking = undefined;
      });
    }
    await kept.checking;
  }

  /** A candidate that cannot sign now is tried again at the next check: it may become valid, or its key may follow. */
  async #check(kept: Kept): Promise<void> {
    const candidate = await this.#candidate(kept);
    if (!candidate.ok) return this.#note(kept, 'source', candidate.error);
    this.#note(kept, 'source', undefined);
    if (candidate.value === undefined) return undefined;
    const { authority, version } = candidate.value;
    kept.version = version;
    // Who holds the CA in use may go on: its place was written anew, and nothing else.
    if (kept.authority !== undefined && isSameAuthority(kept.authority, authority))
      return undefined;
    kept.authority = authority;
    this.#options.onLoaded(kept.source, authority);
    return undefined;
  }

  /** What the source holds, if it could sign now; undefined while that is what signs already. */
  async #candidate({
    source,
    version: versionInUse,
  }: Kept): Promise<
    Result<{ authority: SigningAuthority; version: string } | undefined, SigningTrouble>
  > {
    const { access, nowMs } = this.#options;
    const version = await access.version(source);
    if (!version.ok) return fail(authorityTrouble('CaUnreadable', version.error));
    if (version.value === versionInUse) return ok(undefined);
    const texts = await access.read(source);
    if (!texts.ok) return fail(authorityTrouble('CaUnreadable', texts.error));
    const authority = await loadAuthority(texts.value);
    if (!authority.ok) return authority;
    const trouble = outOfDate(authority.value, nowMs());
    if (trouble !== undefined) return fail(trouble);
    return ok({ authority: authority.value, version: texts.value.version });
  }

  async #distrust(
    signerName: SignerEntry['signerName'],
    authority: SigningAuthority,
  ): Promise<SigningTrouble | undefined> {
    const trust = await this.#options.trust();
    if (!trust.ok) return authorityTrouble('ApiServerTrustUnknown', trust.error);
    return trustTrouble(signerName, authority, trust.value);
  }

  #note(kept: Kept, about: About, trouble: SigningTrouble | undefined): void {
    const known = kept.troubles.get(about);
    if (trouble === undefined) {
      kept.troubles.delete(about);
      return;
    }
    kept.troubles.set(about, trouble);
    if (known?.message === trouble.message) return;
    const { nowMs, onTrouble } = this.#options;
    const { source, authority } = kept;
    const goesOn =
      about === 'source' && authority !== undefined && outOfDate(authority, nowMs()) === undefined;
    onTrouble({
      source,
      trouble,
      signerName: about === 'source' || about === 'time' ? undefined : about,
      inUse: goesOn ? authority : undefined,
    });
  }
}

const keyOf = (source: CaSource): string => JSON.stringify(source);

const NOT_READ = authorityTrouble('CaUnreadable', 'the CA was not read yet');
