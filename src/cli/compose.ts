// SPDX-License-Identifier: Apache-2.0
// Puts the parts of the controller together and runs them; nothing here decides anything.

import { createApprover } from '../approver/reconcile.js';
import type { Clock } from '../controller/clock.js';
import { createCsrWriter } from '../kube/csr-writer.js';
import type { ServerConfig } from '../kube/server-config.js';
import { policyNote, whyNothingIsDecided } from '../policy-store/describe.js';
import { readRequest } from '../request/read-request.js';
import { rememberedReading } from '../request/remembered-reading.js';
import { awaitsCertificate, isDecided } from '../request/state.js';
import { createSigner } from '../signer/reconcile.js';
import {
  type HealthAddress,
  type ReadyCheck,
  serveHealth,
  serveMetrics,
} from '../telemetry/health.js';
import type { EventChoice } from '../telemetry/request-events.js';
import type { Log } from '../telemetry/log.js';
import { logStreamEnd } from '../telemetry/run-lines.js';
import { approverPorts, type Shared, signerPorts } from './adapters.js';
import { createCas } from './cas.js';
import { createComparisons } from './comparisons.js';
import { gaugesOf } from './gauges.js';
import { resolveFromCluster } from './evidence-sources.js';
import { askForRight } from './ask-rights.js';
import { layFoundation } from './foundation.js';
import type { LeaseName } from './leader.js';
import { watchNodes } from './nodes.js';
import { type PolicyPlace, watchPolicy } from './policy-place.js';
import { watchRequests } from './requests.js';
import { watchRights } from './rights.js';
import { runShape } from './run-shape.js';
import { warnOfOldServer } from './server-version.js';
import { tellRequesters } from './tell-requesters.js';
import { VERSION } from './version.js';
import { createTrust } from './trust.js';
import { startWorker, type Worker } from './worker.js';

export type { PolicyPlace } from './policy-place.js';

/** What `run` was told. */
export interface RunOptions {
  readonly config: ServerConfig;
  readonly policy: PolicyPlace;
  readonly controllers: readonly ('approver' | 'signer')[];
  /** Where the Secrets of CAs lie. */
  readonly namespace: string;
  /** Which Events are written about requests. */
  readonly events: EventChoice;
  /** For `sans.owner: [dns]`; none stands for those of the system. */
  readonly dnsServers: readonly string[];
  /** The Lease that one of several replicas holds; undefined: this is the only one. */
  readonly lease: LeaseName | undefined;
  /** Undefined: nowhere. */
  readonly health: HealthAddress | undefined;
  readonly metrics: HealthAddress | undefined;
}

/** Runs until `signal` aborts, drains, and resolves when everything has stopped. */
export async function runControllers(
  options: RunOptions,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  const foundation = layFoundation(options, { log, clock }, signal);
  const { metrics, transport, election, lease, policy, pause, fence, drain, labelOf } = foundation;
  const nowMs = (): number => clock.nowMs();
  const offer = (name: string): void => {
    const csr = requests.get(name);
    for (const worker of workers) worker.offer(name, csr);
  };
  const comparisons = createComparisons({ log, metrics, fence });
  const requests = watchRequests(
    { transport, clock, log },
    {
      ended: (end) => logStreamEnd(log, 'certificatesigningrequests', end),
      decided: (csr) => comparisons.decided(csr),
    },
    offer,
  );
  const nodes = watchNodes(
    { transport, clock, log },
    { changed: (node) => approver.wokenBy(node).forEach(offer), recovered: () => offerAll() },
    signal,
  );
  const writing = { transport, fence, signal: drain.signal };
  const requesters = tellRequesters(options.events, { ...writing, clock, log });
  const shared = {
    log,
    metrics,
    clock,
    policy,
    pause,
    requests,
    comparisons,
    requesters,
    read: rememberedReading(readRequest),
    resolve: resolveFromCluster({
      transport,
      nodes,
      clock,
      dnsServers: options.dnsServers,
      signal,
    }),
    transport,
    writer: createCsrWriter(writing),
    fence,
    drain: drain.signal,
  };
  const cas = createCas({
    transport,
    clock,
    log,
    namespace: options.namespace,
    fence: lease,
    signal,
    drain: drain.signal,
    onChange: () => offerAll(),
    onLoaded: () => trust.wake(),
  });
  const configMap = options.policy.kind === 'configmap' ? options.policy : undefined;
  const { namespace } = options;
  const trust = createTrust({ ...shared, signal, namespace, configMap, store: cas.store });
  const approver = createApprover(approverPorts(shared));
  const loop = { clock, log, signal };
  const start: Record<RunOptions['controllers'][number], () => Worker> = {
    approver: () => {
      const { reconcile } = approver;
      return startWorker({ ...loop, name: 'approver', reconcile, isIts: (csr) => !isDecided(csr) });
    },
    signer: () => {
      const reconcile = createSigner(signerPorts(shared, trust.authority));
      return startWorker({ ...loop, name: 'signer', reconcile, isIts: awaitsCertificate });
    },
  };
  const workers: readonly Worker[] = options.controllers.map((name) => start[name]());
  const offerAll = (): void => {
    for (const { name } of requests.values()) offer(name);
  };
  policy.onChange((loaded) => {
    // Who only approves needs no CA, and has no right to read one.
    const signers = options.controllers.includes('signer') ? [...loaded.signers.values()] : [];
    cas.retain(signers);
    trust.retain(signers);
    offerAll();
  });
  const lookAgain = (): void => {
    offerAll();
    trust.wake();
  };
  // Also at its beginning: what is remembered of requests ends there.
  pause.onChange(lookAgain);
  election?.onChange(() => {
    lookAgain();
    cas.wake();
    source.wake();
  });
  const source = watchPolicy(options.policy, {
    transport,
    clock,
    log,
    store: policy,
    pause,
    fence: lease,
    drain: drain.signal,
  });

  const shape = runShape({ ...options, configMap });
  const rights = watchRights({ ask: askForRight(transport), policy, shape, clock, log });

  metrics.measure(
    gaugesOf({
      ...shared,
      nowMs,
      approver,
      cas,
      lease,
      missingRights: () => rights.missing().length,
      controllers: options.controllers,
      signerLabel: labelOf,
    }),
  );
  log.info(
    { version: VERSION, controllers: options.controllers, server: options.config.baseUrl },
    'started',
  );
  await Promise.all([
    warnOfOldServer(transport, log, signal),
    requests.start(signal),
    source.start(signal),
    election?.start(signal),
    rights.start(signal),
    options.health === undefined
      ? undefined
      : serveHealth(options.health, [...readyChecks(shared), rights.readyCheck], signal),
    options.metrics === undefined
      ? undefined
      : serveMetrics(options.metrics, () => metrics.text(), signal),
    ...workers.map((worker) => worker.stopped),
  ]);
  await Promise.all([nodes.stopped(), cas.stopped(), trust.stopped(), requesters.stopped()]);
  await election?.release();
  drain.end();
  await transport.close();
  log.info({}, 'stopped');
}

/** What must be true before the controller is of use. */
const readyChecks = ({ policy, pause, requests }: Shared): readonly ReadyCheck[] => [
  {
    name: 'policy',
    problem: () => whyNothingIsDecided(policy.state()),
    note: () => policyNote(policy.state(), pause.pausedSinceMs()),
  },
  {
    name: 'requests',
    problem: () => (requests.isSynced ? undefined : 'the first list is not complete'),
  },
];
