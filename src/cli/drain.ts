// SPDX-License-Identifier: Apache-2.0
// How long writes under way may go on when the process is told to stop.

import type { Clock } from '../controller/clock.js';

/** Writes under way at SIGTERM may end for so long; Kubernetes kills after 30 s, we promise 5. */
const DRAIN_MS = 4_000;

/** A signal that aborts later than the one that says to stop. */
export interface Drain {
  readonly signal: AbortSignal;
  /** Calls the end off, so that nothing keeps the process. */
  end(): void;
}

/** Aborts some time after `signal`. */
export function drainAfter(signal: AbortSignal, clock: Clock): Drain {
  const drain = new AbortController();
  let cancel = (): void => {};
  const begin = (): void => {
    cancel = clock.after(DRAIN_MS, () => drain.abort());
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return { signal: drain.signal, end: () => cancel() };
}
