// SPDX-License-Identifier: Apache-2.0
// How long a key that failed waits before it is looked at again; the only place that retries are slowed down.

/** The numbers of Kubernetes' certificate controllers (CTL-2). */
const FIRST_MS = 200;
const LAST_MS = 1_000_000;

/** How often a delay can double before it is past the last one anyway. */
const MAX_DOUBLINGS = 32;

/**
 * Exponential per key: 200 ms, doubling up to 1,000 s. Each delay is drawn from its upper half, so that keys
 * that failed together do not come back together.
 */
export class Backoff {
  readonly #random: () => number;
  readonly #failures = new Map<string, number>();

  /** @param random numbers in [0, 1) */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Keys that failed and have not been forgotten. */
  get size(): number {
    return this.#failures.size;
  }

  /** Notes one more failure of `key`; milliseconds to wait, in (full / 2, full]. */
  next(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, Math.min(failures + 1, MAX_DOUBLINGS));
    const fullMs = Math.min(FIRST_MS * 2 ** failures, LAST_MS);
    return fullMs - (fullMs / 2) * this.#random();
  }

  /** `key` succeeded or is gone. */
  forget(key: string): void {
    this.#failures.delete(key);
  }
}
