// SPDX-License-Identifier: Apache-2.0
// What the API server checks, adds and drops when a request is created; what it lets pass is ours to refuse.

import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiObject, Impersonation } from '../support/api-client.js';
import { CSR_PATH, csrObject, makeCsr } from '../support/control-plane-requests.js';
import type { CsrObjectOptions } from '../support/control-plane-requests.js';
import { condition, csrPath, serverUnderTest } from './server-under-test.js';

const { api, name, clientWith, pending, server } = serverUnderTest();

let plainPem = '';
beforeAll(async () => {
  plainPem = await makeCsr({ cn: 'contract' });
});

const create = (label: string, options: Partial<CsrObjectOptions> = {}, pem = plainPem) =>
  api.create(CSR_PATH, csrObject(pem, { name: name(label), ...options }));

const USAGES =
  'signing,digital signature,content commitment,key encipherment,key agreement,data encipherment,' +
  'cert sign,crl sign,encipher only,decipher only,any,server auth,client auth,code signing,' +
  'email protection,s/mime,ipsec end system,ipsec tunnel,ipsec user,timestamping,ocsp signing,' +
  'microsoft sgc,netscape sgc';

describe('what the server adds and drops', () => {
  const requester: Impersonation = {
    user: 'contract-requester',
    uid: 'requester-uid',
    groups: ['system:masters', 'contract:team'],
    extra: { 'example.com/ticket': ['one', 'two'] },
  };

  it('the requester is who was authenticated, an impersonated user included', async () => {
    const csr = await pending('requester', { request: { as: requester } });

    expect(csr.spec).toMatchObject({
      username: 'contract-requester',
      uid: 'requester-uid',
      groups: ['system:masters', 'contract:team', 'system:authenticated'],
      extra: { 'example.com/ticket': ['one', 'two'] },
    });
  });

  it('a requester that the client claims is dropped', async () => {
    const object = csrObject(plainPem, { name: name('claimed') }) as ApiObject;
    const claimed = { username: 'system:node:a', groups: ['system:nodes'], uid: 'x' };

    const response = await api.create(
      CSR_PATH,
      { ...object, spec: { ...object.spec, ...claimed } },
      { as: requester },
    );

    expect(response.body.spec).toMatchObject({ username: 'contract-requester' });
    expect(response.body.spec['groups']).not.toContain('system:nodes');
  });

  it('a request made with a client certificate carries the credential id', async () => {
    const identity = await server.requestClientCert('contract-certificate', ['system:masters']);
    const client = clientWith(identity.certPem, identity.keyPem);

    const response = await client.create(
      CSR_PATH,
      csrObject(plainPem, { name: name('credential-id') }),
    );

    expect(response.body.spec['username']).toBe('contract-certificate');
    expect(response.body.spec['extra']).toEqual({
      'authentication.kubernetes.io/credential-id': [
        expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/),
      ],
    });
  });

  it('a status that the client sets is wiped (API-4)', async () => {
    const object = csrObject(plainPem, { name: name('pre-approved') });
    const status = { conditions: [condition('Approved')], certificate: 'aGVsbG8=' };

    const response = await api.create(CSR_PATH, { ...object, status });

    expect(response.status).toBe(201);
    const { body } = await api.get(csrPath(response.body));
    expect(body.status.conditions ?? []).toEqual([]);
    expect(body.status.certificate).toBeUndefined();
  });

  it('nothing is defaulted (API-1)', async () => {
    const csr = await pending('no-defaults');

    expect(Object.keys(csr.spec).sort()).toEqual(
      ['extra', 'groups', 'request', 'signerName', 'usages', 'username'].sort(),
    );
  });

  it('an unknown field is dropped, with a warning only', async () => {
    const object = csrObject(plainPem, { name: name('unknown-field') }) as ApiObject;

    const response = await api.create(CSR_PATH, {
      ...object,
      spec: { ...object.spec, isCA: true },
    });

    expect(response.status).toBe(201);
    expect(response.body.spec['isCA']).toBeUndefined();
  });
});

