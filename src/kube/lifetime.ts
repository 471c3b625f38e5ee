// SPDX-License-Identifier: Apache-2.0
// How long something may live: until its caller aborts, a timer ends it, or it is over. Remembers which it was.

import type { Clock } from './clock.js';

/** `AbortSignal.any` and `AbortSignal.timeout` with the clock that was given, and without what they leave behind. */
export class Lifetime {
  readonly #own = new AbortController();
  readonly #caller: AbortSignal;
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();
  readonly #onAbort = (): void => this.#endBy('Aborted');
  #endedBy: string | undefined;

  constructor(caller: AbortSignal, clock: Clock) {
    this.#caller = caller;
    this.#clock = clock;
    caller.addEventListener('abort', this.#onAbort, { once: true });
    if (caller.aborted) this.#onAbort();
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  /** `Aborted` by the caller, or the reason of the timer that ended it; undefined when neither did. */
  get endedBy(): string | undefined {
    return this.#endedBy;
  }

  /** Ends it for `reason` when `delayMs` have passed; the answer calls that off. */
  endAfter(delayMs: number, reason: string): () => void {
    const cancelTimer = this.#clock.after(delayMs, () => this.#endBy(reason));
    const cancel = (): void => {
      cancelTimer();
      this.#cancels.delete(cancel);
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  /** Over: timers and the listener go, and whatever still listens to the signal is told. */
  end(): void {
    for (const cancel of this.#cancels) cancel();
    this.#caller.removeEventListener('abort', this.#onAbort);
    this.#own.abort();
  }

  #endBy(reason: string): void {
    this.#endedBy ??= reason;
    this.#own.abort();
  }
}
