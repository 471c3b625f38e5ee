// SPDX-License-Identifier: Apache-2.0
// What is signed when a person approved it: whatever the signer may give, and nothing beyond. Each request that is
// refused differs in one thing from one that is signed.

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dns } from '../support/forge.js';
import { opensslField, opensslRequest, opensslVerify } from '../support/openssl.js';
import type { RunningController } from '../support/running-controller.js';
import { refusedAtFirst } from './approved-by-a-person/refused-at-first.js';
import {
  beyondCeilings,
  brokenContracts,
  given,
  guardedFacts,
  names,
  type Refused,
  type Row,
  waiting,
} from './approved-by-a-person/rows.js';
import {
  ADVERTISED,
  approveByHand,
  ask,
  KUBELET,
  objectName,
  policyOf,
  SHOP,
} from './approved-by-a-person/stage.js';
import { conditionOf, decisionsOf, startCluster } from './cluster.js';

const cluster = await startCluster({ advertiseAddress: ADVERTISED });
const { folder } = cluster.plane.group;
const policy = await policyOf(cluster);
const NODES = '/api/v1/nodes';
const SETTLED_WITHIN_MS = 30_000;

let controller: RunningController;

beforeAll(async () => {
  controller = cluster.run(['--policy-file', await cluster.file('policy.yaml', policy)]);
  await controller.line('policy loaded');
});

afterAll(async () => {
  await controller.stop();
});

/** Asks for all rows as a stranger, and has a person approve them. */
async function askAndApprove(rows: readonly (readonly [string, Row])[]): Promise<void> {
  await Promise.all(rows.map(([what, [signer, change]]) => ask(cluster, what, signer, change)));
  await approveByHand(
    cluster,
    rows.map(([what]) => what),
  );
}

describe('a request that no rule speaks of is signed when a person approves it', () => {
  beforeAll(() => askAndApprove(Object.entries(given)), SETTLED_WITHIN_MS);

  it.each(Object.keys(given))('%s', async (what) => {
    await cluster.issued(objectName(what));

    const shown = await cluster.kubectl(['get', 'csr', objectName(what), '--no-headers']);
    expect(shown.stdout).toMatch(/ Approved,Issued\n$/);
  });
});

/** Each fails for good, with its code; kubectl says so, and no certificate is there. */
const failEach = (rows: Readonly<Record<string, Refused>>): void => {
  beforeAll(
    () =>
      askAndApprove(
        Object.entries(rows).map(([what, [, signer, change]]) => [what, [signer, change]] as const),
      ),
    SETTLED_WITHIN_MS,
  );

  it.each(Object.entries(rows))('%s', async (what, [code]) => {
    const failed = await cluster.failed(objectName(what));

    expect(conditionOf(failed, 'Failed')).toMatchObject({ reason: code, status: 'True' });
    expect(decisionsOf(failed)).toMatchObject([{ type: 'Approved', reason: 'KubectlApprove' }]);
    expect(failed.status.certificate).toBeUndefined();
    const line = await controller.line('certificate request failed', { csr: objectName(what) });
    expect(line).toMatchObject({ reason: code, issuance: 'failed' });
  });
};

describe('a request that breaks the contract of a built-in signer fails, whoever approved it', () => {
  failEach(brokenContracts);
});

describe('a request that a guard of facts refuses fails, whoever approved it', () => {
  failEach(guardedFacts);
});

describe('a request beyond the ceiling of the signer fails: a person does not widen it', () => {
  failEach(beyondCeilings);

  it('nor does the lifetime grow', async () => {
    await askAndApprove([['a shop for a year', [SHOP, { expirationSeconds: 31_536_000 }]]]);

    const end = await opensslField('-enddate', await cluster.issued('a-shop-for-a-year'));
    const leftMs = Date.parse(end.replace('notAfter=', '')) - Date.now();
    expect(Math.abs(leftMs - 7_200_000)).toBeLessThan(30_000);
  });
});

