// SPDX-License-Identifier: Apache-2.0
// What a reflector relies on when it lists: pages, selectors, versions, and the errors that make it start again.

import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiObject } from '../support/api-client.js';
import { CSR_PATH } from '../support/control-plane-requests.js';
import { csrPath, serverUnderTest } from './server-under-test.js';

const { api, name, pending } = serverUnderTest();

const labels = { lists: name('mine') };
const mine = { labelSelector: `lists=${labels.lists}` };

let created: ApiObject[] = [];
beforeAll(async () => {
  created = [];
  for (const label of ['list-a', 'list-b', 'list-c', 'list-d', 'list-e']) {
    created.push(await pending(label, { labels }));
  }
});

const names = (list: ApiObject): string[] => list.items.map(({ metadata }) => metadata.name);

describe('pages', () => {
  it('all items come in order of name, and every page carries the version of the first', async () => {
    const first = await api.get(CSR_PATH, { query: { ...mine, limit: 2 } });
    const second = await api.get(CSR_PATH, {
      query: { ...mine, limit: 2, continue: first.body.metadata.continue ?? '' },
    });
    const third = await api.get(CSR_PATH, {
      query: { ...mine, limit: 2, continue: second.body.metadata.continue ?? '' },
    });

    const pages = [first.body, second.body, third.body];
    expect(pages.flatMap(names)).toEqual(created.map(({ metadata }) => metadata.name));
    expect(new Set(pages.map(({ metadata }) => metadata.resourceVersion)).size).toBe(1);
    expect(third.body.metadata.continue).toBeUndefined();
  });

  it('a page shows the past: what changes between two pages does not appear in the second', async () => {
    const first = await api.get(CSR_PATH, { query: { ...mine, limit: 4 } });
    const late = await pending('list-late', { labels });
    await api.patch(csrPath(created[4] as ApiObject), { metadata: { labels: { late: 'yes' } } });

    const second = await api.get(CSR_PATH, {
      query: { ...mine, limit: 4, continue: first.body.metadata.continue ?? '' },
    });

    expect(names(second.body)).toEqual([created[4]?.metadata.name]);
    expect(second.body.items[0]?.metadata.labels).toEqual(labels);
    await api.delete(csrPath(late));
  });

  it('without selectors a page tells how many items remain', async () => {
    const { body } = await api.get(CSR_PATH, { query: { limit: 2 } });

    expect(body.metadata.remainingItemCount).toBeGreaterThanOrEqual(3);
  });

  it('a list without items still has a version to watch from, and items is an empty list', async () => {
    const { body } = await api.get(CSR_PATH, { query: { labelSelector: 'nobody=has-this' } });

    expect(body.items).toEqual([]);
    expect(body.metadata.resourceVersion).toMatch(/^[1-9][0-9]*$/);
  });

  it('items of a list carry neither kind nor apiVersion', async () => {
    const { body } = await api.get(CSR_PATH, { query: mine });

    expect(body.kind).toBe('CertificateSigningRequestList');
    expect(body.items.map(({ kind, apiVersion }) => kind ?? apiVersion)).toEqual(
      body.items.map(() => undefined),
    );
  });

  it('a continue token that is none is a bad request', async () => {
    const response = await api.get(CSR_PATH, { query: { limit: 2, continue: 'nonsense' } });

    expect(response.status).toBe(400);
  });
});

describe('selectors (API-29)', () => {
  it('metadata.name selects one', async () => {
    const wanted = created[1]?.metadata.name ?? '';

    const { body } = await api.get(CSR_PATH, {
      query: { fieldSelector: `metadata.name=${wanted}` },
    });

    expect(names(body)).toEqual([wanted]);
  });

  it('spec.signerName selects one signer, and != all others', async () => {
    const signerName = `example.com/${name('select')}`;
    const csr = await pending('select', { signerName, labels });

    const equal = await api.get(CSR_PATH, {
      query: { fieldSelector: `spec.signerName=${signerName}` },
    });
    const unequal = await api.get(CSR_PATH, {
      query: { ...mine, fieldSelector: `spec.signerName!=${signerName}` },
    });

    expect(names(equal.body)).toEqual([csr.metadata.name]);
    expect(names(unequal.body)).toEqual(created.map(({ metadata }) => metadata.name));
    await api.delete(csrPath(csr));
  });

  it.each(['spec.username=a', 'status.certificate='])('%s is not supported', async (selector) => {
    const response = await api.get(CSR_PATH, { query: { fieldSelector: selector } });

    expect(response.status).toBe(400);
    expect(response.failure?.message).toContain('field label not supported');
  });
});

describe('versions', () => {
  it('a resourceVersion from the future times out as too large, and says when to come again', async () => {
    const { body } = await api.get(CSR_PATH, { query: { limit: 1 } });
    const future = Number(body.metadata.resourceVersion) + 1_000_000;

    const response = await api.get(CSR_PATH, { query: { resourceVersion: future } });

    expect(response.status).toBe(504);
    expect(response.failure?.reason).toBe('Timeout');
    expect(response.failure?.message).toContain('Too large resource version');
    expect(response.headers['retry-after']).toBe('1');
  });

  it('resourceVersion 0 lists from the cache, whatever the limit', async () => {
    const { body } = await api.get(CSR_PATH, { query: { ...mine, resourceVersion: 0, limit: 2 } });

    expect(body.items).toHaveLength(5);
    expect(body.metadata.continue).toBeUndefined();
  });

  it('a list shows what was written just before (read your own write)', async () => {
    const csr = await pending('own-write', { labels });

    const { body } = await api.get(CSR_PATH, { query: mine });

    expect(names(body)).toContain(csr.metadata.name);
    await api.delete(csrPath(csr));
  });
});

describe('absence', () => {
  it('a request that does not exist is 404 with the reason NotFound', async () => {
    const response = await api.get(`${CSR_PATH}/${name('nobody')}`);

    expect(response.status).toBe(404);
    expect(response.failure?.reason).toBe('NotFound');
  });

  it('an API that is not served is 404 as well', async () => {
    const response = await api.get('/apis/certificates.k8s.io/v1beta1/podcertificaterequests');

    expect(response.status).toBe(404);
  });
});
