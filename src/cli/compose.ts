// SPDX-License-Identifier: Apache-2.0
// Puts the parts of the controller together and runs them; nothing here decides anything.

import { createApprover } from '../approver/reconcile.js';
import type { Clock } from '../controller/clock.js';
import { alwaysHeld } from '../controller/fence.js';
import { createCsrWriter } from '../kube/csr-writer.js';
import type { Reflector } from '../kube/reflector.js';
import type { ServerConfig } from '../kube/server-config.js';
import { createTransport } from '../kube/transport.js';
import { createPolicyStore, type PolicyStore } from '../policy-store/policy-store.js';
import type { CsrObject } from '../request/csr-object.js';
import { readRequest } from '../request/read-request.js';
import { rememberedReading } from '../request/remembered-reading.js';
import { awaitsCertificate, isDecided } from '../request/state.js';
import { createSigner } from '../signer/reconcile.js';
import { type HealthAddress, serveHealth } from '../telemetry/health.js';
import type { Log } from '../telemetry/log.js';
import { logStreamEnd } from '../telemetry/run-lines.js';
import { approverPorts, observePolicy, signerPorts } from './adapters.js';
import { resolveFromCluster } from './evidence-sources.js';
import { watchNodes } from './nodes.js';
import { type PolicyPlace, watchPolicy } from './policy-place.js';
import { watchRequests } from './requests.js';
import { warnOfOldServer } from './server-version.js';
import { VERSION } from './version.js';
import { startWorker, type Worker } from './worker.js';

export type { PolicyPlace } from './policy-place.js';

/** What `run` was told. */
export interface RunOptions {
  readonly config: ServerConfig;
  readonly policy: PolicyPlace;
  readonly controllers: readonly ('approver' | 'signer')[];
  /** Undefined: nowhere. */
  readonly health: HealthAddress | undefined;
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
  const fence = alwaysHeld;
  const transport = createTransport(options.config, { clock, version: VERSION });
  const policy = createPolicyStore({ observe: observePolicy(log) });
  const offer = (name: string): void => {
    const csr = requests.get(name);
    for (const worker of workers) worker.offer(name, csr);
  };
  const requests = watchRequests(
    { transport, clock, log },
    { ended: (end) => logStreamEnd(log, 'certificatesigningrequests', end) },
    offer,
  );
  const nodes = watchNodes(
    { transport, clock, log },
    (node) => approver.wokenBy(node).forEach(offer),
    signal,
  );
  const shared = {
    log,
    clock,
    policy,
    requests,
    read: rememberedReading(readRequest),
    resolve: resolveFromCluster({ transport, nodes, nowMs: () => clock.nowMs(), signal }),
    transport,
    writer: createCsrWriter({ transport, fence, signal: drain.signal }),
    fence,
    drain: drain.signal,
  };
  const approver = createApprover(approverPorts(shared));
  const loop = { clock, log, signal };
  const start: Record<RunOptions['controllers'][number], () => Worker> = {
    approver: () => {
      const { reconcile } = approver;
      return startWorker({ ...loop, name: 'approver', reconcile, isIts: (csr) => !isDecided(csr) });
    },
    signer: () => {
      const reconcile = createSigner(signerPorts(shared));
      return startWorker({ ...loop, name: 'signer', reconcile, isIts: awaitsCertificate });
    },
  };
  const workers: readonly Worker[] = options.controllers.map((name) => start[name]());
  policy.onChange(() => {
    for (const { name } of requests.values()) offer(name);
  });
  const source = watchPolicy(options.policy, {
    transport,
    clock,
    log,
    offer: (text, origin) => policy.offer(text, origin),
  });

  log.info(
    { version: VERSION, controllers: options.controllers, server: options.config.baseUrl },
    'started',
  );
  await Promise.all([
    warnOfOldServer(transport, log, signal),
    requests.start(signal),
    source.start(signal),
    options.health === undefined
      ? undefined
      : serveHealth(options.health, readyChecks(policy, requests), signal),
    ...workers.map((worker) => worker.stopped),
  ]);
  await nodes.stopped();
  drain.end();
  await transport.close();
  log.info({}, 'stopped');
}

/** What must be true before the controller is of use. */
const readyChecks = (policy: PolicyStore, requests: Reflector<CsrObject>) => [
  {
    name: 'policy',
    problem: () => (policy.current() === undefined ? 'no policy was loaded' : undefined),
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
