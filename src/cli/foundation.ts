// SPDX-License-Identifier: Apache-2.0
// What both controllers stand on: the API, who may write, the policy in force, and what is counted.

import type { Clock } from '../controller/clock.js';
import type { Election } from '../controller/election.js';
import { alwaysHeld, bothHeld, type Fence } from '../controller/fence.js';
import type { ServerConfig } from '../kube/server-config.js';
import { createTransport, type Transport } from '../kube/transport.js';
import { createPause, type Pause } from '../policy-store/pause.js';
import { createPolicyStore, type PolicyStore } from '../policy-store/policy-store.js';
import type { Log } from '../telemetry/log.js';
import { createMetrics, type Metrics } from '../telemetry/metrics.js';
import { logPause } from '../telemetry/run-lines.js';
import { observePolicy } from './adapters.js';
import { type Drain, drainAfter } from './drain.js';
import { type LeaseName, standForElection } from './leader.js';
import { signerLabel } from './signer-label.js';
import { VERSION } from './version.js';

/** The parts, made and not yet started. */
export interface Foundation {
  readonly transport: Transport;
  readonly metrics: Metrics;
  readonly policy: PolicyStore;
  readonly pause: Pause;
  /** Undefined where this is the only replica. */
  readonly election: Election | undefined;
  /** Whether this replica may write at all. */
  readonly lease: Fence;
  /** Whether decisions and certificates may be written: by this replica, and not during a pause. */
  readonly fence: Fence;
  readonly drain: Drain;
  /** The label of a signer name in metrics. */
  readonly labelOf: (signerName: string) => string;
}

/** Makes the parts; nothing is asked of the API server yet. */
export function layFoundation(
  options: { readonly config: ServerConfig; readonly lease: LeaseName | undefined },
  { log, clock }: { readonly log: Log; readonly clock: Clock },
  signal: AbortSignal,
): Foundation {
  const nowMs = (): number => clock.nowMs();
  const labelOf = (name: string): string => signerLabel(policy.current(), name);
  const metrics = createMetrics(labelOf);
  const transport = createTransport(options.config, {
    clock,
    version: VERSION,
    onCall: (call) => metrics.called(call),
  });
  const election = standForElection(options.lease, { transport, clock, log });
  const lease = election ?? alwaysHeld;
  const policy = createPolicyStore({ nowMs, observe: observePolicy(log, metrics) });
  const pause = createPause({ nowMs, observe: (isPaused) => logPause(log, isPaused) });
  const fence = bothHeld(lease, pause.fence);
  const drain = drainAfter(signal, clock);
  return { transport, metrics, policy, pause, election, lease, fence, drain, labelOf };
}
