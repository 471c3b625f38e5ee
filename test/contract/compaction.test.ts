// SPDX-License-Identifier: Apache-2.0
// What a reflector meets when the store has forgotten the past while a list or a watch was under way.

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { ApiResponse } from '../support/api-client.js';
import { CSR_PATH } from '../support/control-plane-requests.js';
import { csrPath, serverUnderTest } from './server-under-test.js';

const { api, server, pending, name } = serverUnderTest();

/** The API server asks every 15 s whether its own snapshots of the past must go too. */
const FORGETTING_TIMEOUT_MS = 40_000;
const POLL_MS = 500;

const { compact } = server;
const describeWhereItCompacts = compact === undefined ? describe.skip : describe;

describeWhereItCompacts('after a compaction', () => {
  const labels = { compaction: name('mine') };
  const mine = { labelSelector: `compaction=${labels.compaction}` };

  it(
    'a continue token is 410, with another token that goes on with the present',
    async () => {
      const created = [];
      for (const label of ['token-a', 'token-b', 'token-c']) {
        created.push(await pending(label, { labels }));
      }
      const first = await api.get(CSR_PATH, { query: { ...mine, limit: 1 } });
      const late = await pending('token-d', { labels });
      await compact?.(late.metadata.resourceVersion);

      const expired = await untilExpired(() =>
        api.get(CSR_PATH, {
          query: { ...mine, limit: 1, continue: first.body.metadata.continue ?? '' },
        }),
      );
      const rest = await api.get(CSR_PATH, {
        query: { ...mine, continue: expired.failure?.metadata.continue ?? '' },
      });

      expect(expired.status).toBe(410);
      expect(expired.failure?.reason).toBe('Expired');
      expect(rest.status).toBe(200);
      expect(rest.body.items.map(({ metadata }) => metadata.name)).toEqual(
        [...created.slice(1), late].map(({ metadata }) => metadata.name),
      );
    },
    FORGETTING_TIMEOUT_MS + 10_000,
  );

  it('a watch of requests still begins from before it, out of the cache of the server', async () => {
    const csr = await pending('cached');
    const patched = await api.patch(csrPath(csr), { metadata: { labels: { touched: 'yes' } } });
    await compact?.(patched.body.metadata.resourceVersion);

    const { events } = await api.watch(CSR_PATH, {
      query: {
        fieldSelector: `metadata.name=${csr.metadata.name}`,
        resourceVersion: csr.metadata.resourceVersion,
      },
    });

    const first = await events.next();
    await events.return();
    expect(first.value?.type).toBe('MODIFIED');
  });

  it('a watch without a cache (Events) is HTTP 200, then one ERROR with code 410', async () => {
    const path = '/api/v1/namespaces/default/events';
    const created = await api.create(path, {
      metadata: { name: name('event') },
      involvedObject: { kind: 'Node', name: 'a', namespace: 'default' },
    });
    await pending('after-event');
    const last = await pending('after-event-too');
    await compact?.(last.metadata.resourceVersion);

    const { status, events } = await api.watch(path, {
      query: { resourceVersion: created.body.metadata.resourceVersion },
    });

    const first = await events.next();
    await events.return();
    expect(status).toBe(200);
    expect(first.value).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });
});

async function untilExpired(ask: () => Promise<ApiResponse>): Promise<ApiResponse> {
  const deadline = Date.now() + FORGETTING_TIMEOUT_MS;
  for (;;) {
    const response = await ask();
    if (response.status !== 200 || Date.now() > deadline) return response;
    await delay(POLL_MS);
  }
}
