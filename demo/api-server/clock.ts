// SPDX-License-Identifier: Apache-2.0
// Time as the server sees it; a test can put its own in the place of the real one.

export interface Clock {
  readonly nowMs: () => number;
  /** Calls `act` once after so long; the answer calls it off. */
  readonly after: (delayMs: number, act: () => void) => () => void;
}

export const realClock: Clock = {
  nowMs: Date.now,
  after: (delayMs, act) => {
    const timer = setTimeout(act, delayMs);
    return () => clearTimeout(timer);
  },
};

/** A time as Kubernetes writes it: UTC, whole seconds. */
export const kubeTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
