// SPDX-License-Identifier: Apache-2.0
// Keeps places right: writes what differs, waits where a write is refused, and never races with somebody who writes too.

import { createHash } from 'node:crypto';

import type { TrustAnchor } from '../authority/trust-bundle.js';
import { Backoff } from '../controller/backoff.js';
import type { WriteOutcome } from '../controller/write.js';
import type { PlaceSeen, PlaceWas, TrustEvent, TrustPlace } from './trust-ports.js';

/** What is to stand at each place. */
export interface Bundle {
  readonly anchors: readonly TrustAnchor[];
  readonly text: string;
}

/** What a keeper is made of. */
export interface PlaceKeeperOptions {
  readonly nowMs: () => number;
  readonly random: () => number;
  readonly tell: (event: TrustEvent) => void;
}

/** Work of others is undone so often in this time at most; who does it anew at once would keep both busy for ever. */
const MAX_WRITES = 10;
const WINDOW_MS = 60_000;

/** What this process knows of one place. */
interface Known {
  /** SHA-256 of the text that was right when it was last looked at or written. */
  right: string | undefined;
  /** When it was written because of others, at most `MAX_WRITES` times. */
  readonly writtenAtMs: number[];
  isContested: boolean;
  /** A refused write, what it was refused in, and when it is tried again if nothing changes. */
  refused: { readonly state: string; readonly untilMs: number } | undefined;
  /** The last trouble that was told. */
  told: string;
}

type Writable = Extract<PlaceSeen, { readonly kind: 'absent' | 'found' }>;

/** The places of one signer. */
export class PlaceKeeper {
  readonly #options: PlaceKeeperOptions;
  readonly #known = new Map<string, Known>();
  readonly #backoff: Backoff;

  constructor(options: PlaceKeeperOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  /** Forgets every place that is none of `places`. */
  retain(places: readonly TrustPlace[]): void {
    const wanted = new Set(places.map(({ named }) => named));
    for (const named of this.#known.keys()) {
      if (wanted.has(named)) continue;
      this.#known.delete(named);
      this.#backoff.forget(named);
    }
  }

  /**
   * Looks at `place` once and writes it if it is not right. Milliseconds until it has to be looked at again; undefined
   * when it is right, or when whoever learns more wakes us.
   */
  async keep(place: TrustPlace, bundle: Bundle): Promise<number | undefined> {
    const seen = place.look();
    if (seen.kind === 'unseen') return undefined;
    const known = this.#of(place);
    if (seen.kind === 'closed') {
      known.right = undefined;
      return undefined;
    }
    const wanted = createHash('sha256').update(bundle.text).digest('hex');
    if (seen.kind === 'found' && seen.sha256 === wanted) {
      this.#isRight(place, known, wanted);
      return undefined;
    }
    const was = wasOf(seen, known.right);
    const waitMs = this.#waitMs(place, known, { seen, was });
    if (waitMs > 0) return waitMs;
    const { nowMs, tell } = this.#options;
    known.writtenAtMs.push(nowMs());
    known.writtenAtMs.splice(0, known.writtenAtMs.length - MAX_WRITES);
    const outcome = await (seen.kind === 'absent'
      ? place.create(bundle.text)
      : place.update(seen.lock, bundle.text));
    if (outcome.kind !== 'written') return this.#notWritten(place, seen, outcome);
    // What is new of us is no work of others.
    if (!isOfOthers(was)) known.writtenAtMs.pop();
    this.#isRight(place, known, wanted);
    tell({ kind: 'published', place: place.named, was, anchors: bundle.anchors });
    return undefined;
  }

  #of({ named }: TrustPlace): Known {
    const known = this.#known.get(named) ?? {
      right: undefined,
      writtenAtMs: [],
      isContested: false,
      refused: undefined,
      told: '',
    };
    this.#known.set(named, known);
    return known;
  }

  #isRight({ named }: TrustPlace, known: Known, sha256: string): void {
    known.right = sha256;
    known.refused = undefined;
    known.told = '';
    this.#backoff.forget(named);
  }

  #waitMs(
    { named }: TrustPlace,
    known: Known,
    { seen, was }: { readonly seen: Writable; readonly was: PlaceWas },
  ): number {
    const nowMs = this.#options.nowMs();
    const [oldestMs = 0] = known.writtenAtMs;
    const isContested = isOfOthers(was) && known.writtenAtMs.length === MAX_WRITES;
    const contestedMs = isContested ? Math.max(0, oldestMs + WINDOW_MS - nowMs) : 0;
    if (contestedMs > 0 && known.refused === undefined && !known.isContested) {
      this.#options.tell({ kind: 'contested', place: named, waitMs: contestedMs });
    }
    known.isContested = contestedMs > 0;
    if (known.refused?.state !== stateOf(seen)) return contestedMs;
    return Math.max(contestedMs, known.refused.untilMs - nowMs);
  }

  #notWritten(
    place: TrustPlace,
    seen: Writable,
    outcome: Exclude<WriteOutcome, { readonly kind: 'written' }>,
  ): number | undefined {
    const { named } = place;
    const known = this.#of(place);
    // Whoever may write then wakes us.
    if (outcome.kind === 'fenced') return undefined;
    const delayMs = this.#backoff.next(named);
    if (outcome.kind === 'conflict' || outcome.kind === 'gone') return delayMs;
    const { nowMs, tell } = this.#options;
    const detail =
      outcome.kind === 'failed' ? `${outcome.code}: ${outcome.message}` : outcome.message;
    if (detail !== known.told) tell({ kind: 'trouble', place: named, detail });
    known.told = detail;
    const asked = outcome.kind === 'failed' ? (outcome.retryAfterMs ?? 0) : 0;
    const waitMs = Math.max(delayMs, asked);
    known.refused = { state: stateOf(seen), untilMs: nowMs() + waitMs };
    return waitMs;
  }
}

/** Equal for the same object in the same state: then the same write comes to the same. */
const stateOf = (seen: Writable): string =>
  seen.kind === 'absent' ? '' : `${seen.lock.uid} ${seen.lock.resourceVersion}`;

const isOfOthers = (was: PlaceWas): boolean => was === 'edited' || was === 'deleted';

function wasOf(seen: Writable, right: string | undefined): PlaceWas {
  if (right === undefined) {
    return seen.kind === 'absent' || seen.sha256 === undefined ? 'new' : 'outdated';
  }
  if (seen.kind === 'absent') return 'deleted';
  return seen.sha256 === right ? 'outdated' : 'edited';
}
