// SPDX-License-Identifier: Apache-2.0
// A real kubelet joins a cluster without kube-controller-manager: what it gets, it gets from us.

import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ApiObject } from '../support/api-client.js';
import { createAuthority } from '../support/control-plane-certificates.js';
import { eventually } from '../support/eventually.js';
import { describeWithKubelet } from '../support/kubelet.js';
import type { Kubelet } from '../support/kubelet.js';
import { opensslVerify } from '../support/openssl.js';
import type { RunningController } from '../support/running-controller.js';
import { certificateOf, decisionsOf, startCluster } from './cluster.js';
import { clientCaFiles, hashOf } from './policies.js';
import {
  BOOTSTRAP_USER,
  CLIENT_SIGNER,
  READY_TIMEOUT_MS,
  SERVING_SIGNER,
  allowJoining,
  joined,
  requestsOfKubelet,
} from './real-kubelets.js';

const describeHere = await describeWithKubelet();
const cluster = await startCluster();
const ca = await clientCaFiles(cluster);

/**
 * A kubelet renews after 70 to 90 % of the whole life, of which 5 minutes lie before the certificate was given: of
 * these 6 minutes, at once or within 24 s.
 */
const policy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  kubelet-client: { preset: kubelet-client }
  kubelet-serving:
    preset: kubelet-serving
    sans: { dns: ['{node.name}'], ip: [10.1.0.0/16], owner: [node] }
signers:
  ${CLIENT_SIGNER}: { ca: ${ca}, lifetime: { default: 1m } }
  ${SERVING_SIGNER}: { ca: ${ca}, lifetime: { default: 1m } }
`;
const RENEWED_WITHIN_MS = 50_000;

const NODE = 'worker-1';
const USER = `system:node:${NODE}`;
const ADDRESS = '10.1.0.1';

const caPem = cluster.plane.clientCa.certPem;

const certificateIn = (request: ApiObject | undefined): X509Certificate => {
  if (request === undefined) throw new Error('the kubelet did not ask');
  return new X509Certificate(certificateOf(request));
};

/** As the API server tells with which certificate somebody came. */
const digestOf = (pem: string): string =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();

describeHere('a real kubelet', () => {
  let controller: RunningController;
  let kubelet: Kubelet;

  beforeAll(async () => {
    controller = cluster.run(['--policy-file', await cluster.file('policy.yaml', policy)]);
    await controller.line('policy loaded');
    const bootstrapKubeconfig = await allowJoining(cluster);
    const node = { node: NODE, address: ADDRESS, bootstrapKubeconfig };
    kubelet = await joined(cluster, node);
  }, READY_TIMEOUT_MS);

  afterAll(async () => {
    await kubelet.stop();
    await controller.stop();
  });

  it('joins with a client certificate that we approved and signed, and its Node is Ready', async () => {
    const [request] = await requestsOfKubelet(cluster, BOOTSTRAP_USER, CLIENT_SIGNER);

    expect(request && decisionsOf(request)).toMatchObject([
      { type: 'Approved', message: `rule kubelet-client, policy ${hashOf(policy)}` },
    ]);
    expect(certificateIn(request).subject).toBe(`O=system:nodes\nCN=${USER}`);
    const caFile = await cluster.file('issuer.crt', caPem);
    const { certPem } = await kubelet.clientCredential();
    expect(await opensslVerify(caFile, 'sslclient', certPem)).toBe('stdin: OK');
  });

  it('serves with a certificate that we approved and signed, for what its Node lists', async () => {
    const [request] = await requestsOfKubelet(cluster, USER, SERVING_SIGNER);

    expect(request && decisionsOf(request)).toMatchObject([
      { type: 'Approved', message: `rule kubelet-serving, policy ${hashOf(policy)}` },
    ]);
    const { subject, subjectAltName } = certificateIn(request);
    expect(subject).toBe(`O=system:nodes\nCN=${USER}`);
    expect(subjectAltName).toBe(`DNS:${NODE}, IP Address:${ADDRESS}`);
  });

  it.each([NODE, ADDRESS])('proves to be %s to who trusts our CA alone', async (name) => {
    const socket = await kubelet.connectAs(name, caPem);

    expect(socket.authorized).toBe(true);
    socket.destroy();
  });

  it.each(['worker-2', '10.1.0.2'])('does not prove to be %s', async (name) => {
    await expect(kubelet.connectAs(name, caPem)).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('proves nothing to who trusts another CA', async () => {
    const { certPem } = await createAuthority('another-ca');

    await expect(kubelet.connectAs(NODE, certPem)).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  it(
    'renews its client certificate by itself, as the Node that it is, and uses the new one',
    async () => {
      const renewed = await eventually(
        'it holds a certificate that it asked for with another one',
        async () => {
          const { certPem } = await kubelet.clientCredential();
          const requests = await requestsOfKubelet(cluster, USER, CLIENT_SIGNER);
          return requests.find((request) => certificateOf(request) === certPem);
        },
        RENEWED_WITHIN_MS,
      );

      expect(decisionsOf(renewed)).toMatchObject([{ type: 'Approved', reason: 'PolicyApproved' }]);
      await eventually(
        'it has asked for something with a certificate that it renewed',
        async () => {
          const renewals = await requestsOfKubelet(cluster, USER, CLIENT_SIGNER);
          const servings = await requestsOfKubelet(cluster, USER, SERVING_SIGNER);
          const digests = renewals
            .map(certificateOf)
            .filter((pem) => pem !== '')
            .map(digestOf);
          return [...renewals, ...servings].find(({ spec }) => {
            const asked = JSON.stringify(spec['extra']);
            return digests.some((digest) => asked.includes(`X509SHA256=${digest}`));
          });
        },
        RENEWED_WITHIN_MS,
      );
    },
    2 * RENEWED_WITHIN_MS,
  );

  it(
    'renews its serving certificate by itself, and serves with the new one',
    async () => {
      const [first] = await requestsOfKubelet(cluster, USER, SERVING_SIGNER);
      const served = await eventually(
        'it serves with another certificate than its first',
        async () => {
          const socket = await kubelet.connectAs(NODE, caPem);
          const { serialNumber } = socket.getPeerCertificate();
          socket.destroy();
          return serialNumber === certificateIn(first).serialNumber ? undefined : serialNumber;
        },
        RENEWED_WITHIN_MS,
      );

      const requests = await requestsOfKubelet(cluster, USER, SERVING_SIGNER);
      const issued = requests.filter((request) => certificateOf(request) !== '').map(certificateIn);
      expect(issued.map(({ serialNumber }) => serialNumber)).toContain(served);
    },
    RENEWED_WITHIN_MS,
  );

  it('gives us nothing to refuse or to complain about', () => {
    const decided = controller.linesOf('certificate request decided');

    // A Node and its first request come over two watches, so that it may have to wait for a moment.
    const decisions = new Set(decided.map(({ decision }) => decision));
    expect([...decisions].filter((decision) => decision !== 'wait')).toEqual(['approve']);
    expect(controller.lines().filter(({ level }) => level === 'error')).toEqual([]);
  });
});