describe('a request that only evidence can clear waits, whoever approved it', () => {
  beforeAll(
    () =>
      askAndApprove(
        Object.entries(waiting).map(
          ([what, [, signer, change]]) => [what, [signer, change]] as const,
        ),
      ),
    SETTLED_WITHIN_MS,
  );

  it.each(Object.entries(waiting))('%s', async (what, [code]) => {
    const line = await controller.line('certificate waits to be signed', { csr: objectName(what) });

    expect(line).toMatchObject({ reason: code, issuance: 'waiting' });
    const { status } = await cluster.csr(objectName(what));
    expect(status.conditions?.map(({ type }) => type)).toEqual(['Approved']);
    expect(status.certificate).toBeUndefined();
  });

  it('but the name of a Service is given where allow of a custom signer names it', async () => {
    await askAndApprove([['a shop behind a Service', [SHOP, names(dns('web.shop.svc'))]]]);

    expect(await cluster.issued('a-shop-behind-a-service')).toContain('BEGIN CERTIFICATE');
  });
});

describe('a request that only the approval refused is signed when a person approves it', () => {
  beforeAll(async () => {
    const register = async (node: string, ...addresses: readonly string[]) => {
      await cluster.create(NODES, { metadata: { name: node } });
      await cluster.api.patch(`${NODES}/${node}/status`, {
        status: {
          conditions: [{ type: 'Ready', status: node === 'ready-1' ? 'True' : 'False' }],
          addresses: [
            { type: 'Hostname', address: node },
            ...addresses.map((address) => ({ type: 'InternalIP', address })),
          ],
        },
      });
    };
    await Promise.all([
      register('worker-1', '10.1.0.1', '10.1.0.2'),
      register('worker-2', '10.1.0.2'),
      register('ready-1'),
      cluster.bind('system:certificates.k8s.io:certificatesigningrequests:nodeclient', {
        kind: 'Group',
        name: 'joiners',
      }),
      cluster.bind('cluster-admin', { kind: 'User', name: 'system:node:root' }),
    ]);
    await Promise.all(
      Object.entries(refusedAtFirst).map(([what, [, signer, change]]) =>
        ask(cluster, what, signer, change),
      ),
    );
  }, SETTLED_WITHIN_MS);

  it.each(Object.entries(refusedAtFirst))('%s', async (what, [code]) => {
    const csr = objectName(what);
    const line = await controller.line('certificate request decided', { csr, reason: code });
    expect(line['decision']).toMatch(/^(leave|wait|review)$/);
    expect((await cluster.csr(csr)).status).toEqual({});

    await approveByHand(cluster, [what]);

    expect(await cluster.issued(csr)).toContain('BEGIN CERTIFICATE');
    expect(decisionsOf(await cluster.csr(csr))).toMatchObject([{ reason: 'KubectlApprove' }]);
  });

  it('and a kubelet that joins so is its node', async () => {
    const { pem, keyPem } = await opensslRequest(folder, '/O=system:nodes/CN=system:node:rescued');
    const usagesOfKubelet = ['client auth', 'digital signature'];
    const asked = { pem, signerName: KUBELET, usages: usagesOfKubelet, as: { user: 'somebody' } };
    await cluster.ask('rescued', asked);
    await controller.line('certificate request decided', {
      csr: 'rescued',
      reason: 'AccessNotGranted',
    });

    await approveByHand(cluster, ['rescued']);

    const certPem = await cluster.issued('rescued');
    const caFile = await cluster.file('verify-ca.crt', cluster.plane.clientCa.certPem);
    expect(await opensslVerify(caFile, 'sslclient', certPem)).toBe('stdin: OK');
    const kubeconfig = await cluster.kubeconfig('rescued', { certPem, keyPem });
    const whoami = await cluster.kubectl(['auth', 'whoami', '-o', 'json'], kubeconfig);
    expect(JSON.parse(whoami.stdout)).toMatchObject({
      status: {
        userInfo: {
          username: 'system:node:rescued',
          groups: ['system:nodes', 'system:authenticated'],
        },
      },
    });
  });
});
