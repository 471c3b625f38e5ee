// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiClient } from '../support/api-client.js';
import { opensslRequest, opensslVerify } from '../support/openssl.js';
import type { RunningController } from '../support/running-controller.js';
import { conditionOf, startCluster } from './cluster.js';
import { clientCaFiles, hashOf } from './policies.js';

const KUBELET_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
const KUBELET_USAGES = ['digital signature', 'client auth'];
const MAY_BOOTSTRAP = 'system:certificates.k8s.io:certificatesigningrequests:nodeclient';
const MAY_RENEW = 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient';

/** Access reviews are asked again after 1, 2, 4 s. */
const ASKED_AGAIN_WITHIN_MS = 10_000;

const cluster = await startCluster();
const { folder } = cluster.plane.group;
const policy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  kubelet-client: { preset: kubelet-client }
signers:
  ${KUBELET_SIGNER}:
    ca: ${await clientCaFiles(cluster)}
`;

/** A bootstrap token as kubeadm makes them; its users are in the group of the token besides system:bootstrappers. */
async function bootstrapToken(id: string, group: string): Promise<string> {
  const secret = '0123456789abcdef';
  await cluster.create('/api/v1/namespaces/kube-system/secrets', {
    metadata: { name: `bootstrap-token-${id}` },
    type: 'bootstrap.kubernetes.io/token',
    stringData: {
      'token-id': id,
      'token-secret': secret,
      'usage-bootstrap-authentication': 'true',
      'auth-extra-groups': group,
    },
  });
  return `${id}.${secret}`;
}

/** What a kubelet asks for. */
async function askAsNode(name: string, node: string, by: ApiClient): Promise<string> {
  const subject = `/O=system:nodes/CN=system:node:${node}`;
  const { pem, keyPem } = await opensslRequest(folder, subject);
  await cluster.ask(name, { pem, by, signerName: KUBELET_SIGNER, usages: KUBELET_USAGES });
  return keyPem;
}

let controller: RunningController;

beforeAll(async () => {
  const policyFile = await cluster.file('policy.yaml', policy);
  controller = cluster.run(['--policy-file', policyFile]);
  await controller.line('policy loaded');
});

afterAll(async () => {
  await controller.stop();
});

describe('a kubelet that joins with a bootstrap token', () => {
  it('gets a certificate with which it is its node, and renews it with that certificate', async () => {
    await cluster.bind(MAY_BOOTSTRAP, { kind: 'Group', name: 'system:bootstrappers:workers' });
    await cluster.bind(MAY_RENEW, { kind: 'Group', name: 'system:nodes' });
    const token = await bootstrapToken('worker', 'system:bootstrappers:workers');

    const keyPem = await askAsNode('join-worker-1', 'worker-1', cluster.client({ token }));
    const certPem = await cluster.issued('join-worker-1');

    const joined = await cluster.csr('join-worker-1');
    expect(joined.spec).toMatchObject({ username: 'system:bootstrap:worker' });
    expect(conditionOf(joined, 'Approved')).toMatchObject({
      reason: 'PolicyApproved',
      message: `rule kubelet-client, policy ${hashOf(policy)}`,
    });
    const caFile = await cluster.file('verify-ca.crt', cluster.plane.clientCa.certPem);
    expect(await opensslVerify(caFile, 'sslclient', certPem)).toBe('stdin: OK');
    const kubeconfig = await cluster.kubeconfig('worker-1', { certPem, keyPem });
    const whoami = await cluster.kubectl(['auth', 'whoami', '-o', 'json'], kubeconfig);
    expect(JSON.parse(whoami.stdout)).toMatchObject({
      status: {
        userInfo: {
          username: 'system:node:worker-1',
          groups: ['system:nodes', 'system:authenticated'],
        },
      },
    });

    await askAsNode('renew-worker-1', 'worker-1', cluster.client({ certPem, keyPem }));
    const renewedPem = await cluster.issued('renew-worker-1');

    const renewed = await cluster.csr('renew-worker-1');
    expect(renewed.spec).toMatchObject({ username: 'system:node:worker-1' });
    // Ordinary rules refuse requesters with a client certificate; a kubelet has nothing else to renew with.
    expect(renewed.spec['extra']).toMatchObject({
      'authentication.kubernetes.io/credential-id': [
        expect.stringMatching(/^X509SHA256=[0-9a-f]{64}$/) as unknown,
      ],
    });
    expect(renewedPem).not.toBe(certPem);
    expect(await opensslVerify(caFile, 'sslclient', renewedPem)).toBe('stdin: OK');
  });

  it('waits untouched until its token has the right, and is approved then without another event', async () => {
    const token = await bootstrapToken('edgeid', 'system:bootstrappers:edge');
    await askAsNode('join-edge-1', 'edge-1', cluster.client({ token }));
    const asked = await cluster.csr('join-edge-1');

    const line = await controller.line('certificate request decided', { csr: 'join-edge-1' });

    expect(line).toMatchObject({
      decision: 'wait',
      reason: 'AccessNotGranted',
      rule: 'kubelet-client',
      until: expect.stringMatching(/Z$/) as unknown,
    });
    const waiting = await cluster.csr('join-edge-1');
    expect(waiting.metadata.resourceVersion).toBe(asked.metadata.resourceVersion);

    await cluster.bind(MAY_BOOTSTRAP, { kind: 'Group', name: 'system:bootstrappers:edge' });

    const joined = await cluster.decided('join-edge-1', ASKED_AGAIN_WITHIN_MS);
    expect(conditionOf(joined, 'Approved')?.reason).toBe('PolicyApproved');
    expect(await cluster.issued('join-edge-1')).toContain('BEGIN CERTIFICATE');
    await controller.line('certificate request decided', {
      csr: 'join-edge-1',
      decision: 'approve',
    });
    const told = controller.linesOf('certificate request decided', { csr: 'join-edge-1' });
    expect(told.map(({ decision }) => decision)).toEqual(['wait', 'approve']);
  });
});

describe('who is not a kubelet', () => {
  it('gets no certificate of a node with a token that may not bootstrap nodes', async () => {
    await cluster.create('/api/v1/namespaces/default/serviceaccounts', {
      metadata: { name: 'intruder' },
    });
    const granted = await cluster.api.create(
      '/api/v1/namespaces/default/serviceaccounts/intruder/token',
      { spec: {} },
    );
    const token = (granted.body.status as { readonly token?: string }).token ?? '';

    await askAsNode('intruder', 'worker-1', cluster.client({ token }));

    const line = await controller.line('certificate request decided', { csr: 'intruder' });
    expect(line).toMatchObject({ decision: 'wait', reason: 'AccessNotGranted' });
    expect((await cluster.csr('intruder')).status.conditions).toBeUndefined();
  });

  it("gets no certificate of a node with the right to renew, which is for one's own name", async () => {
    await cluster.bind(MAY_RENEW, { kind: 'Group', name: 'renewers' });
    const operator = await cluster.plane.requestClientCert('operator', ['renewers']);

    await askAsNode('other-node', 'worker-9', cluster.client(operator));

    const line = await controller.line('certificate request decided', { csr: 'other-node' });
    expect(line).toMatchObject({ decision: 'wait', reason: 'AccessNotGranted' });
    expect((await cluster.csr('other-node')).status.conditions).toBeUndefined();
  });

  it('gets nothing that a kubelet does not ask for, and is left alone, not denied', async () => {
    const token = await bootstrapToken('second', 'system:bootstrappers:workers');
    const { pem } = await opensslRequest(folder, '/O=system:nodes/CN=system:node:worker-2', [
      'subjectAltName=DNS:worker-2',
    ]);
    const asked = await cluster.ask('named-kubelet', {
      pem,
      by: cluster.client({ token }),
      signerName: KUBELET_SIGNER,
      usages: KUBELET_USAGES,
    });

    const line = await controller.line('certificate request decided', { csr: 'named-kubelet' });

    expect(line).toMatchObject({ decision: 'leave', reason: 'KubeletDnsName' });
    const left = await cluster.csr('named-kubelet');
    expect(left.metadata.resourceVersion).toBe(asked.metadata.resourceVersion);
  });
});
