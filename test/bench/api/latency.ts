// SPDX-License-Identifier: Apache-2.0
// How long one request waits when nothing else happens: from sending its creation until a watch shows what became of it.

import { setTimeout as delay } from 'node:timers/promises';
import type { ApiObject } from '../../support/api-client.js';
import { type ApproverOptions, startApprover } from './approver-process.js';
import { createRequest, type PendingRequest, removeRequests } from './backlog.js';
import type { Cluster } from './cluster.js';
import type { MeasuredProgram } from './process-figures.js';
import { createRawClient } from './raw-client.js';
import type { PooledRequest } from './request-pool.js';
import { watchRequests } from './watch-requests.js';

/** Milliseconds for each request. */
export interface Waits {
  readonly approvedMs: readonly number[];
  readonly issuedMs: readonly number[];
}

/** The first ones find a process that has not compiled its own code yet; in a cluster that is once a rollout. */
const WARM_UP = 20;
const QUIET_MS = 1_500;
const BETWEEN_MS = 5;

/** By approver and signer. */
export async function waitsOfApprover(
  cluster: Cluster,
  pool: readonly PooledRequest[],
  options: ApproverOptions,
): Promise<Waits> {
  const approver = startApprover(cluster, options);
  await approver.until((lines) => lines.some(({ message }) => message === 'policy loaded'));
  return waitsOfProgram(cluster, pool, { program: approver, betweenMs: BETWEEN_MS });
}

/** By a program that was just started, which is stopped afterwards. */
export async function waitsOfProgram(
  cluster: Cluster,
  pool: readonly PooledRequest[],
  { program, betweenMs }: { readonly program: MeasuredProgram; readonly betweenMs: number },
): Promise<Waits> {
  await delay(QUIET_MS);
  const waits = await waitsFor(cluster, pool, betweenMs);
  await program.stop();
  return waits;
}

/** By a client that watches, too, and writes at once whatever it sees: the same calls and nothing else. */
export async function waitsOfRawClient(
  cluster: Cluster,
  pool: readonly PooledRequest[],
): Promise<Waits> {
  const client = createRawClient(cluster);
  const identities = new Map(pool.map((each) => [nameOf(each.object), each.identity]));
  const watch = await watchRequests(cluster, (object, type) => {
    if (type !== 'ADDED') return;
    const { name, uid, resourceVersion } = object.metadata;
    const pending: PendingRequest = { name, uid, resourceVersion, identity: identities.get(name) };
    void client.act(pending, ['review', 'approval', 'status']);
  });
  const waits = await waitsFor(cluster, pool, BETWEEN_MS);
  watch.close();
  await client.close();
  return waits;
}

const nameOf = (object: object): string => (object as ApiObject).metadata.name;

async function waitsFor(
  cluster: Cluster,
  pool: readonly PooledRequest[],
  betweenMs: number,
): Promise<Waits> {
  const approvedAt = new Map<string, number>();
  const issuedAt = new Map<string, number>();
  let wake = (): void => {};
  const watch = await watchRequests(cluster, ({ metadata: { name }, status }) => {
    const nowMs = performance.now();
    const isApproved = status.conditions?.some(({ type }) => type === 'Approved') === true;
    if (isApproved && !approvedAt.has(name)) approvedAt.set(name, nowMs);
    if (status.certificate !== undefined && !issuedAt.has(name)) issuedAt.set(name, nowMs);
    wake();
  });
  const sentAt: (readonly [string, number])[] = [];
  for (const request of pool) {
    const name = nameOf(request.object);
    sentAt.push([name, performance.now()]);
    const isIssued = new Promise<void>((resolve) => {
      wake = () => {
        if (issuedAt.has(name)) resolve();
      };
    });
    await createRequest(cluster.admin, request);
    await isIssued;
    await delay(betweenMs);
  }
  watch.close();
  await removeRequests(cluster.admin);
  const counted = sentAt.slice(WARM_UP);
  const waited = (until: ReadonlyMap<string, number>): number[] =>
    counted.map(([name, atMs]) => (until.get(name) ?? Number.NaN) - atMs);
  return { approvedMs: waited(approvedAt), issuedMs: waited(issuedAt) };
}

/** Requests that a pool for `count` counted waits needs. */
export const withWarmUp = (count: number): number => count + WARM_UP;
