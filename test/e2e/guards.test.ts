// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../support/control-plane-certificates.js';
import { makeCsr } from '../support/control-plane-requests.js';
import type { RequestContents } from '../support/control-plane-requests.js';
import { opensslField, opensslRequest, opensslVerify } from '../support/openssl.js';
import type { RunningController } from '../support/running-controller.js';
import { conditionOf, decisionsOf, startCluster, USER_SIGNER } from './cluster.js';
import type { Asking } from './cluster.js';
import { clientCaFiles, hashOf } from './policies.js';

/** Our own signer, with a CA that the API server does not believe. Its rule allows all that a rule can allow. */
const OWN_SIGNER = 'example.com/workloads';
const ADVERTISED = '192.0.2.77';
const REQUESTER = { user: 'deployer', groups: ['deployers'] };

const cluster = await startCluster({ advertiseAddress: ADVERTISED });
const { folder } = cluster.plane.group;
const ca = await createAuthority('workloads-ca');
const caFile = await cluster.file('workloads-ca.crt', ca.certPem);
const keyFile = await cluster.file('workloads-ca.key', ca.keyPem);
const policy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  workloads:
    match: { signerName: ${OWN_SIGNER}, requester: { groups: [deployers] } }
    subject: { commonName: '/.*/', organizations: ['/.*/'] }
    sans: { dns: ['/.*/'], ip: [0.0.0.0/0, '::/0'] }
    usages: [client auth, server auth, digital signature]
  people:
    match: { signerName: ${USER_SIGNER}, requester: { groups: [deployers] } }
    subject: { commonName: '/.*/', organizations: ['/.*/'] }
    onViolation: { default: leave }
signers:
  ${OWN_SIGNER}:
    ca: { files: { cert: '${caFile}', key: '${keyFile}' } }
    allow:
      subject: { commonName: '/.*/', organizations: ['/.*/'] }
      sans: { dns: ['/.*/'], ip: [0.0.0.0/0, '::/0'] }
      usages: [client auth, server auth, digital signature]
  ${USER_SIGNER}:
    ca: ${await clientCaFiles(cluster)}
