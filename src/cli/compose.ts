// SPDX-License-Identifier: Apache-2.0
// Puts the parts of the controller together and runs them; nothing here decides anything.

import { createApprover } from '../approver/reconcile.js';
import type { Clock } from '../controller/clock.js';
import { alwaysHeld, bothHeld, type Fence } from '../controller/fence.js';
import { createCsrWriter } from '../kube/csr-writer.js';
import type { ServerConfig } from '../kube/server-config.js';
import { createTransport } from '../kube/transport.js';
import type { LoadedPolicy } from '../policy/load-policy.js';
import { policyNote, whyNothingIsDecided } from '../policy-store/describe.js';
import { createPause } from '../policy-store/pause.js';
import { createPolicyStore } from '../policy-store/policy-store.js';
import { readRequest } from '../request/read-request.js';
import { rememberedReading } from '../request/remembered-reading.js';
import { awaitsCertificate, isDecided } from '../request/state.js';
import { allowedUsages } from '../request/well-known-signers.js';
import type { SignerName } from '../vocabulary/brands.js';
import { createSigner } from '../signer/reconcile.js';
import {
  type HealthAddress,
  type ReadyCheck,
  serveHealth,
  serveMetrics,
} from '../telemetry/health.js';
import { createMetrics } from '../telemetry/metrics.js';
import type { Log } from '../telemetry/log.js';
import { logPause, logStreamEnd } from '../telemetry/run-lines.js';
import { approverPorts, observePolicy, type Shared, signerPorts } from './adapters.js';
import { createCas } from './cas.js';
import { createComparisons } from './comparisons.js';
import { gaugesOf } from './gauges.js';
import { resolveFromCluster } from './evidence-sources.js';
import { askForRight } from './ask-rights.js';
import { type LeaseName, standForElection } from './leader.js';
import { watchNodes } from './nodes.js';
import { type PolicyPlace, watchPolicy } from './policy-place.js';
import { watchRequests } from './requests.js';
import { watchRights } from './rights.js';
import { runShape } from './run-shape.js';
import { warnOfOldServer } from './server-version.js';
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
  /** For `sans.owner: [dns]`; none stands for those of the system. */
  readonly dnsServers: readonly string[];
  /** The Lease that one of several replicas holds; undefined: this is the only one. */
  readonly lease: LeaseName | undefined;
  /** Undefined: nowhere. */
  readonly health: HealthAddress | undefined;
  readonly metrics: HealthAddress | undefined;
}

/** Writes under way at SIGTERM may end for so long; Kubernetes kills after 30 s, we promise 5. */
const DRAIN_MS = 4_000;

/** Runs until `signal` aborts, drains, and resolves when everything has stopped. */
export async function runControllers(
  options: RunOptions,
  { log, clock }: { readonly log: Log; readonly clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  const drain = drainSignal(signal, clock);
  const metrics = createMetrics((name) => signerLabel(policy.current(), name));
  const transport = createTransport(options.config, {
    clock,
    version: VERSION,
    onCall: (call) => metrics.called(call),
  });
  const election = standForElection(options.lease, { transport, clock, log });
  const lease: Fence = election ?? alwaysHeld;
  const nowMs = (): number => clock.nowMs();
  const policy = createPolicyStore({ nowMs, observe: observePolicy(log, metrics) });
  const pause = createPause({ nowMs, observe: (isPaused) => logPause(log, isPaused) });
  const fence = bothHeld(lease, pause.fence);
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
  const shared = {
    log,
    metrics,
    clock,
    policy,
    pause,
    requests,
    comparisons,
    read: rememberedReading(readRequest),
    resolve: resolveFromCluster({
      transport,
      nodes,
      clock,
      dnsServers: options.dnsServers,
      signal,
    }),
    transport,
    writer: createCsrWriter({ transport, fence, signal: drain.signal }),
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
      ...{ nowMs, requests, approver, policy, pause, cas, lease },
      missingRights: () => rights.missing().length,
      controllers: options.controllers,
      signerLabel: (name) => signerLabel(policy.current(), name),
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
  await Promise.all([nodes.stopped(), cas.stopped(), trust.stopped()]);
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

/** Aborts some time after `signal`; `end` calls that off, so that nothing keeps the process. */
function drainSignal(
  signal: AbortSignal,
  clock: Clock,
): { readonly signal: AbortSignal; end(): void } {
  const drain = new AbortController();
  let cancel = (): void => {};
  const begin = (): void => {
    cancel = clock.after(DRAIN_MS, () => drain.abort());
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin, { once: true });
  return { signal: drain.signal, end: () => cancel() };
}

/** Requesters choose signer names, so only those that the policy or Kubernetes knows become labels. */
function signerLabel(inForce: LoadedPolicy | undefined, name: string): string {
  const signerName = name as SignerName;
  const isKnown =
    allowedUsages(name) !== undefined ||
    inForce?.policy.signerTerms(signerName) !== undefined ||
    (inForce?.policy.rulesFor(signerName).length ?? 0) > 0;
  return isKnown ? name : 'other';
}
