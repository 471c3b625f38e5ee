// SPDX-License-Identifier: Apache-2.0
// The brake: while it is pulled, no decision and no certificate is written, whatever the policy.

import type { Fence } from '../controller/fence.js';

/** Whether people have asked for a pause. */
export interface Pause {
  /** Undefined when there is none. */
  pausedSinceMs(): number | undefined;
  /** What the place of the policy says now. */
  set(isPaused: boolean): void;
  /** Held while there is no pause. */
  readonly fence: Fence;
  /** Calls `listener` after each change; the answer ends that. */
  onChange(listener: (isPaused: boolean) => void): () => void;
}

/** No pause so far; `observe` is told of each change, for log and metrics. */
export function createPause(options: {
  readonly nowMs: () => number;
  readonly observe: (isPaused: boolean) => void;
}): Pause {
  const listeners = new Set<(isPaused: boolean) => void>();
  let sinceMs: number | undefined;
  return {
    pausedSinceMs: () => sinceMs,
    set(isPaused) {
      if (isPaused === (sinceMs !== undefined)) return;
      sinceMs = isPaused ? options.nowMs() : undefined;
      options.observe(isPaused);
      for (const listener of listeners) listener(isPaused);
    },
    fence: { isHeld: () => sinceMs === undefined },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