`;

let controller: RunningController;

beforeAll(async () => {
  controller = cluster.run(['--policy-file', await cluster.file('policy.yaml', policy)]);
  await controller.line('policy loaded');
});

afterAll(async () => {
  await controller.stop();
});

const workload: Asking = {
  as: REQUESTER,
  signerName: OWN_SIGNER,
  usages: ['server auth', 'digital signature'],
};

describe('a request to our own signer, where the rule allows every value', () => {
  it('is approved and signed by the CA of the signer when no guard stands against it', async () => {
    const pem = await makeCsr({
      cn: 'web',
      o: ['shop'],
      dns: ['web.example'],
      ip: ['203.0.113.9'],
    });

    await cluster.ask('harmless', { ...workload, pem });

    const certificate = await cluster.issued('harmless');
    expect(await opensslVerify(caFile, 'sslserver', certificate)).toBe('stdin: OK');
    expect(await opensslField('-subject', certificate)).toBe('subject=CN=web,O=shop');
  });

  const refused: Readonly<
    Record<string, { contents: RequestContents; reason: string; clause: string }>
  > = {
    'for the group above all rights': {
      contents: { cn: 'web', o: ['system:masters'] },
      reason: 'SystemMasters',
      clause: '"system:masters" is never given',
    },
    'for a name that is reserved for Kubernetes': {
      contents: { cn: 'system:kube-scheduler' },
      reason: 'SystemName',
      clause: 'name "system:kube-scheduler" is reserved for Kubernetes',
    },
    "for a name in the API server's own certificate": {
      contents: { cn: 'web', dns: ['web.example', 'localhost'] },
      reason: 'ApiServerName',
      clause: '"localhost" belongs to the API server or a Service',
    },
    'for the name of the API server inside the cluster': {
      contents: { cn: 'web', dns: ['kubernetes.default.svc'] },
      reason: 'ApiServerName',
      clause: '"kubernetes.default.svc" belongs to the API server or a Service',
    },
    'for the address that the API server publishes': {
      contents: { cn: 'web', ip: [ADVERTISED] },
      reason: 'ApiServerName',
      clause: `"${ADVERTISED}" belongs to the API server or a Service`,
    },
    'for an address of a Service': {
      contents: { cn: 'web', ip: ['10.0.0.200'] },
      reason: 'ApiServerName',
      clause: '"10.0.0.200" belongs to the API server or a Service',
    },
    "for no host's address": {
      contents: { cn: 'web', ip: ['169.254.169.254'] },
      reason: 'UnusableAddress',
      clause: 'IP address "169.254.169.254" is no host\'s (link-local)',
    },
    'for a wildcard': {
      contents: { cn: 'web', dns: ['*.example'] },
      reason: 'WildcardName',
      clause: 'wildcard name "*.example" is never given',
    },
    "for somebody else's UID": {
      contents: { cn: 'web', subject: [{ '1.3.6.1.4.1.57683.2': ['0'] }] },
      reason: 'UidAttribute',
      clause: 'UID',
    },
  };

  it.each(Object.entries(refused))('%s is denied', async (label, { contents, reason, clause }) => {
    const name = label.toLowerCase().replaceAll(/[^a-z]+/g, '-');

    await cluster.ask(name, { ...workload, pem: await makeCsr(contents) });

    const denied = await cluster.decided(name);
    expect(decisionsOf(denied)).toMatchObject([{ type: 'Denied', reason }]);
    const message = decisionsOf(denied)[0]?.message;
    expect(message).toContain(clause);
    expect(message).toContain(`[rule workloads, policy ${hashOf(policy)}]`);
    expect(denied.status.certificate).toBeUndefined();
  });

  it('that wants to be a CA is denied', async () => {
    const { pem } = await opensslRequest(folder, '/CN=web', [
      'basicConstraints=critical,CA:TRUE',
      'keyUsage=keyCertSign',
    ]);

    await cluster.ask('wants-to-be-a-ca', { ...workload, pem });

    const denied = conditionOf(await cluster.decided('wants-to-be-a-ca'), 'Denied');
    expect(denied?.reason).toBe('CaRequested');
  });

  it('with a second request behind the first is denied, although the API server took it', async () => {
    const harmless = await makeCsr({ cn: 'web' });
    const hidden = await makeCsr({ cn: 'web', o: ['system:masters'] });

    await cluster.ask('two-in-one', { ...workload, pem: harmless + hidden });

    const denied = conditionOf(await cluster.decided('two-in-one'), 'Denied');
    expect(denied?.reason).toBe('PemSeveralBlocks');
  });
});

describe('an identity', () => {
  it('that may do everything in the cluster is not given to anybody', async () => {
    await cluster.bind('cluster-admin', { kind: 'Group', name: 'platform-owners' });
    const pem = await makeCsr({ cn: 'olga', o: ['platform-owners'] });

    await cluster.ask('owner', { ...workload, usages: ['client auth'], pem });
    await cluster.ask('server-of-owner', { ...workload, pem });

    const denied = conditionOf(await cluster.decided('owner'), 'Denied');
    expect(denied?.reason).toBe('IdentityHasEveryRight');
    expect(denied?.message).toContain(
      'the identity to be issued may do everything in the cluster. ',
    );
    // The same names on a certificate that authenticates no client.
    expect(await cluster.issued('server-of-owner')).toContain('BEGIN CERTIFICATE');
  });

  it('does not renew itself with its own certificate', async () => {
    const held = await cluster.plane.requestClientCert('deployer', ['deployers']);
    const { as: _, ...request } = workload;

    await cluster.ask('renews-itself', { ...request, by: cluster.client(held) });

    const denied = conditionOf(await cluster.decided('renews-itself'), 'Denied');
    expect(denied?.reason).toBe('CertificateRequester');
  });
});

describe('what a person approves', () => {
  it('is signed when only the approval was refused and the signer may give it', async () => {
    const held = await cluster.plane.requestClientCert('deployer', ['deployers']);
    const pem = await makeCsr({ cn: 'deployer' });
    await cluster.ask('by-a-person', { by: cluster.client(held), pem });
    const line = await controller.line('certificate request decided', { csr: 'by-a-person' });
    expect(line).toMatchObject({ decision: 'leave', reason: 'CertificateRequester' });

    await cluster.kubectl(['certificate', 'approve', 'by-a-person']);

    const certificate = await cluster.issued('by-a-person');
    const verifyFile = await cluster.file('verify-ca.crt', cluster.plane.clientCa.certPem);
    expect(await opensslVerify(verifyFile, 'sslclient', certificate)).toBe('stdin: OK');
    expect(decisionsOf(await cluster.csr('by-a-person'))).toMatchObject([
      { type: 'Approved', reason: 'KubectlApprove' },
    ]);
    await controller.line('certificate issued', { csr: 'by-a-person' });
    const issued = controller.linesOf('certificate issued', { csr: 'by-a-person' });
    expect(issued).toHaveLength(1);
  });

  it('is never signed for the group above all rights, and fails with the reason', async () => {
    const pem = await makeCsr({ cn: 'web', o: ['system:masters'] });
    await cluster.ask('masters-by-a-person', { ...workload, as: { user: 'unknown' }, pem });
    const line = await controller.line('certificate request decided', {
      csr: 'masters-by-a-person',
    });
    expect(line['decision']).toBe('leave');

    await cluster.kubectl(['certificate', 'approve', 'masters-by-a-person']);

    const failed = await cluster.failed('masters-by-a-person');
    expect(conditionOf(failed, 'Failed')).toMatchObject({
      reason: 'SystemMasters',
      message: `"system:masters" is never given. This request is final; correct it and create a new one. [signer ${OWN_SIGNER}, policy ${hashOf(policy)}]`,
    });
    expect(failed.status.certificate).toBeUndefined();
    const shown = await cluster.kubectl(['get', 'csr', 'masters-by-a-person', '--no-headers']);
    expect(shown.stdout).toMatch(/ Approved,Failed\n$/);
  });
});

it('nothing is signed that nobody approved', async () => {
  await cluster.ask('nobody-approved', { ...workload, as: { user: 'unknown' } });
  await controller.line('certificate request decided', { csr: 'nobody-approved' });
  await cluster.ask('asked-later', { ...workload, pem: await makeCsr({ cn: 'later' }) });
  await cluster.issued('asked-later');

  const requests = (
    await cluster.api.get('/apis/certificates.k8s.io/v1/certificatesigningrequests')
  ).body.items;

  const signed = requests.filter(({ status }) => status.certificate !== undefined);
  expect(signed.length).toBeGreaterThan(2);
  for (const object of signed) expect(conditionOf(object, 'Approved')).toBeDefined();
  expect((await cluster.csr('nobody-approved')).status).toEqual({});
});
