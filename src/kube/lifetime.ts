// SPDX-License-Identifier: Apache-2.0
// How long something may live: until its caller aborts, a timer ends it, or it is over. Remembers which it was.

import type { Clock } from './clock.js';
import { onAbort } from './on-abort.js';

/** `AbortSignal.any` and `AbortSignal.timeout` with the clock that was given, and without what they leave behind. */
export class Lifetime {
  readonly #own = new AbortController();
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();
  readonly #stopListening: () => void;
  #endedBy: string | undefined;

  constructor(caller: AbortSignal, clock: Clock) {
    this.#clock = clock;
    this.#stopListening = onAbort(caller, () => this.#endBy('Aborted'));
    if (caller.aborted) this.#endBy('Aborted');
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
    this.#stopListening();
    this.#own.abort();
  }

  #endBy(reason: string): void {
    this.#endedBy ??= reason;
    this.#own.abort();
  }
}
