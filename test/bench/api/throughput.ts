// SPDX-License-Identifier: Apache-2.0
// How fast a backlog is worked off: by the raw client, and by the approver, in turns on backlogs of the same kind.

import { setTimeout as delay } from 'node:timers/promises';
import { progress } from '../progress.js';
import { type ApproverOptions, type LogLine, startApprover } from './approver-process.js';
import { createBacklog, type PendingRequest, removeRequests } from './backlog.js';
import { type CallCounts, callsBetween, countCalls } from './call-counts.js';
import type { Cluster } from './cluster.js';
import { inParallel } from './in-parallel.js';
import type { Memory } from './process-figures.js';
import { createRawClient, IN_FLIGHT, type RawCall } from './raw-client.js';
import type { PooledRequest } from './request-pool.js';

/** What one turn on one backlog came to. */
export interface Turn {
  /** Between the first and the last request that was finished. */
  readonly perSecond: number;
  /** Processor time of the client (raw or approver) for each request, its start included. */
  readonly cpuMs: number;
  readonly calls: CallCounts;
  readonly memory?: Memory;
}

/** One way to work a backlog off. */
export interface Leg {
  readonly pool: readonly PooledRequest[];
  run(pending: readonly PendingRequest[]): Promise<Omit<Turn, 'calls'>>;
}

/** After the last request, until memory is read: what is garbage by then is gone or stays. */
export const REST_MS = 1_000;

/** Each round has every leg once, in an order that the next round reverses. */
export async function workOff<Name extends string>(
  cluster: Cluster,
  legs: Readonly<Record<Name, Leg>>,
  rounds: number,
): Promise<Readonly<Record<Name, readonly Turn[]>>> {
  const names = Object.keys(legs) as Name[];
  const turns = new Map<Name, Turn[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const turn = await takeTurn(cluster, legs[name]);
      progress(`round ${round + 1} of ${rounds}, ${name}: ${turn.perSecond.toFixed(0)}/s`);
      turns.get(name)?.push(turn);
    }
  }
  return Object.fromEntries(turns) as unknown as Record<Name, readonly Turn[]>;
}

async function takeTurn(cluster: Cluster, leg: Leg): Promise<Turn> {
  const pending = await createBacklog(cluster.admin, leg.pool);
  const before = await countCalls(cluster.admin);
  const done = await leg.run(pending);
  const after = await countCalls(cluster.admin);
  await removeRequests(cluster.admin);
  return { ...done, calls: callsBetween(before, after, pending.length) };
}

/** The plain client, which knows beforehand what to write; on request with a watch, which no controller is without. */
export const rawLeg = (
  cluster: Cluster,
  pool: readonly PooledRequest[],
  {
    calls,
    isWatching = false,
  }: { readonly calls: readonly RawCall[]; readonly isWatching?: boolean },
): Leg => ({
  pool,
  run: async (pending) => {
    const client = createRawClient(cluster);
    const stopWatching = isWatching ? await client.watch() : () => {};
    const doneAtMs: number[] = [];
    const before = process.cpuUsage();
    await inParallel(IN_FLIGHT, pending, async (request) => {
      await client.act(request, calls);
      doneAtMs.push(performance.now());
    });
    const { user, system } = process.cpuUsage(before);
    stopWatching();
    await client.close();
    return { perSecond: rateOf(doneAtMs), cpuMs: (user + system) / 1000 / pending.length };
  },
});

/** The approver, started on the backlog; finished is what its log says. */
export const approverLeg = (
  cluster: Cluster,
  pool: readonly PooledRequest[],
  options: ApproverOptions,
): Leg => ({
  pool,
  run: async (pending) => {
    const isDone = doneBy(options);
    const approver = startApprover(cluster, options);
    await approver.until((lines) => lines.filter(isDone).length >= pending.length);
    const cpuMs = approver.cpuMs() / pending.length;
    await delay(REST_MS);
    const memory = approver.memory();
    await approver.stop();
    const perSecond = rateOf(finishTimes(approver.lines.filter(isDone), pending.length));
    return { perSecond, cpuMs, memory };
  },
});

/** The approver on its second backlog: held while that one is created, so that it finds all of it. */
export const warmApproverLeg = (
  cluster: Cluster,
  pool: readonly PooledRequest[],
  options: ApproverOptions,
): Leg => ({
  pool,
  run: async ({ length: count }) => {
    const isDone = doneBy(options);
    const approver = startApprover(cluster, options);
    await approver.until((lines) => lines.filter(isDone).length >= count);
    await removeRequests(cluster.admin);
    await delay(REST_MS);
    approver.pause();
    await createBacklog(cluster.admin, pool);
    const before = approver.cpuMs();
    approver.goOn();
    await approver.until((lines) => lines.filter(isDone).length >= 2 * count);
    const cpuMs = (approver.cpuMs() - before) / count;
    await approver.stop();
    const second = approver.lines.filter(isDone).slice(count);
    return { perSecond: rateOf(finishTimes(second, count)), cpuMs };
  },
});

const doneBy =
  ({ controllers }: ApproverOptions) =>
  ({ issuance, decision }: LogLine): boolean =>
    (controllers.includes('signer') ? issuance : decision) !== undefined;

/** Milliseconds since the epoch; a fast refusal would be no result, so anything but success throws. */
function finishTimes(lines: readonly LogLine[], count: number): readonly number[] {
  const isGood = ({ decision, issuance }: LogLine): boolean =>
    decision === 'approve' || issuance === 'published';
  const other = lines.find((line) => !isGood(line));
  if (other !== undefined) throw new Error(`not approved: ${JSON.stringify(other)}`);
  if (lines.length !== count) throw new Error(`${lines.length} lines for ${count} requests`);
  return lines.map(({ time }) => Date.parse(time));
}

/** Between the first and the last. */
export const rateOf = (doneAtMs: readonly number[]): number => {
  const elapsedMs = Math.max(...doneAtMs) - Math.min(...doneAtMs);
  return ((doneAtMs.length - 1) / elapsedMs) * 1000;
};
