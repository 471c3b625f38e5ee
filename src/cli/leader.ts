// SPDX-License-Identifier: Apache-2.0
// One of several replicas writes: the one that holds the Lease.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from '../controller/clock.js';
import { createElection, type Election } from '../controller/election.js';
import { createLease } from '../kube/lease.js';
import type { Transport } from '../kube/transport.js';
import type { Log } from '../telemetry/log.js';
import { logLeadership, logLeaseTrouble } from '../telemetry/leader-lines.js';

/** Where the Lease is. */
export interface LeaseName {
  readonly namespace: string;
  readonly name: string;
}

/** The election for `lease`; undefined where there is none. Nothing is asked before it is started. */
export function standForElection(
  lease: LeaseName | undefined,
  parts: {
    readonly transport: Transport;
    readonly clock: Clock;
    readonly log: Log;
  },
): Election | undefined {
  if (lease === undefined) return undefined;
  const { transport, clock, log } = parts;
  // A container that starts again has the same name; it must not take what its predecessor holds for its own.
  const identity = `${hostname()}_${randomUUID()}`;
  const election = createElection({
    lock: createLease({
      transport,
      ...lease,
      // Giving back happens after the signal to stop; each call has its own deadline.
      signal: new AbortController().signal,
      onTrouble: (message) => logLeaseTrouble(log, message),
    }),
    identity,
    clock,
    monotonicMs: () => performance.now(),
    random: Math.random,
  });
  election.onChange((leads) => logLeadership(log, { leads, identity, holder: election.holder() }));
  return election;
}
