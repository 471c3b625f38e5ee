// SPDX-License-Identifier: Apache-2.0
// The bench's own watch of all requests: what everybody who waits for a certificate sees.

import type { ApiObject } from '../../support/api-client.js';
import { CSR_PATH } from '../../support/control-plane-requests.js';
import type { Cluster } from './cluster.js';

const WATCH_TIMEOUT_MS = 600_000;

/** Tells `take` of every change from now on, until it is closed. */
export async function watchRequests(
  { admin }: Cluster,
  take: (object: ApiObject, type: string) => void,
): Promise<{ close(): void }> {
  const { body } = await admin.get(CSR_PATH, { query: { limit: 1 } });
  const query = { resourceVersion: body.metadata.resourceVersion };
  const { events } = await admin.watch(CSR_PATH, { query, timeoutMs: WATCH_TIMEOUT_MS });
  let isClosed = false;
  const follow = async (): Promise<void> => {
    try {
      for await (const { type, object } of events) {
        if (isClosed) return;
        take(object, type);
      }
    } catch (error) {
      if (!isClosed) throw error;
    }
  };
  void follow();
  return {
    // Leaving the loop closes the connection, at the next event or when the client is closed.
    close: () => {
      isClosed = true;
    },
  };
}
