// SPDX-License-Identifier: Apache-2.0
// Pending requests on the API server: created as their requesters, and removed again.

import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../support/api-client.js';
import { CSR_PATH } from '../../support/control-plane-requests.js';
import { inParallel } from './in-parallel.js';
import type { PooledRequest } from './request-pool.js';

/** A request that stands on the API server and that nobody has decided. */
export interface PendingRequest {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly identity: PooledRequest['identity'];
}

const CREATORS = 16;
const DELETE_TIMEOUT_MS = 120_000;

/** Lets the server finish what it does after writes (watch caches, garbage) before something is measured. */
const SETTLE_MS = 500;

export async function createBacklog(
  admin: ApiClient,
  pool: readonly PooledRequest[],
): Promise<readonly PendingRequest[]> {
  const pending: PendingRequest[] = [];
  await inParallel(CREATORS, pool, async (request) => {
    pending.push(await createRequest(admin, request));
  });
  await delay(SETTLE_MS);
  return pending;
}

export async function createRequest(
  admin: ApiClient,
  { object, requester, identity }: PooledRequest,
): Promise<PendingRequest> {
  const { status, body, text } = await admin.create(CSR_PATH, object, { as: requester });
  if (status !== 201) throw new Error(`POST ${CSR_PATH}: ${status} ${text}`);
  const { name, uid, resourceVersion } = body.metadata;
  return { name, uid, resourceVersion, identity };
}

export async function removeRequests(admin: ApiClient): Promise<void> {
  const { status, text } = await admin.delete(CSR_PATH, { timeoutMs: DELETE_TIMEOUT_MS });
  if (status !== 200) throw new Error(`DELETE ${CSR_PATH}: ${status} ${text}`);
}
