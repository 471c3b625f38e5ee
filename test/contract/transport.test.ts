// SPDX-License-Identifier: Apache-2.0
// The transport, access reviews and single reads on the real server.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createSubjectAccessReview } from '../../src/kube/access-reviews.js';
import { readObject } from '../../src/kube/read-object.js';
import { readKubeconfig } from '../../src/kube/kubeconfig.js';
import { CSR_PATH } from '../support/control-plane-requests.js';
import { serverUnderTest } from './server-under-test.js';
import { configOf, transportTo } from './transport-under-test.js';

const { server, api, pending, name } = serverUnderTest();
const transport = transportTo(configOf(server));
const { signal } = new AbortController();

const reviewed = (groups: readonly string[]) =>
  createSubjectAccessReview(
    transport,
    { user: 'jane', groups, resourceAttributes: { verb: '*', group: '*', resource: '*' } },
    signal,
  );

describe('the transport', () => {
  it('reads what is there', async () => {
    const csr = await pending('read');

    const found = await readObject(transport, `${CSR_PATH}/${csr.metadata.name}`, signal);

    expect(found).toMatchObject({ kind: 'found', object: { metadata: { uid: csr.metadata.uid } } });
  });

  it('says absent for an object that is not there, and for an API that the server does not have', async () => {
    const paths = [`${CSR_PATH}/${name('absent')}`, '/apis/nothing.example.com/v1/things'];

    const found = await Promise.all(paths.map((path) => readObject(transport, path, signal)));

    expect(found).toEqual([{ kind: 'absent' }, { kind: 'absent' }]);
  });

  it('knows the names and addresses that the server presents, and the host that it was told', async () => {
    const names = await transport.peerNames();

    expect(names).toEqual(expect.arrayContaining(['127.0.0.1', 'kubernetes', 'localhost']));
  });

  it('speaks with a bearer token that is read again when the server refuses it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-token-'));
    const path = join(folder, 'token');
    const account = '/api/v1/namespaces/default/serviceaccounts';
    const account1 = name('token');
    await api.create(account, { metadata: { name: account1 } });
    const issued = await api.create(`${account}/${account1}/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    });
    const { baseUrl, caPem = '' } = configOf(server);
    await writeFile(path, 'no-token\n');
    const withToken = transportTo({ baseUrl, caPem, token: { kind: 'file', path } });
    const whoAmI = {
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      signal,
    } as const;

    const before = await withToken.request(whoAmI);
    const { token } = issued.body.status as { readonly token?: string };
    await writeFile(path, `${token}\n`);
    const after = await withToken.request(whoAmI);
    await rm(folder, { recursive: true });

    expect(before).toMatchObject({ kind: 'refused', status: 401, reason: 'Unauthorized' });
    expect(after).toMatchObject({
      kind: 'ok',
      body: { status: { userInfo: { username: `system:serviceaccount:default:${account1}` } } },
    });
  });

  it('reaches the server by a kubeconfig with a client certificate', async () => {
    const config = await readKubeconfig({ path: server.kubeconfigPath, nowMs: Date.now });
    if (!config.ok) throw new Error(config.error.message);

    const answer = await transportTo(config.value).request({
      method: 'GET',
      path: '/version',
      signal,
    });

    expect(answer).toMatchObject({ kind: 'ok', body: { major: '1' } });
  });

  it('is refused by its own certificate check when the authority is another', async () => {
    const wrong = transportTo({ ...configOf(server), caPem: server.clientCa.certPem });

    const answer = await wrong.request({ method: 'GET', path: '/version', signal });

    expect(answer).toMatchObject({ kind: 'unreachable', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });
});

describe('an access review', () => {
  it('allows everything to system:masters', async () => {
    expect(await reviewed(['system:masters'])).toEqual({ kind: 'known', allowed: true });
  });

  it('allows not everything to an ordinary group', async () => {
    expect(await reviewed(['developers'])).toEqual({ kind: 'known', allowed: false });
  });
});
