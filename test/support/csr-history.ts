// SPDX-License-Identifier: Apache-2.0
// Everything that ever happened to the CertificateSigningRequests of a server, as a watch saw it.

import type { ApiClient, ApiObject } from './api-client.js';
import { CSR_PATH } from './control-plane-requests.js';
import { eventually } from './eventually.js';

export interface CsrHistory {
  /** All states of the objects of that name, oldest first; several objects when it was made anew. */
  statesOf(name: string): readonly ApiObject[];
  /** Resolves when everything has been seen that happened before the call. */
  caughtUp(): Promise<void>;
}

const WATCH_TIMEOUT_MS = 120_000;

/** Records from now on, until the client is closed. */
export async function recordCsrHistory(api: ApiClient): Promise<CsrHistory> {
  const states: ApiObject[] = [];
  const { body } = await api.get(CSR_PATH, { query: { limit: 1 } });
  const watch = await api.watch(CSR_PATH, {
    query: { resourceVersion: body.metadata.resourceVersion },
    timeoutMs: WATCH_TIMEOUT_MS,
  });
  if (watch.status !== 200) throw new Error(`watch: ${watch.status}`);
  let trouble: unknown;
  const record = async (): Promise<void> => {
    for await (const { type, object } of watch.events) {
      if (type === 'ADDED' || type === 'MODIFIED') states.push(object);
    }
  };
  void record().catch((error: unknown) => {
    trouble = error;
  });
  return {
    statesOf: (name) => states.filter(({ metadata }) => metadata.name === name),
    caughtUp: async () => {
      const { items } = (await api.get(CSR_PATH)).body;
      const isSeen = ({ metadata }: ApiObject): boolean =>
        states.some((state) => state.metadata.resourceVersion === metadata.resourceVersion);
      await eventually('the watch has seen the newest states', () => {
        if (trouble !== undefined) throw new Error('the watch ended', { cause: trouble });
        return items.every(isSeen) ? true : undefined;
      });
    },
  };
}
