// SPDX-License-Identifier: Apache-2.0
// Approving and signing beside the real kube-controller-manager: the same requests, the same CA, seen by the same watch.

import { setTimeout as delay } from 'node:timers/promises';
import { progress } from '../progress.js';
import type { Section } from '../row.js';
import { type ApproverOptions, startApprover } from './approver-process.js';
import type { PendingRequest } from './backlog.js';
import type { Cluster } from './cluster.js';
import { hasControllerManager, startControllerManager } from './controller-manager.js';
import { issuingRows } from './issuing-rows.js';
import { waitsOfProgram, withWarmUp } from './latency.js';
import type { MeasuredProgram } from './process-figures.js';
import { KINDS, makePool, type PooledRequest } from './request-pool.js';
import { type Leg, rateOf, rawLeg, REST_MS, workOff } from './throughput.js';
import { watchRequests } from './watch-requests.js';

export interface IssuingOptions {
  readonly binDir: string;
  readonly count: number;
  readonly rounds: number;
  readonly approver: ApproverOptions;
  /** The same with the chart's flags. */
  readonly withFlags: ApproverOptions;
}

/** At its defaults it issues ten a second, so there are as many as tell that. */
const FEW = 90;

/** Calls that it may do at once at its defaults come out of a burst; what counts is what follows. */
const BURST = 30;

const MAX_WAITS = 60;

/** So far apart the limits of kube-controller-manager are not felt: it makes two calls of one client for each request. */
const BETWEEN_MS = 200;

export async function measureIssuing(cluster: Cluster, options: IssuingOptions): Promise<Section> {
  const { binDir, count, rounds, approver, withFlags } = options;
  const title = 'Beside kube-controller-manager';
  if (!hasControllerManager(binDir)) {
    const figure = 'not measured: it is not among the programs of the control plane';
    return { title, how: '', rows: [{ what: 'kube-controller-manager', figure }] };
  }
  const pool = makePool(KINDS.kubelets, count);
  const ours = (): MeasuredProgram => startApprover(cluster, approver);
  const defaults = (): MeasuredProgram =>
    startControllerManager(cluster, { binDir, isLifted: false });
  const lifted = (): MeasuredProgram => startControllerManager(cluster, { binDir, isLifted: true });
  const turns = await workOff(
    cluster,
    {
      raw: rawLeg(cluster, pool, { calls: ['review', 'approval', 'status'], isWatching: true }),
      ours: issuingLeg(cluster, pool, { start: ours }),
      oursWithFlags: issuingLeg(cluster, pool, { start: () => startApprover(cluster, withFlags) }),
      lifted: issuingLeg(cluster, pool, { start: lifted }),
      defaults: issuingLeg(cluster, pool.slice(0, FEW), { start: defaults, leaveOut: BURST }),
    },
    rounds,
  );
  const few = makePool(KINDS.kubelets, withWarmUp(Math.min(MAX_WAITS, count)));
  const waitsOf = async (name: string, start: () => MeasuredProgram) => {
    progress(`${few.length} requests one after the other, ${name}`);
    return waitsOfProgram(cluster, few, { program: start(), betweenMs: BETWEEN_MS });
  };
  const waits = { ours: await waitsOf('ours', ours), theirs: await waitsOf('theirs', defaults) };
  return {
    title,
    how:
      `${count} kubelets that bootstrap, ${rounds} rounds, approved and signed; counted from the first certificate that a watch of the bench sees to the last. ` +
      'kube-controller-manager runs nothing but its approver and its signer (--controllers=csrapproving,csrsigning), with the same CA, and as the administrator, whom the API server need not look up. ' +
      `At its defaults it has ${FEW} requests, of which the first ${BURST} are not counted; “limits lifted” is --kube-api-qps=5000 --kube-api-burst=5000. ` +
      `One at a time: ${few.length} requests, ${BETWEEN_MS} ms apart, so that its limits are not felt.`,
    rows: issuingRows(turns, waits),
  };
}

/** Any program that issues certificates, started on the backlog; finished is what a watch of the bench shows. */
function issuingLeg(
  cluster: Cluster,
  pool: readonly PooledRequest[],
  { start, leaveOut = 0 }: { readonly start: () => MeasuredProgram; readonly leaveOut?: number },
): Leg {
  return {
    pool,
    run: async (pending) => {
      const seen = await watchCertificates(cluster);
      const program = start();
      await untilAll(seen.atMs, pending, program);
      const cpuMs = program.cpuMs() / pending.length;
      await delay(REST_MS);
      const memory = program.memory();
      await program.stop();
      seen.close();
      const times = [...seen.atMs.values()].sort((a, b) => a - b);
      return { perSecond: rateOf(times.slice(leaveOut)), cpuMs, memory };
    },
  };
}

/** When the watch showed the certificate of each request. */
async function watchCertificates(cluster: Cluster) {
  const atMs = new Map<string, number>();
  const watch = await watchRequests(cluster, ({ metadata: { name }, status }) => {
    if (status.certificate !== undefined && !atMs.has(name)) atMs.set(name, performance.now());
  });
  return { atMs, close: () => watch.close() };
}

const POLL_MS = 50;
const TIMEOUT_MS = 300_000;

async function untilAll(
  seen: ReadonlyMap<string, number>,
  pending: readonly PendingRequest[],
  program: MeasuredProgram,
): Promise<void> {
  const deadline = performance.now() + TIMEOUT_MS;
  while (seen.size < pending.length) {
    program.check();
    if (performance.now() > deadline) {
      await program.stop();
      throw new Error(`${seen.size} certificates for ${pending.length} requests`);
    }
    await delay(POLL_MS);
  }
}
