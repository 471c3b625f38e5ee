// SPDX-License-Identifier: Apache-2.0
// What the small API server does not have: it says so with 501, and the contract tests that need it are listed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  APPLY_PATCH,
  STRATEGIC_MERGE_PATCH,
  type ApiResponse,
  type RequestOptions,
} from '../support/api-client.js';
import { CSR_PATH } from '../support/control-plane-requests.js';
import { csrPath, serverUnderTest } from '../contract/server-under-test.js';

interface Excluded {
  readonly file: string;
  /** Absent for all tests of the file. */
  readonly test?: string;
  readonly why: string;
  /** A key of `lacking`. */
  readonly lacks: string;
}

const { api, name, pending } = serverUnderTest();
const path = join(import.meta.dirname, 'not-for-the-small-server.json');
const excluded = JSON.parse(readFileSync(path, 'utf8')) as readonly Excluded[];

const patchOf = async (label: string, body: object, options: RequestOptions) =>
  api.patch(csrPath(await pending(label)), body, options);

const NODES = '/api/v1/nodes';

const lacking: Record<string, () => Promise<ApiResponse>> = {
  'server-side apply of a request': () => patchOf('apply', {}, { contentType: APPLY_PATCH }),
  'a strategic merge patch with directives': () =>
    patchOf(
      'directive',
      { metadata: { $patch: 'replace' } },
      { contentType: STRATEGIC_MERGE_PATCH },
    ),
  'a strategic merge patch of lists that are merged by key': async () => {
    const { body } = await api.create(NODES, { metadata: { name: name('strategic') } });
    const status = { addresses: [{ type: 'InternalIP', address: '192.0.2.1' }] };
    return api.patch(
      `${NODES}/${body.metadata.name}/status`,
      { status },
      {
        contentType: STRATEGIC_MERGE_PATCH,
      },
    );
  },
  'deletion of a collection': () =>
    api.delete(CSR_PATH, { query: { labelSelector: 'nobody=has-this' } }),
  'deletion of an object with finalizers': async () => {
    const csr = await pending('finalizers');
    await api.patch(csrPath(csr), { metadata: { finalizers: ['example.com/contract'] } });
    const response = await api.delete(csrPath(csr));
    await api.patch(csrPath(csr), { metadata: { finalizers: null } });
    return response;
  },
  'deletion of a namespace': () => api.delete('/api/v1/namespaces/kube-public'),
  'a list of an exact version of the past': () =>
    api.get(CSR_PATH, { query: { resourceVersion: 1, resourceVersionMatch: 'Exact' } }),
  pods: () => api.get('/api/v1/namespaces/default/pods'),
  'other groups of a complete server': () => api.get('/apis/apps/v1/deployments'),
  'a subresource of a kind that it has': () => api.get(`${NODES}/a/proxy`),
  'token reviews': () => api.create('/apis/authentication.k8s.io/v1/tokenreviews', {}),
  'metrics of its own': () => api.get('/metrics'),
};

describe('what the small server lacks is 501, with a text that says what', () => {
  it.each(Object.entries(lacking))('%s', async (_, ask) => {
    const response = await ask();

    expect(response.status).toBe(501);
    expect(response.failure?.reason).toBe('NotImplemented');
    expect(response.failure?.message).toMatch(/^the small API server has no /);
  });
});

describe('a contract test that is not run against the small server', () => {
  it.each(excluded)('$test is in $file, and needs what is lacking', ({ file, test, lacks }) => {
    const text = readFileSync(join(import.meta.dirname, '../contract', file), 'utf8');

    expect(text).toContain(test ?? 'describe');
    expect(Object.keys(lacking)).toContain(lacks);
  });
});
