// SPDX-License-Identifier: Apache-2.0
// Keeps the CA of each signer as its source says: read again when that changes, and never replaced by a bad one.

import { fail, ok, type Result } from '../vocabulary/result.js';
import { type ApiServerTrust, trustTrouble } from '../authority/api-server-trust.js';
import type { CaSource, SignerEntry } from '../authority/signer-entry.js';
import { authorityTrouble, type SigningTrouble } from '../authority/trouble.js';
import {
  type CaTexts,
  loadAuthority,
  outOfDate,
  type SigningAuthority,
} from './signing-authority.js';

/** How a source is read. Both reject when it is not there or not readable. */
export interface CaAccess {
  /** A text that changes whenever the source does. */
  readonly version: (source: CaSource) => Promise<string>;
  readonly read: (source: CaSource) => Promise<CaTexts>;
}

export interface CaStoreOptions {
  readonly access: CaAccess;
  /** What the API server believes now, or why that is not known: then nobody signs. */
  readonly trust: () => Promise<Result<ApiServerTrust, string>>;
  readonly nowMs: () => number;
  /** Told of each new trouble with the source of a CA, also where the last good CA goes on signing. */
  readonly onTrouble: (source: CaSource, trouble: SigningTrouble) => void;
  /** Told of each CA that begins to sign. */
  readonly onLoaded: (source: CaSource, authority: SigningAuthority) => void;
  /** How often a source is looked at, at most, however many requests there are. */
  readonly checkEveryMs?: number;
}

/** Secret volumes change within a minute; a second is soon enough and costs two stats. */
const CHECK_EVERY_MS = 1000;

/** One CA: what its source last said, and what signs. */
interface Kept {
  authority: SigningAuthority | undefined;
  trouble: SigningTrouble | undefined;
  /** Version of the source as of the authority in use. */
  version: string | undefined;
  checkedAtMs: number;
  checking: Promise<void> | undefined;
}

/** The CAs of all signers, by their source. */
export class CaStore {
  readonly #options: CaStoreOptions;
  readonly #kept = new Map<string, Kept>();

  constructor(options: CaStoreOptions) {
    this.#options = options;
  }

  /** The CA to sign with now, or why there is none: then requests wait. Never rejects. */
  async get({
    ca,
    signerName,
  }: Pick<SignerEntry, 'ca' | 'signerName'>): Promise<Result<SigningAuthority, SigningTrouble>> {
    const kept = this.#of(ca);
    const nowMs = this.#options.nowMs();
    const isDue = Math.abs(nowMs - kept.checkedAtMs) >= this.#checkEveryMs;
    if (kept.checking === undefined && isDue) {
      kept.checkedAtMs = nowMs;
      kept.checking = this.#check(ca, kept).finally(() => {
        kept.checking = undefined;
      });
    }
    await kept.checking;
    if (kept.authority === undefined) return fail(kept.trouble ?? NOT_READ);
    const trouble = outOfDate(kept.authority, nowMs);
    if (trouble !== undefined) return fail(trouble);
    return this.#believed(signerName, kept.authority);
  }

  /** What signs by this source at the moment, whether or not it still may. */
  peek(source: CaSource): SigningAuthority | undefined {
    return this.#kept.get(JSON.stringify(source))?.authority;
  }

  /** Forgets every CA that is none of `entries`. */
  retain(entries: Iterable<Pick<SignerEntry, 'ca'>>): void {
    const wanted = new Set(Array.from(entries, ({ ca }) => JSON.stringify(ca)));
    for (const key of this.#kept.keys()) if (!wanted.has(key)) this.#kept.delete(key);
  }

  get #checkEveryMs(): number {
    return this.#options.checkEveryMs ?? CHECK_EVERY_MS;
  }

  async #believed(
    signerName: SignerEntry['signerName'],
    authority: SigningAuthority,
  ): Promise<Result<SigningAuthority, SigningTrouble>> {
    const trust = await this.#options.trust();
    if (!trust.ok) return fail(authorityTrouble('ApiServerTrustUnknown', trust.error));
    const trouble = trustTrouble(signerName, authority, trust.value);
    return trouble === undefined ? ok(authority) : fail(trouble);
  }

  #of(source: CaSource): Kept {
    const key = JSON.stringify(source);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const kept: Kept = {
      authority: undefined,
      trouble: undefined,
      version: undefined,
      checkedAtMs: Number.NEGATIVE_INFINITY,
      checking: undefined,
    };
    this.#kept.set(key, kept);
    return kept;
  }

  /** A candidate that cannot sign now is tried again at the next check: it may become valid, or its key may follow. */
  async #check(source: CaSource, kept: Kept): Promise<void> {
    const version = await this.#version(source);
    if (version !== undefined && version === kept.version) {
      kept.trouble = undefined;
      return;
    }
    const candidate = version === undefined ? fail(NOT_READ) : await this.#load(source);
    const trouble = candidate.ok
      ? outOfDate(candidate.value, this.#options.nowMs())
      : candidate.error;
    if (trouble?.message !== kept.trouble?.message && trouble !== undefined) {
      this.#options.onTrouble(source, trouble);
    }
    kept.trouble = trouble;
    if (trouble !== undefined || !candidate.ok) return;
    kept.authority = candidate.value;
    kept.version = version;
    this.#options.onLoaded(source, candidate.value);
  }

  async #version(source: CaSource): Promise<string | undefined> {
    try {
      return await this.#options.access.version(source);
    } catch {
      return undefined;
    }
  }

  async #load(source: CaSource): Promise<Result<SigningAuthority, SigningTrouble>> {
    try {
      return await loadAuthority(await this.#options.access.read(source));
    } catch {
      return fail(NOT_READ);
    }
  }
}

const NOT_READ = authorityTrouble(
  'CaUnreadable',
  'the CA cannot be read (missing, not permitted, incomplete, or too large)',
);
