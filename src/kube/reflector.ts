// SPDX-License-Identifier: Apache-2.0
// Keeps a picture of one collection of the API: lists it, watches it, and comes back from whatever ends a watch.

import { pause, type Clock } from './clock.js';
import { listPages } from './list-pages.js';
import { onAbort } from './on-abort.js';
import type { ReflectorObserver } from './reflector-observer.js';
import { ReflectorStore, type ParseObject } from './reflector-store.js';
import { RetryDelay } from './retry-delay.js';
import type { Transport } from './transport.js';
import { endOfFailure, watchRound } from './watch-round.js';
import type { RoundEnd, RoundSink, RoundSource } from './watch-round.js';

/** Everything is listed again every few hours, should a watch ever have lost something. */
const RELIST_EVERY_MS = 4 * 3_600_000;

/** Some servers answer a version that they cannot use with a 500, like any other trouble. */
const MAX_FRUITLESS_WATCHES = 5;

export interface ReflectorOptions<V> {
  readonly transport: Pick<Transport, 'request' | 'stream'>;
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Of the collection, for example `/apis/certificates.k8s.io/v1/certificatesigningrequests`. */
  readonly path: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  readonly parse: ParseObject<V>;
  /** Whether a value is still wanted; others are dropped. Default: all are. */
  readonly keep?: (value: V) => boolean;
  /** Told each key whose value is new, another, or gone; keys only, so that whoever acts reads the newest state. */
  readonly onChange: (key: string) => void;
  readonly observer?: ReflectorObserver;
  /** Default 4 h; drawn ± 10 %. Counts when a watch ends, so it may be up to ten minutes later. */
  readonly relistEveryMs?: number;
}

/** `start` was called again. */
export class ReflectorStartedTwice extends Error {
  readonly code = 'ReflectorStartedTwice';
}

/** Nothing starts before `start`, nothing outlives its signal, and nothing that is expected to fail throws. */
export class Reflector<V> {
  readonly #options: ReflectorOptions<V>;
  readonly #source: RoundSource;
  readonly #sink: RoundSink;
  readonly #store: ReflectorStore<V>;
  readonly #delay: RetryDelay;
  readonly #syncWaiters = new Set<() => void>();
  /** Where the watch goes on from; undefined when everything has to be listed. */
  #version: string | undefined;
  #streamsLists = true;
  /** Watches in a row that showed nothing and ended in trouble. */
  #fruitless = 0;
  #relistDueMs = 0;
  #isStarted = false;
  #isSynced = false;
  #lastContactAtMs: number | undefined;
  #currentAtMs: number | undefined;

