// SPDX-License-Identifier: Apache-2.0
// What the process holds when it has nothing to do, and how long it takes to decide its first request.

import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApproverOptions, startApprover } from './approver-process.js';
import { createBacklog, removeRequests } from './backlog.js';
import type { Cluster } from './cluster.js';
import type { Memory } from './process-figures.js';
import type { PooledRequest } from './request-pool.js';

const IDLE_MS = 3_000;

/** Resident memory with a policy in force, watches open and nothing pending. */
export async function idleMemory(cluster: Cluster, options: ApproverOptions): Promise<Memory> {
  const approver = startApprover(cluster, options);
  await approver.until((lines) => lines.some(({ message }) => message === 'policy loaded'));
  await delay(IDLE_MS);
  const memory = approver.memory();
  await approver.stop();
  return memory;
}

/** Milliseconds from spawning the process to the log's first line about a request of the pool. */
export async function firstDecisionMs(
  cluster: Cluster,
  pool: readonly PooledRequest[],
  options: ApproverOptions,
): Promise<number> {
  await createBacklog(cluster.admin, pool);
  const approver = startApprover(cluster, options);
  await approver.until((lines) => lines.some(({ decision }) => decision !== undefined));
  const decided = approver.lines.find(({ decision }) => decision !== undefined);
  await approver.stop();
  await removeRequests(cluster.admin);
  return Date.parse(decided?.time ?? '') - approver.spawnedAtMs;
}

/** Milliseconds that this Node takes to start, do nothing and end. */
export function emptyProcessMs({
  execPath = process.execPath,
  env,
}: ApproverOptions): Promise<number> {
  const begin = performance.now();
  const child = spawn(execPath, ['-e', '0'], { stdio: 'ignore', env: { ...process.env, ...env } });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve(performance.now() - begin));
  });
}
