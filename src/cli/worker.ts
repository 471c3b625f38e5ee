// SPDX-License-Identifier: Apache-2.0
// One controller at work: its queue, its back-off and its loop.

import { Backoff } from '../controller/backoff.js';
import type { Clock } from '../controller/clock.js';
import { WorkQueue } from '../controller/queue.js';
import { type Reconcile, runLoop } from '../controller/run-loop.js';
import type { CsrObject } from '../request/csr-object.js';
import { flowKeyOf } from '../request/flow-key.js';
import type { Log } from '../telemetry/log.js';
import { logFault } from '../telemetry/run-lines.js';

/** Looks at the same time; each waits for the API server most of its life, and 16 left a sixth of a core idle. */
const CONCURRENCY = 32;

/** A controller that runs. */
export interface Worker {
  /** Tells it that an object changed; undefined when it is gone. */
  offer(name: string, csr: CsrObject | undefined): void;
  /** Resolves when its last look has ended. */
  readonly stopped: Promise<void>;
}

/** Starts the loop of one controller; it ends with `signal`. */
export function startWorker(options: {
  readonly name: string;
  readonly reconcile: Reconcile;
  /** Whether a request is one for this controller. */
  readonly isIts: (csr: CsrObject) => boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Worker {
  const { name, reconcile, isIts, clock, log, signal } = options;
  const queue = new WorkQueue(clock);
  const stopped = runLoop({
    queue,
    backoff: new Backoff(Math.random),
    reconcile,
    concurrency: CONCURRENCY,
    signal,
    onFault: (key, error) => logFault(log, `${name} ${JSON.stringify(key)}`, error),
  });
  return {
    // Also what is gone is looked at, so that nothing is remembered of it.
    offer: (key, csr) => {
      if (csr === undefined) queue.add(key, '');
      else if (isIts(csr)) queue.add(key, flowKeyOf(csr));
    },
    stopped,
  };
}
