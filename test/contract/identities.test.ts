// SPDX-License-Identifier: Apache-2.0
// Whom the API server takes the holder of a client certificate for. This is what an issued certificate is worth.

import { describe, expect, it } from '@jest/globals';
import type { ApiClient, ApiUserInfo } from '../support/api-client.js';
import {
  ANY_EXTENDED_KEY_USAGE,
  CLIENT_AUTH,
  SERVER_AUTH,
  createAuthority,
  issueCertificate,
} from '../support/control-plane-certificates.js';
import { serverUnderTest } from './server-under-test.js';

const { api, server, clientWith } = serverUnderTest();

const SELF_REVIEW = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const UID_ATTRIBUTE = '1.3.6.1.4.1.57683.2';
const ALL_USERS = 'system:authenticated';

type Contents = Parameters<typeof issueCertificate>[1];

const holderOf = async (contents: Contents): Promise<ApiClient> => {
  const { certPem, keyPem } = await issueCertificate(server.clientCa, contents);
  return clientWith(certPem, keyPem);
};

const whoAmI = async (client: ApiClient): Promise<ApiUserInfo | number> => {
  const response = await client.create(SELF_REVIEW, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'SelfSubjectReview',
  });
  return response.body.status.userInfo ?? response.status;
};

describe('the holder of a client certificate', () => {
  it('is the user of its common name, in the groups of its organizations', async () => {
    const { certPem, keyPem } = await server.requestClientCert('jane', ['team-a', 'team-b']);

    const user = await whoAmI(clientWith(certPem, keyPem));

    expect(user).toMatchObject({ username: 'jane', groups: ['team-a', 'team-b', ALL_USERS] });
  });

  it('carries the hash of the certificate as its credential id', async () => {
    const user = await whoAmI(
      await holderOf({ subject: [{ CN: ['jane'] }], extendedKeyUsages: [CLIENT_AUTH] }),
    );

    expect(user).toMatchObject({
      extra: {
        'authentication.kubernetes.io/credential-id': [
          expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/),
        ],
      },
    });
  });

  it(`has the uid that the subject attribute ${UID_ATTRIBUTE} names`, async () => {
    const user = await whoAmI(
      await holderOf({
        subject: [{ CN: ['jane'] }, { [UID_ATTRIBUTE]: ['chosen-uid'] }],
        extendedKeyUsages: [CLIENT_AUTH],
      }),
    );

    expect(user).toMatchObject({ username: 'jane', uid: 'chosen-uid' });
  });

  it('is an administrator when an organization is system:masters', async () => {
    const client = await holderOf({
      subject: [{ O: ['system:masters'] }, { CN: ['anybody'] }],
      extendedKeyUsages: [CLIENT_AUTH],
    });

    const response = await client.get('/api/v1/secrets');

    expect(response.status).toBe(200);
  });

  it.each([
    ['with no extended key usage at all', undefined],
    ['with anyExtendedKeyUsage', [ANY_EXTENDED_KEY_USAGE]],
    ['with client auth beside server auth', [SERVER_AUTH, CLIENT_AUTH]],
  ])('%s authenticates', async (_, extendedKeyUsages) => {
    const subject = [{ O: ['team'] }, { CN: ['jane'] }];

    const user = await whoAmI(
      await holderOf({
        subject,
        ...(extendedKeyUsages === undefined ? {} : { extendedKeyUsages }),
      }),
    );

    expect(user).toMatchObject({ username: 'jane', groups: ['team', ALL_USERS] });
  });

  it('with server auth only does not authenticate', async () => {
    const user = await whoAmI(
      await holderOf({ subject: [{ CN: ['jane'] }], extendedKeyUsages: [SERVER_AUTH] }),
    );

    expect(user).toBe(401);
  });

  it('of another authority does not authenticate', async () => {
    const stranger = await createAuthority('stranger');
    const { certPem, keyPem } = await issueCertificate(stranger, {
      subject: [{ O: ['system:masters'] }, { CN: ['jane'] }],
      extendedKeyUsages: [CLIENT_AUTH],
    });

    expect(await whoAmI(clientWith(certPem, keyPem))).toBe(401);
  });

  it('without a common name is nobody: an anonymous user, who may not even ask who he is', async () => {
    const user = await whoAmI(
      await holderOf({ subject: [{ O: ['team'] }], extendedKeyUsages: [CLIENT_AUTH] }),
    );

    expect(user).toBe(403);
  });

  it('with two common names is somebody: the server does not refuse it', async () => {
    const user = await whoAmI(
      await holderOf({
        subject: [{ CN: ['first'] }, { CN: ['second'] }],
        extendedKeyUsages: [CLIENT_AUTH],
      }),
    );

    expect(user).toMatchObject({ username: 'second' });
  });
});

describe('an impersonated user', () => {
  it('is whom the headers name, with system:authenticated added', async () => {
    const response = await api.create(
      SELF_REVIEW,
      { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      { as: { user: 'jane', uid: 'u-1', groups: ['team'], extra: { 'example.com/a': ['b'] } } },
    );

    expect(response.body.status.userInfo).toEqual({
      username: 'jane',
      uid: 'u-1',
      groups: ['team', ALL_USERS],
      extra: { 'example.com/a': ['b'] },
    });
  });

  it('needs the right to impersonate', async () => {
    const { certPem, keyPem } = await server.requestClientCert('nobody');

    const response = await clientWith(certPem, keyPem).get('/api/v1/nodes', {
      as: { user: 'system:admin' },
    });

    expect(response.status).toBe(403);
    expect(response.failure?.message).toContain('cannot impersonate');
  });
});
