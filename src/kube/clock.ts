// SPDX-License-Identifier: Apache-2.0
// Time as this folder needs it; the real clock is made where the process is composed.

import { onAbort } from './on-abort.js';

/** A source of time and timers. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Calls `run` once, not before `delayMs` have passed; the answer calls it off. */
  after(delayMs: number, run: () => void): () => void;
}

/** Waits for `delayMs` or until `signal` aborts, whichever comes first. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const finish = (): void => {
      cancelTimer();
      stopListening();
      resolve();
    };
    const cancelTimer = clock.after(delayMs, finish);
    const stopListening = onAbort(signal, finish);
  });
}
