// SPDX-License-Identifier: Apache-2.0
// The real clock; everything else is given its time.

import type { Clock } from '../controller/clock.js';

/** The time and the timers of this process. */
export const realClock: Clock = {
  nowMs: () => Date.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
