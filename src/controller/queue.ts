// SPDX-License-Identifier: Apache-2.0
// The work queue: names of objects to look at, each at most once, never two looks at the same one at a time.

import type { Clock } from './clock.js';
import { Lanes, type Waiting } from './lanes.js';

/** The longest delay that a timer of Node keeps; a longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

interface Delayed {
  readonly dueMs: number;
  readonly cancel: () => void;
}

/**
 * A keyed queue with the guarantees of client-go's: a key that waits is not added twice; a key that is added
 * while it is worked on is worked on again afterwards; a delayed add keeps the earliest time. Lanes take turns.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #lanes = new Lanes();
  /** Keys that need a look, with the lane of whoever added them first. */
  readonly #dirty = new Map<string, string>();
  readonly #processing = new Set<string>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #takers: ((waiting: Waiting | undefined) => void)[] = [];
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keys that wait to be taken now. */
  get waiting(): number {
    return this.#lanes.size;
  }

  /** Keys that will be added later. */
  get delayed(): number {
    return this.#delayed.size;
  }

  /** Keys that are worked on. */
  get processing(): number {
    return this.#processing.size;
  }

  /** Adds `key` now; `lane` is whom it is counted against. */
  add(key: string, lane: string): void {
    if (this.#isClosed || this.#dirty.has(key)) return;
    this.#dirty.set(key, lane);
    if (!this.#processing.has(key)) this.#offer({ key, lane });
  }

  /** Adds `key` when `delayMs` have passed; an earlier time that is already set stands. */
  addAfter(key: string, lane: string, delayMs: number): void {
    if (this.#isClosed) return;
    const delay = Math.min(delayMs, MAX_DELAY_MS);
    if (!(delay > 0)) {
      this.add(key, lane);
      return;
    }
    const dueMs = this.#clock.nowMs() + delay;
    const known = this.#delayed.get(key);
    if (known !== undefined && known.dueMs <= dueMs) return;
    known?.cancel();
    const cancel = this.#clock.after(delay, () => {
      this.#delayed.delete(key);
      this.add(key, lane);
    });
    this.#delayed.set(key, { dueMs, cancel });
  }

  /** Calls off a delayed add of `key`. */
  forget(key: string): void {
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
  }

  /**
   * The next key, which is worked on until `done(key)`; waits for one; undefined once the queue is closed.
   * Taking a key calls off its delayed add: this look sees the newest state and says when to look again.
   */
  take(): Promise<Waiting | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    const next = this.#lanes.shift();
    if (next === undefined) return new Promise((resolve) => this.#takers.push(resolve));
    this.#begin(next);
    return Promise.resolve(next);
  }

  /** Ends the work on `key`; if it was added meanwhile, it waits again. */
  done(key: string): void {
    if (!this.#processing.delete(key)) return;
    const lane = this.#dirty.get(key);
    if (lane !== undefined && !this.#isClosed) this.#offer({ key, lane });
  }

  /** Nothing is added or taken from now on; timers are called off; whoever waits gets undefined. */
  close(): void {
    this.#isClosed = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    this.#delayed.clear();
    for (const resolve of this.#takers.splice(0)) resolve(undefined);
  }

  #offer(waiting: Waiting): void {
    const taker = this.#takers.shift();
    if (taker === undefined) {
      this.#lanes.push(waiting);
      return;
    }
    this.#begin(waiting);
    taker(waiting);
  }

  #begin({ key }: Waiting): void {
    this.#processing.add(key);
    this.#dirty.delete(key);
    this.forget(key);
  }
}
