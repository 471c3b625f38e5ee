// SPDX-License-Identifier: Apache-2.0
// Everything that is measured on a real API server, with the real bundle as a process of its own.

import { progress } from '../progress.js';
import type { Section } from '../row.js';
import type { ApproverOptions } from './approver-process.js';
import { chartFlags } from './chart-flags.js';
import { type Cluster, startCluster } from './cluster.js';
import { measureIssuing } from './issuing.js';
import { latencyRows } from './latency-rows.js';
import { waitsOfApprover, waitsOfRawClient, withWarmUp } from './latency.js';
import { measureOnEachNode, type NodeVersion } from './on-each-node.js';
import { createNodes, NODES } from './nodes.js';
import { KINDS, makePool } from './request-pool.js';
import { approverLeg, rawLeg, warmApproverLeg, workOff } from './throughput.js';
import { type Turns, throughputRows } from './throughput-rows.js';

export interface ApiOptions {
  readonly root: string;
  readonly bundle: string;
  readonly binDir: string;
  readonly count: number;
  readonly rounds: number;
  readonly nodes: readonly NodeVersion[];
}

const MAX_WAITS = 200;

export async function measureApi(options: ApiOptions): Promise<readonly Section[]> {
  progress('starting an API server');
  const cluster = await startCluster(options.binDir);
  try {
    const turns = await backlogs(cluster, options);
    const latency = await waits(cluster, options);
    const plain = asUsersHaveIt(options);
    const settings = { ...options, plain, flags: chartFlags(options.root) };
    const issuing = await measureIssuing(cluster, {
      ...options,
      approver: plain,
      withFlags: withFlags(options),
    });
    const onEachNode = await measureOnEachNode(cluster, settings);
    return [throughputSection(turns, options), latency, issuing, ...onEachNode];
  } finally {
    await cluster.stop();
  }
}

const asUsersHaveIt = ({ root, bundle }: ApiOptions): ApproverOptions => ({
  root,
  bundle,
  controllers: 'approver,signer',
});

const withFlags = (options: ApiOptions): ApproverOptions => ({
  ...asUsersHaveIt(options),
  env: chartFlags(options.root),
});

async function backlogs(cluster: Cluster, options: ApiOptions): Promise<Turns> {
  const { count, rounds } = options;
  progress(`making ${NODES} Nodes, and ${4 * count} requests`);
  await createNodes(cluster.admin);
  const servers = makePool(KINDS.servers, count);
  const users = makePool(KINDS.users, count);
  const kubelets = makePool(KINDS.kubelets, count);
  const serving = makePool(KINDS.serving, count);
  const approving = { ...asUsersHaveIt(options), controllers: 'approver' };
  const serves = { ...approving, policyFile: cluster.servingPolicyFile };
  const frugal = { ...withFlags(options), controllers: 'approver' };
  const reviewed = ['review', 'approval'] as const;
  const legs = {
    rawApproval: rawLeg(cluster, servers, { calls: ['approval'] }),
    servers: approverLeg(cluster, servers, approving),
    rawReviewed: rawLeg(cluster, users, { calls: reviewed }),
    rawWatched: rawLeg(cluster, users, { calls: reviewed, isWatching: true }),
    users: approverLeg(cluster, users, approving),
    usersWarm: warmApproverLeg(cluster, users, approving),
    usersWithFlags: approverLeg(cluster, users, frugal),
    kubelets: approverLeg(cluster, kubelets, approving),
    serving: approverLeg(cluster, serving, serves),
    servingWarm: warmApproverLeg(cluster, serving, serves),
    rawSigned: rawLeg(cluster, users, { calls: [...reviewed, 'status'] }),
    signed: approverLeg(cluster, users, asUsersHaveIt(options)),
    signedWithFlags: approverLeg(cluster, users, withFlags(options)),
  };
  return workOff(cluster, legs, rounds);
}

const throughputSection = (turns: Turns, { count, rounds }: ApiOptions): Section => ({
  title: 'A backlog on a real API server',
  how:
    `${count} pending requests, ${rounds} rounds. The raw client knows beforehand what to write and does nothing but the same calls with the same token, 16 in flight. ` +
    'The approver is started on the backlog, as in a pod (token, no kubeconfig), and is counted from its first line about a finished request to its last; ' +
    'so it compiles its own code while it is measured. Processor time has the start of the process in it. The server also has to send it a watch, which the raw client does without unless the row says so; “warm” is an approver that has worked off one such backlog before.',
  rows: throughputRows(turns),
});

async function waits(cluster: Cluster, options: ApiOptions): Promise<Section> {
  const count = Math.min(MAX_WAITS, options.count);
  const pool = makePool(KINDS.users, withWarmUp(count));
  progress(`${count} requests one after the other, raw`);
  const raw = await waitsOfRawClient(cluster, pool);
  progress(`${count} requests one after the other, approver and signer`);
  const ours = await waitsOfApprover(cluster, pool, asUsersHaveIt(options));
  return {
    title: 'One request at a time',
    how:
      `${count} user requests one after the other, from sending the creation until a watch of the bench shows the condition and the certificate. ` +
      'The raw client watches, too, and does the same three calls for whatever it sees.',
    rows: latencyRows(ours, raw),
  };
}