describe('usages and lifetime', () => {
  it('all 23 known usages are accepted, in the order given (API-3)', async () => {
    const csr = await pending('all-usages', { usages: USAGES.split(',') });

    expect(csr.spec['usages']).toEqual(USAGES.split(','));
  });

  const refused: Record<string, { options: Partial<CsrObjectOptions>; says: string }> = {
    'an unknown usage (API-3)': {
      options: { usages: ['client auth', 'Client Auth'] },
      says: 'Unsupported value: "Client Auth"',
    },
    'a repeated usage (API-3)': {
      options: { usages: ['client auth', 'client auth'] },
      says: 'Duplicate value: "client auth"',
    },
    'no usage at all (API-1)': { options: { usages: [] }, says: 'spec.usages: Required value' },
    'a lifetime of 599 seconds': {
      options: { expirationSeconds: 599 },
      says: 'may not specify a duration less than 600 seconds (10 minutes)',
    },
  };

  it.each(Object.entries(refused))('%s is refused', async (sentence, { options, says }) => {
    const response = await create(`usages-${Object.keys(refused).indexOf(sentence)}`, options);

    expect(response.status).toBe(422);
    expect(response.failure?.message).toContain(says);
  });

  it.each([600, 2_147_483_647])('a lifetime of %d seconds is accepted', async (seconds) => {
    const csr = await pending(`lifetime-${seconds}`, { expirationSeconds: seconds });

    expect(csr.spec['expirationSeconds']).toBe(seconds);
  });
});

describe('signer names', () => {
  const longest = [63, 63, 63, 61].map((length) => 'a'.repeat(length)).join('.');

  const cases: Record<string, { signerName: string; status: number; says?: string }> = {
    'kubernetes.io/legacy-unknown is refused': {
      signerName: 'kubernetes.io/legacy-unknown',
      status: 422,
      says: 'the legacy signerName is not allowed via this API version',
    },
    'an empty name is refused (API-1)': {
      signerName: '',
      status: 422,
      says: 'spec.signerName: Required value',
    },
    'a name without a slash is refused': {
      signerName: 'example.com',
      status: 422,
      says: "must be a fully qualified domain and path of the form 'example.com/signer-name'",
    },
    'a name with two slashes is refused': {
      signerName: 'example.com/a/b',
      status: 422,
      says: "must be a fully qualified domain and path of the form 'example.com/signer-name'",
    },
    'a domain of one label is refused': {
      signerName: 'example/signer',
      status: 422,
      says: 'should be a domain with at least two segments separated by dots',
    },
    'an upper-case domain is refused': {
      signerName: 'Example.com/signer',
      status: 422,
      says: 'validating label "Example"',
    },
    'an upper-case path is refused': {
      signerName: 'example.com/Signer',
      status: 422,
      says: 'validating label "Signer"',
    },
    'a path with dots is accepted': { signerName: 'example.com/a.b.c', status: 201 },
    'an unknown signer under kubernetes.io is accepted': {
      signerName: 'kubernetes.io/nobody-knows-me',
      status: 201,
    },
    'the longest domain with the longest path is accepted (API-2)': {
      signerName: `${longest}/${longest}`,
      status: 201,
    },
  };

  it.each(Object.entries(cases))('%s', async (sentence, { signerName, status, says = '' }) => {
    const response = await create(`signer-${Object.keys(cases).indexOf(sentence)}`, { signerName });

    expect(response.status).toBe(status);
    expect(response.failure?.message ?? '').toContain(says);
  });
});

describe('subjects', () => {
  const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';

  it('system:masters is refused by admission for kubernetes.io/kube-apiserver-client', async () => {
    const pem = await makeCsr({ cn: 'admin', o: ['system:masters'] });

    const response = await create('masters', { signerName: CLIENT_SIGNER }, pem);

    expect(response.status).toBe(403);
    expect(response.failure?.message).toContain('system:masters');
  });

  it.each(['kubernetes.io/kube-apiserver-client-kubelet', 'example.com/custom'])(
    'system:masters is accepted for %s: no admission guards other signers',
    async (signerName) => {
      const pem = await makeCsr({ cn: 'admin', o: ['system:masters'] });

      const response = await create(`masters-${signerName.slice(-6)}`, { signerName }, pem);

      expect(response.status).toBe(201);
    },
  );

  it('kubeadm:cluster-admins, as mighty by kubeadm default, is accepted', async () => {
    const pem = await makeCsr({ cn: 'admin', o: ['kubeadm:cluster-admins'] });

    const response = await create('cluster-admins', { signerName: CLIENT_SIGNER }, pem);

    expect(response.status).toBe(201);
  });

  it('an empty subject, and one that any signer should refuse, are accepted', async () => {
    const responses = [
      await create('no-subject', {}, await makeCsr()),
      await create('node', { signerName: CLIENT_SIGNER }, await makeCsr({ cn: 'system:node:a' })),
    ];

    expect(responses.map(({ status }) => status)).toEqual([201, 201]);
  });
});
