// SPDX-License-Identifier: Apache-2.0
// What is signed when a person approved it: whatever the signer may give, and nothing beyond. Each request that is
// refused differs in one thing from one that is signed.

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { tlv, utf8String, objectIdentifier } from '../../src/x509/der-writer.js';
import type { ReasonCode } from '../../src/vocabulary/reasons.js';
import {
  altNames,
  attribute,
  commonName,
  curveKey,
  dns,
  email,
  extensionRequest,
  ip,
  name,
  organization,
  uri,
} from '../support/forge.js';
import { opensslField, opensslRequest, opensslVerify } from '../support/openssl.js';
import type { RunningController } from '../support/running-controller.js';
import {
  ADVERTISED,
  approveByHand,
  ask,
  BARE,
  type Change,
  CLIENT,
  KUBELET,
  objectName,
  policyOf,
  SERVING,
  SHOP,
  type Signer,
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

const subject = (...rdns: readonly (readonly Uint8Array[])[]): Change => ({
  parts: { subject: name(...rdns) },
});
const names = (...values: readonly Uint8Array[]): Change => ({
  parts: { attributes: [extensionRequest(altNames(...values))] },
});
const usages = (...values: readonly string[]): Change => ({ usages: values });

const DEV = organization('dev');
const SHOPS = organization('shop');
const KUBELETS = organization('system:nodes');
const WORKER = commonName('system:node:worker-1');
const UID = attribute('1.3.6.1.4.1.57683.2', utf8String('0'));

type Row = readonly [Signer, Change];
type Refused = readonly [ReasonCode, Signer, Change];

/** Asks for all rows as a stranger, and has a person approve them. */
async function askAndApprove(rows: readonly (readonly [string, Row])[]): Promise<void> {
  await Promise.all(rows.map(([what, [signer, change]]) => ask(cluster, what, signer, change)));
  await approveByHand(
    cluster,
    rows.map(([what]) => what),
  );
}

describe('a request that no rule speaks of is signed when a person approves it', () => {
  const given: Readonly<Record<string, Row>> = {
    'a client of the API server': [CLIENT, {}],
    'a client of the API server with names': [CLIENT, names(dns('jane.example'))],
    'a kubelet': [KUBELET, {}],
    'a kubelet that serves': [SERVING, {}],
    'a shop': [SHOP, {}],
    'a shop with all that the signer gives': [
      SHOP,
      {
        parts: {
          subject: name([attribute('2.5.4.11', utf8String('lab'))], SHOPS, commonName('web')),
          attributes: [
            extensionRequest(
              altNames(
                dns('web.example'),
                ip(192, 0, 2, 7),
                uri('spiffe://shop/web'),
                email('web@shop.example'),
              ),
            ),
          ],
        },
        usages: ['server auth', 'client auth', 'digital signature'],
      },
    ],
    'nobody in particular': [BARE, {}],
  };
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
  failEach({
    'a client that also serves': ['UsageNotAllowed', CLIENT, usages('client auth', 'server auth')],
    'a client that only signs': ['UsageMissing', CLIENT, usages('digital signature')],
    'a kubelet of no group': ['KubeletOrganization', KUBELET, subject(WORKER)],
    'a kubelet of two groups': ['KubeletOrganization', KUBELET, subject(KUBELETS, DEV, WORKER)],
    'a kubelet of no node': ['KubeletCommonName', KUBELET, subject(KUBELETS, commonName('jane'))],
    'a kubelet with a DNS name': ['KubeletDnsName', KUBELET, names(dns('worker-1'))],
    'a kubelet with an address': ['KubeletAddress', KUBELET, names(ip(10, 1, 0, 1))],
    'a kubelet with an e-mail address': ['KubeletEmail', KUBELET, names(email('a@b.example'))],
    'a kubelet with a URI': ['KubeletUri', KUBELET, names(uri('spiffe://a/b'))],
    'a kubelet that also serves': [
      'KubeletUsages',
      KUBELET,
      usages('client auth', 'digital signature', 'server auth'),
    ],
    'a serving kubelet of no group': ['KubeletOrganization', SERVING, subject(WORKER)],
    'a serving kubelet of no node': [
      'KubeletCommonName',
      SERVING,
      subject(KUBELETS, commonName('jane')),
    ],
    'a serving kubelet without names': [
      'KubeletNamesMissing',
      SERVING,
      { parts: { attributes: [] } },
    ],
    'a serving kubelet with an e-mail address': [
      'KubeletEmail',
      SERVING,
      names(dns('worker-1'), email('a@b.example')),
    ],
    'a serving kubelet with a URI': [
      'KubeletUri',
      SERVING,
      names(dns('worker-1'), uri('spiffe://a/b')),
    ],
    'a serving kubelet that is also a client': [
      'KubeletUsages',
      SERVING,
      usages('server auth', 'digital signature', 'client auth'),
    ],
  });
});

describe('a request that a guard of facts refuses fails, whoever approved it', () => {
  failEach({
    'the group above all rights that allow would give': [
      'SystemMasters',
      SHOP,
      subject(organization('system:masters'), commonName('web')),
    ],
    'a UID that somebody chose': ['UidAttribute', CLIENT, subject([UID], DEV, commonName('jane'))],
    'a loopback address that allow would give': ['UnusableAddress', SHOP, names(ip(127, 0, 0, 1))],
    'a wildcard that allow would give': ['WildcardName', SHOP, names(dns('*.web.example'))],
    'no purpose': ['ExtendedKeyUsageMissing', SHOP, usages('digital signature')],
    'a power of a CA': ['CeilingUsage', SHOP, usages('server auth', 'cert sign')],
    'a hidden name': [
      'SanKind',
      CLIENT,
      names(tlv(0xa0, objectIdentifier('1.3.6.1.4.1.311.20.2.3'), tlv(0xa0, utf8String('root')))),
    ],
    'a weak key': ['KeyCurve', CLIENT, { parts: { key: curveKey('secp224r1') } }],
  });
});

describe('a request beyond the ceiling of the signer fails: a person does not widen it', () => {
  failEach({
    'another user': ['CeilingCommonName', SHOP, subject(SHOPS, commonName('root'))],
    'another group': ['CeilingOrganization', SHOP, subject(SHOPS, DEV, commonName('web'))],
    'another unit': [
      'CeilingAttribute',
      SHOP,
      subject([attribute('2.5.4.11', utf8String('attic'))], SHOPS, commonName('web')),
    ],
    'another DNS name': ['CeilingDnsName', SHOP, names(dns('web.example'), dns('web.test'))],
    'another address': ['CeilingAddress', SHOP, names(ip(198, 51, 100, 7))],
    'another URI': ['CeilingUri', SHOP, names(uri('spiffe://bank/web'))],
    'another e-mail address': ['CeilingEmail', SHOP, names(email('web@bank.example'))],
    'another usage': ['CeilingUsage', SHOP, usages('server auth', 'code signing')],
    'a user, where allow names none': ['CeilingCommonName', BARE, subject(commonName('web'))],
    'a group, where allow names none': ['CeilingOrganization', BARE, subject(SHOPS)],
    'a DNS name, where allow names none': ['CeilingDnsName', BARE, names(dns('web.example'))],
    'an address, where allow names none': ['CeilingAddress', BARE, names(ip(192, 0, 2, 7))],
    'a URI, where allow names none': ['CeilingUri', BARE, names(uri('spiffe://shop/web'))],
    'an e-mail address, where allow names none': [
      'CeilingEmail',
      BARE,
      names(email('web@shop.example')),
    ],
    'a usage, where allow names another': ['CeilingUsage', BARE, usages('server auth')],
  });

  it('nor does the lifetime grow', async () => {
    await askAndApprove([['a shop for a year', [SHOP, { expirationSeconds: 31_536_000 }]]]);

    const end = await opensslField('-enddate', await cluster.issued('a-shop-for-a-year'));
    const leftMs = Date.parse(end.replace('notAfter=', '')) - Date.now();
    expect(Math.abs(leftMs - 7_200_000)).toBeLessThan(30_000);
  });
});

describe('a request that only evidence can clear waits, whoever approved it', () => {
  const waiting: Readonly<Record<string, Refused>> = {
    'the name of the API server in the cluster': [
      'ApiServerName',
      CLIENT,
      names(dns('kubernetes.default.svc')),
    ],
    'the name of the API server that allow would give': [
      'ApiServerName',
      SHOP,
      names(dns('kubernetes.default')),
    ],
    "a name in the API server's certificate": ['ApiServerName', SERVING, names(dns('localhost'))],
    'the address that the API server publishes': [
      'ApiServerName',
      SERVING,
      names(ip(192, 0, 2, 77)),
    ],
    'the address of a Service that allow would give': [
      'ApiServerName',
      SHOP,
      names(ip(10, 0, 0, 9)),
    ],
    'the name of a Service': ['ServiceName', SERVING, names(dns('web.shop.svc'))],
  };
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
  const member = (user: string, ...groups: readonly string[]) => ({ as: { user, groups } });
  const kubelet = (node: string) => member(`system:node:${node}`, 'system:nodes');
  const at = (...octets: readonly number[]) => names(dns('worker-1'), ip(...octets));

  const refusedAtFirst: Readonly<Record<string, readonly [ReasonCode, Signer, Change]>> = {
    'a kubelet whose requester may not ask for kubelets': [
      'AccessNotGranted',
      KUBELET,
      member('somebody'),
    ],
    'a kubelet of a node that is at work': [
      'NodeAlreadyReady',
      KUBELET,
      { ...subject(KUBELETS, commonName('system:node:ready-1')), ...member('joiner', 'joiners') },
    ],
    'a kubelet by the name of a user that may do everything': [
      'IdentityHasEveryRight',
      KUBELET,
      { ...subject(KUBELETS, commonName('system:node:root')), ...member('joiner', 'joiners') },
    ],
    'a serving kubelet with an address that its Node does not list': [
      'NameNotOwned',
      SERVING,
      { ...at(10, 1, 0, 9), ...kubelet('worker-1') },
    ],
    'a serving kubelet with an address beyond the bounds of the rule': [
      'AddressNotAllowed',
      SERVING,
      { ...at(10, 2, 0, 1), ...kubelet('worker-1') },
    ],
    'a serving kubelet with a name beyond the bounds of the rule': [
      'DnsNameNotAllowed',
      SERVING,
      { ...names(dns('worker-1'), dns('web.example')), ...kubelet('worker-1') },
    ],
    'a serving kubelet with an address that another Node lists, too': [
      'AddressShared',
      SERVING,
      { ...at(10, 1, 0, 2), ...kubelet('worker-1') },
    ],
    'a serving kubelet without a Node': [
      'NodeNotFound',
      SERVING,
      {
        parts: {
          subject: name(KUBELETS, commonName('system:node:unborn')),
          attributes: [extensionRequest(altNames(dns('unborn')))],
        },
        ...kubelet('unborn'),
      },
    ],
    'a user with the name of another': [
      'CommonNameNotAllowed',
      CLIENT,
      member('joe', 'developers'),
    ],
    'a user of another group': [
      'OrganizationNotAllowed',
      CLIENT,
      { ...subject(organization('ops'), commonName('jane')), ...member('jane', 'developers') },
    ],
    'a user with a DNS name': [
      'DnsNameNotAllowed',
      CLIENT,
      { ...names(dns('jane.example')), ...member('jane', 'developers') },
    ],
    'a user for too long': [
      'LifetimeTooLong',
      CLIENT,
      { expirationSeconds: 43_200, ...member('jane', 'developers') },
    ],
    'a user with a key that the rule does not take': [
      'KeyNotAllowed',
      CLIENT,
      { ...usages('client auth'), ...member('jane', 'careful') },
    ],
    'a user with a usage that the rule does not give': [
      'UsageNotAllowed',
      CLIENT,
      { ...usages('client auth', 'key encipherment'), ...member('jane', 'careful') },
    ],
    'a user with a reserved name': [
      'SystemName',
      CLIENT,
      {
        ...subject(DEV, commonName('system:kube-scheduler')),
        ...member('system:kube-scheduler', 'developers'),
      },
    ],
    'a user whom a rule leaves to people': [
      'ReviewRequired',
      CLIENT,
      { expirationSeconds: 3600, ...member('jane', 'reviewed') },
    ],
    'a shop with a name that only the signer gives': [
      'DnsNameNotAllowed',
      SHOP,
      member('x', 'deployers'),
    ],
  };

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
