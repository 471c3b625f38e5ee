// SPDX-License-Identifier: Apache-2.0
// What the process holds while requests come and go: a day of a busy cluster, without the pauses.

import { setTimeout as delay } from 'node:timers/promises';
import { progress } from '../progress.js';
import { type ApproverOptions, startApprover } from './approver-process.js';
import { createBacklog, removeRequests } from './backlog.js';
import type { Cluster } from './cluster.js';
import type { Memory } from './process-figures.js';
import type { PooledRequest } from './request-pool.js';
import { REST_MS } from './throughput.js';

/** Memory after each batch: all of it was created, decided, signed and deleted while the process ran. */
export async function memoryOfChurn(
  cluster: Cluster,
  pool: readonly PooledRequest[],
  { batches, options }: { readonly batches: number; readonly options: ApproverOptions },
): Promise<readonly Memory[]> {
  const approver = startApprover(cluster, options);
  await approver.until((lines) => lines.some(({ message }) => message === 'policy loaded'));
  const memories: Memory[] = [];
  for (let batch = 1; batch <= batches; batch += 1) {
    await createBacklog(cluster.admin, pool);
    await approver.until(
      (lines) =>
        lines.filter(({ issuance }) => issuance === 'published').length >= batch * pool.length,
    );
    await removeRequests(cluster.admin);
    await delay(REST_MS);
    const memory = approver.memory();
    progress(`batch ${batch} of ${batches}: ${memory.residentMb.toFixed(0)} MB`);
    memories.push(memory);
  }
  await approver.stop();
  return memories;
}
