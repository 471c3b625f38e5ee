// SPDX-License-Identifier: Apache-2.0
// A clock that stands still until a test moves it: what happens by time happens when the test says so.

import type { Clock } from '../../src/controller/clock.js';

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Time and timers for `run`; begins at the real time, since certificates of real servers must be valid. */
export class ManualClock implements Clock {
  #nowMs = Date.now();
  readonly #timers = new Set<Timer>();

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets `ms` pass: runs what is due on the way, in the order of time. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = [...this.#timers]
        .filter(({ dueMs }) => dueMs <= endMs)
        .sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.run();
    }
    this.#nowMs = endMs;
  }
}
