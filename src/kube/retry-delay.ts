// SPDX-License-Identifier: Apache-2.0
// How long a reflector waits before it connects again.

const FIRST_MS = 800;
const LAST_MS = 30_000;
const MAX_DOUBLINGS = 16;

/** After so long the server counts as healthy again. */
const HEALTHY_MS = 120_000;

/** A stream that lived so long was no failure; some load balancers cut every stream after a minute. */
const SETTLED_MS = 5_000;

/** Full jitter: anything between nothing and 0.8 s, doubling up to 30 s; only quick ends make it grow. */
export class RetryDelay {
  readonly #random: () => number;
  #failures = 0;

  /** @param random numbers in [0, 1) */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Milliseconds to wait after a stream that was open for `livedMs` (0 when it never opened). */
  next(livedMs: number): number {
    if (livedMs >= HEALTHY_MS) {
      this.#failures = 0;
      return 0;
    }
    if (livedMs >= SETTLED_MS) return FIRST_MS * this.#random();
    const fullMs = Math.min(FIRST_MS * 2 ** this.#failures, LAST_MS);
    this.#failures = Math.min(this.#failures + 1, MAX_DOUBLINGS);
    return fullMs * this.#random();
  }

  /** As `next`, but the first time there is no wait: the server is well, only our version was too old. */
  nextAfterExpiry(livedMs: number): number {
    if (this.#failures > 0) return this.next(livedMs);
    this.#failures = 1;
    return 0;
  }
}