  constructor(options: ReflectorOptions<V>) {
    const { transport, clock, random, path, fieldSelector, labelSelector } = options;
    this.#options = options;
    this.#source = { transport, clock, random, path, query: { fieldSelector, labelSelector } };
    this.#delay = new RetryDelay(random);
    this.#store = new ReflectorStore({
      parse: options.parse,
      ...(options.keep === undefined ? {} : { keep: options.keep }),
      onChange: options.onChange,
      onFault: (error) => this.#tell((observer) => observer.faulted?.(error)),
    });
    this.#sink = {
      put: (object) => this.#store.put(object),
      remove: (object) => this.#store.remove(object),
      contacted: () => {
        this.#lastContactAtMs = clock.nowMs();
        this.#fruitless = 0;
      },
      followed: () => {
        this.#currentAtMs = clock.nowMs();
      },
      listed: (how, keys, beganAtMs) => this.#listed(how, keys, beganAtMs),
      watching: () => {
        this.#currentAtMs = clock.nowMs();
        this.#tell((observer) => observer.watching?.());
      },
    };
  }

  /** Whether one list was complete; from then on the store lags, but is never partial. */
  get isSynced(): boolean {
    return this.#isSynced;
  }

  /** When the server last showed us something, also a bookmark; undefined before the first time. */
  get lastContactAtMs(): number | undefined {
    return this.#lastContactAtMs;
  }

  /**
   * When the picture was last known to be the server's: a list was complete, or a watch that follows it was opened or
   * showed something. A quiet watch shows nothing, but the transport ends what is silent for 150 s and it is opened
   * anew: while the server is there, this is never much older. Undefined before the first list.
   */
  get currentAtMs(): number | undefined {
    return this.#currentAtMs;
  }

  get size(): number {
    return this.#store.size;
  }

  /** The newest known value, while it is wanted. */
  get(key: string): V | undefined {
    return this.#store.get(key);
  }

  values(): Iterable<V> {
    return this.#store.values();
  }

  /**
   * Takes the answer of our own write, which was locked on version `replaced`, so that the next look does not see
   * the object that it replaced. False when the watch was faster; then nothing changes.
   */
  absorb(object: unknown, replaced: string): boolean {
    return this.#store.absorb(object, replaced);
  }

  /** Resolves with true once a list was complete, with false when `signal` aborts before. */
  untilSynced(signal: AbortSignal): Promise<boolean> {
    if (this.#isSynced || signal.aborted) return Promise.resolve(this.#isSynced);
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#syncWaiters.delete(finish);
        stopListening();
        resolve(this.#isSynced);
      };
      this.#syncWaiters.add(finish);
      const stopListening = onAbort(signal, finish);
    });
  }

  /** Runs until `signal` aborts; resolves when the last connection is given up. Rejects when called twice. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#isStarted) throw new ReflectorStartedTwice();
    this.#isStarted = true;
    while (!signal.aborted) {
      const end = await this.#round(signal);
      if (end === undefined || signal.aborted) continue;
      await this.#recover(end, signal);
    }
  }

  /** One list or watch; undefined when a list is complete and the watch is next. */
  #round(signal: AbortSignal): Promise<RoundEnd | undefined> {
    if (this.#version !== undefined || this.#streamsLists) {
      return watchRound(this.#source, this.#sink, this.#version, signal);
    }
    return this.#listPages(signal);
  }

  async #listPages(signal: AbortSignal): Promise<RoundEnd | undefined> {
    const { transport, clock, path, query } = this.#source;
    const beganAtMs = clock.nowMs();
    const keys = new Set<string>();
    const onItem = (item: unknown): void => {
      const key = this.#store.put(item);
      if (key !== undefined) keys.add(key);
    };
    const list = await listPages({ transport, path, query, signal, onItem });
    if (list.kind !== 'listed') return endOfFailure(list, undefined);
    this.#sink.contacted();
    this.#listed('pages', keys, beganAtMs);
    this.#version = list.version;
    return undefined;
  }

  #listed(how: 'stream' | 'pages', keys: ReadonlySet<string>, beganAtMs: number): void {
    const { clock, random, relistEveryMs = RELIST_EVERY_MS } = this.#options;
    this.#store.retain(keys);
    this.#relistDueMs = clock.nowMs() + relistEveryMs * (0.9 + 0.2 * random());
    this.#isSynced = true;
    this.#currentAtMs = clock.nowMs();
    for (const finish of this.#syncWaiters) finish();
    const durationMs = clock.nowMs() - beganAtMs;
    this.#tell((observer) => observer.listed?.({ how, items: keys.size, durationMs }));
  }

  /** Notes what a round has taught, and waits until the next may begin. */
  async #recover(end: RoundEnd, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const { reason, message, livedMs, retryAfterMs = 0 } = end;
    if (reason !== 'completed') this.#fruitless += 1;
    const isRelistDue =
      clock.nowMs() >= this.#relistDueMs || this.#fruitless >= MAX_FRUITLESS_WATCHES;
    this.#version = isRelistDue ? undefined : end.version;
    if (end.refusesStreaming === true && this.#streamsLists) {
      // Nothing is wrong with the server: ask again at once, in the way that it knows.
      this.#streamsLists = false;
      this.#tell((observer) => observer.ended?.({ reason, message, delayMs: 0, willList: true }));
      return;
    }
    const drawnMs =
      reason === 'expired' ? this.#delay.nextAfterExpiry(livedMs) : this.#delay.next(livedMs);
    const delayMs = Math.max(drawnMs, retryAfterMs);
    const willList = this.#version === undefined;
    this.#tell((observer) => observer.ended?.({ reason, message, delayMs, willList }));
    if (delayMs > 0) await pause(clock, delayMs, signal);
  }

  #tell(told: (observer: ReflectorObserver) => void): void {
    const { observer } = this.#options;
    if (observer === undefined) return;
    try {
      told(observer);
    } catch {
      // Whoever counts must not stop what is counted.
    }
  }
}
