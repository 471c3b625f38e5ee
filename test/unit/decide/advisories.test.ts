// SPDX-License-Identifier: Apache-2.0
// Every published weakness of a program of this kind: the attack as it was published, and beside it the good request
// that differs from it in that one thing. What cannot concern us says why.

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { WorkQueue } from '../../../src/controller/queue.js';
import { flowKeyOf } from '../../../src/request/flow-key.js';
import { objectIdentifier, tlv, utf8String } from '../../../src/x509/der-writer.js';
import { altNames, commonName, extensionRequest, name, organization } from '../../support/forge.js';
import { loadPolicy } from '../../../src/policy/load-policy.js';
import { rbacObjects } from '../../../src/review/rbac.js';
import { rightsOf, type RunShape } from '../../../src/review/rights.js';
import { ManualClock } from '../../support/manual-clock.js';
import { loadedFrom } from '../policy/good-policy.js';
import { expectOurs, type OurOutcome } from './kubelet-peer-case.js';
import {
  API_SERVER_ADDRESS,
  type Asked,
  CLIENT,
  decideOn,
  joining,
  objectOf,
  policyOf,
  serving,
  type World,
} from './kubelet-peers.js';

const USERS = 'kubernetes.io/kube-apiserver-client';

const policy = policyOf(`
kubelet-serving: { preset: kubelet-serving }
kubelet-client: { preset: kubelet-client }
developers:
  match: { signerName: ${USERS}, requester: { groups: [developers] } }
  subject: { commonName: '{requester.username}' }
mesh:
  match: { signerName: example.com/mesh, requester: { groups: [developers] } }
  subject: { commonName: ['{requester.username}', kubernetes-admin] }
  sans: { dns: ['/([a-z]+\\.)*tenant\\.example/'] }
  usages: [server auth]
`);

const world: World = {
  nodes: {
    a: { addresses: { Hostname: ['a'], InternalIP: ['10.1.0.1'] } },
    b: { addresses: { Hostname: ['b'], InternalIP: ['10.1.0.2'] } },
  },
};
const worldIn = (
  names: readonly string[],
  addresses: readonly string[],
  more: World = {},
): World => ({
  nodes: {
    ...(typeof world.nodes === 'object' ? world.nodes : {}),
    a: { addresses: { Hostname: names, InternalIP: addresses } },
  },
  ...more,
});

const asNode = (change: Partial<Asked> = {}): Asked =>
  serving('a', { dns: ['a'], ip: ['10.1.0.1'], ...change });
const asUser = (change: Partial<Asked> = {}): Asked => ({
  user: 'jane',
  groups: ['developers', 'system:authenticated'],
  signerName: USERS,
  usages: ['client auth', 'digital signature'],
  o: [],
  ...change,
});
const inMesh = (change: Partial<Asked> = {}): Asked =>
  asUser({ signerName: 'example.com/mesh', usages: ['server auth'], ...change });

type Row = readonly [OurOutcome, Asked, World?];

function decidesAll(rows: Readonly<Record<string, Row>>, under = policy): void {
  it.each(Object.entries(rows))('%s', (_, [ours, asked, within = world]) => {
    expectOurs(decideOn(asked, under, within), ours);
  });
}

describe('GHSA-87pw-5j2g-6376 (talos-cloud-controller-manager): the node is told from a name in the request', () => {
  decidesAll({
    'good: a node asks for its own name and address': ['approve', asNode()],
    'a node asks for the name and the address of another': [
      ['wait', 'NameNotOwned'],
      asNode({ dns: ['b'], ip: ['10.1.0.2'] }),
    ],
    'a node asks for the addresses of another under its own name': [
      ['wait', 'NameNotOwned'],
      asNode({ dns: ['a'], ip: ['10.1.0.2'] }),
    ],
    'a node asks for its own name first and another one second': [
      ['wait', 'NameNotOwned'],
      asNode({ dns: ['a', 'b'] }),
    ],
    'good: a node asks for its address only (it crashed there)': ['approve', asNode({ dns: [] })],
    'a node asks for the address of another only': [
      ['wait', 'NameNotOwned'],
      asNode({ dns: [], ip: ['10.1.0.2'] }),
    ],
    'a node asks for the name of another only (missed by the first fix)': [
      ['wait', 'NameNotOwned'],
      asNode({ dns: ['b'], ip: [] }),
    ],
    'a node asks for the API server in capitals (missed by the first fix)': [
      ['leave', 'ApiServerName', 'ServiceName'],
      asNode({ dns: ['a', 'KUBERNETES.default.svc'] }),
      worldIn(['a', 'KUBERNETES.default.svc'], ['10.1.0.1']),
    ],
    'a node writes the address of another into its own status': [
      ['wait', 'AddressShared'],
      asNode({ ip: ['10.1.0.2'] }),
      worldIn(['a'], ['10.1.0.2']),
    ],
  });
});

describe('GHSA-x7j5-fww5-mqmv (ekco): every request for a serving certificate is approved', () => {
  decidesAll({
    'good: a node that asks for itself': ['approve', asNode()],
    'somebody who is no node': [['leave'], asNode({ user: 'jane', cn: 'system:node:a' })],
    'a service account': [
      ['leave'],
      asNode({ user: 'system:serviceaccount:default:web', cn: 'system:node:a' }),
    ],
    'for the name of the API server': [
      ['leave', 'ApiServerName'],
      asNode({ dns: ['api.example.com'] }),
      worldIn(['api.example.com'], ['10.1.0.1']),
    ],
    'under the name of another node': [
      ['leave', 'CommonNameNotRequester'],
      asNode({ cn: 'system:node:b' }),
    ],
    'in another organization': [
      ['leave', 'KubeletOrganization', 'SystemMasters'],
      asNode({ o: ['system:masters'] }),
    ],
    'for a client': [
      ['leave', 'KubeletUsages'],
      asNode({ usages: ['digital signature', 'server auth', 'client auth'] }),
    ],
    'with an e-mail address': [['leave', 'KubeletEmail'], asNode({ email: ['root@example.com'] })],
    'of a Node that does not exist': [
      ['wait', 'NodeNotFound'],
      serving('ghost', { dns: ['ghost'] }),
    ],
    'good: a Node whose addresses come later (refused by the first fix)': ['approve', asNode()],
    'the same before they come': [['wait', 'NameNotOwned'], asNode(), worldIn([], [])],
  });
});

describe('deckhouse #22901: requests of every other signer are approved unread', () => {
  const servingOnly = policyOf('kubelet-serving: { preset: kubelet-serving }');

  decidesAll(
    {
      'good: the signer of serving certificates': ['approve', asNode()],
      'the signer of client certificates of kubelets': [['leave'], joining('a')],
      'the signer of client certificates of users': [
        ['leave'],
        asUser({ cn: 'cluster-admin', o: ['system:masters'] }),
      ],
      'somebody else’s signer': [['leave'], asNode({ signerName: 'example.com/anything' })],
    },
    servingOnly,
  );
});

describe('k0s #8333: who asks and which names are not checked, and one request stops the others', () => {
  decidesAll({
    'good: a node for itself': ['approve', asNode()],
    'a user asks in the name of a node': [['leave'], asNode({ user: 'jane', cn: 'system:node:a' })],
    'a user whose name begins as that of a node, without the group': [
      ['leave'],
      asNode({ groups: ['system:authenticated'] }),
    ],
    'a node asks under another name': [
      ['leave', 'CommonNameNotRequester'],
      asNode({ cn: 'system:node:b' }),
    ],
    'a name that the Node does not list': [['wait', 'NameNotOwned'], asNode({ dns: ['db'] })],
    'the address of the API server, which the node wrote into its own status': [
      ['leave', 'ApiServerName'],
      asNode({ ip: [API_SERVER_ADDRESS] }),
      worldIn(['a'], [API_SERVER_ADDRESS]),
    ],
    'a name in the cluster, which the node wrote into its own status': [
      ['leave', 'ServiceName'],
      asNode({ dns: ['web.shop.svc.cluster.local'] }),
      worldIn(['web.shop.svc.cluster.local'], ['10.1.0.1']),
    ],
  });

  it('a hundred requests of another are not looked at before a good one', async () => {
    const queue = new WorkQueue(new ManualClock());
    const bad = objectOf(asNode({ user: 'system:node:b', cn: 'system:node:b' }));
    for (let index = 0; index < 100; index += 1) queue.add(`a-${index}`, flowKeyOf(bad));
    queue.add('z', flowKeyOf(objectOf(asNode())));

    const taken = [await queue.take(), await queue.take()].map((each) => each?.key);

    expect(taken).toContain('z');
  });

  it('a hundred requests of one node that joins are not looked at before that of another', async () => {
    const queue = new WorkQueue(new ManualClock());
    for (let index = 0; index < 100; index += 1) {
      queue.add(`a-${index}`, flowKeyOf(objectOf(joining('b'))));
    }
    queue.add('z', flowKeyOf(objectOf(joining('a'))));

    const taken = [await queue.take(), await queue.take()].map((each) => each?.key);

    expect(taken).toContain('z');
  });
});

describe('KubeUser #114: a request that was planted under the expected name is approved', () => {
  it('the name of an object counts for nothing: it is judged by who made it', () => {
    const planted = {
      ...objectOf(asUser({ user: 'somebody-else', cn: 'jane' })),
      name: 'jane-csr',
    };
    const good = { ...objectOf(asUser()), name: 'jane-csr' };

    expectOurs(decideOn(good, policy, world), 'approve');
    expectOurs(decideOn(planted, policy, world), ['deny', 'CommonNameNotAllowed']);
  });

  it('a kubelet’s request that was planted under the name of a bootstrap request waits for a right', () => {
    const planted = joining('a', { user: 'somebody-else', groups: ['system:authenticated'] });

    expectOurs(decideOn({ ...objectOf(planted), name: 'node-csr-a' }, policy, world), [
      'wait',
      'AccessNotGranted',
    ]);
  });
});

describe('KubeUser #82: a user whose name begins with system:', () => {
  decidesAll({
    'good: a user': ['approve', asUser()],
    'a user with the name of a node': [
      ['deny', 'SystemName'],
      asUser({ user: 'system:node:a', cn: 'system:node:a' }),
    ],
    'a user with the name of a component': [
      ['deny', 'SystemName'],
      asUser({ user: 'system:kube-controller-manager', cn: 'system:kube-controller-manager' }),
    ],
    'a user who may do everything': [
      ['deny', 'IdentityHasEveryRight'],
      asUser(),
      { may: ({ assumption }) => assumption === 'everything' },
    ],
  });
});

describe('approver-policy #915 and #945: what is in the bytes and not in the parsed view', () => {
  const names = (...values: readonly Uint8Array[]) => ({
    parts: { attributes: [extensionRequest(altNames(...values))] },
  });
  const dnsName = tlv(0x82, Buffer.from('web.tenant.example'));
  const upn = tlv(0xa0, objectIdentifier('1.3.6.1.4.1.311.20.2.3'), tlv(0xa0, utf8String('admin')));

  decidesAll({
    'good: one name': ['approve', inMesh(names(dnsName))],
    'an otherName beside it': [['deny', 'SanKind'], inMesh(names(dnsName, upn))],
    'a directoryName beside it': [
      ['deny', 'SanKind'],
      inMesh(names(dnsName, tlv(0xa4, name(commonName('kubernetes-admin'))))),
    ],
    'a second common name, both allowed': [
      ['deny', 'SubjectAttributeRepeated'],
      inMesh({
        parts: {
          subject: name(commonName('kubernetes-admin'), commonName('jane')),
          attributes: [],
        },
      }),
    ],
    'an attribute that no rule judges, for a signer that may copy it': [
      ['deny', 'NotJudged'],
      inMesh({
        parts: {
          subject: name(
            [
              tlv(
                0x30,
                objectIdentifier('1.2.840.113549.1.9.1'),
                utf8String('root@tenant.example'),
              ),
            ],
            commonName('jane'),
          ),
          attributes: [],
        },
      }),
    ],
    'an organization that the rule does not mention': [
      ['deny', 'OrganizationNotAllowed'],
      inMesh({
        parts: { subject: name(organization('admins'), commonName('jane')), attributes: [] },
      }),
    ],
  });

  it('a pattern takes linear time (CWE-770)', () => {
    const stars = policyOf(String.raw`
slow:
  match: { signerName: example.com/slow, requester: anyone }
  sans: { dns: ['/.*a.*a.*a.*a.*a.*a.*a.*a.*!/'] }
  usages: [server auth]
`);
    const asked = inMesh({ signerName: 'example.com/slow', cn: undefined, dns: ['a'.repeat(50)] });
    const begin = performance.now();

    expectOurs(decideOn(asked, stars, world), ['deny', 'DnsNameNotAllowed']);

    expect(performance.now() - begin).toBeLessThan(1_000);
  });
});

describe('alex1989hu #337: names and addresses are not compared with the node', () => {
  decidesAll({
    'good: those of the Node': ['approve', asNode()],
    'a name of anybody': [['wait', 'NameNotOwned'], asNode({ dns: ['foo.bar'], ip: [] })],
    'an address of anybody': [['wait', 'NameNotOwned'], asNode({ dns: [], ip: ['1.2.3.4'] })],
    'one of anybody beside its own': [['wait', 'NameNotOwned'], asNode({ dns: ['a', 'foo.bar'] })],
  });
});

describe('postfinance #247 and #253: switching DNS off switched the pattern off, and then the other way round', () => {
  const noDns = policyOf(String.raw`
kubelet-serving:
  preset: kubelet-serving
  sans: { dns: ['/[a-z]+\.corp\.example/'], ip: [10.1.0.0/16], owner: [node] }
`);
  const named = (dns: string): World => worldIn([dns], ['10.1.0.1']);

  decidesAll(
    {
      'good: a name within the pattern, which does not resolve (#253)': [
        'approve',
        asNode({ dns: ['a.corp.example'] }),
        named('a.corp.example'),
      ],
      'a name outside the pattern (#247)': [
        ['leave', 'DnsNameNotAllowed'],
        asNode({ dns: ['a.evil.example'] }),
        named('a.evil.example'),
      ],
      'an address outside the prefixes': [
        ['leave', 'AddressNotAllowed'],
        asNode({ dns: ['a.corp.example'], ip: ['192.0.2.77'] }),
        worldIn(['a.corp.example'], ['192.0.2.77']),
      ],
    },
    noDns,
  );
});

describe('cloud-provider-gcp #185: addresses are checked, names are not', () => {
  decidesAll({
    'good: its own name and address': ['approve', asNode()],
    'its own address with the name of another': [['wait', 'NameNotOwned'], asNode({ dns: ['b'] })],
    'its own address with any name': [['wait', 'NameNotOwned'], asNode({ dns: ['db.example'] })],
  });
});

describe('kubecsr csr.go:38: the wrong error is looked at, and everything is approved', () => {
  decidesAll({
    'good: everything can be asked': ['approve', asNode()],
    'good: a node joins': ['approve', joining('c')],
    'the Nodes cannot be read': [['wait', 'EvidenceUnavailable'], asNode(), { nodes: 'down' }],
    'the API server’s addresses cannot be read': [
      ['wait', 'EvidenceUnavailable', 'EvidenceUnavailable'],
      asNode(),
      { ...world, apiServer: 'down' },
    ],
    'access reviews do not answer': [
      ['wait', 'EvidenceUnavailable', 'EvidenceUnavailable'],
      joining('c'),
      { may: () => 'down' },
    ],
    'the request cannot be read': [
      ['leave', 'DerTruncated'],
      asNode({ text: (pem) => withoutItsEnd(pem) }),
    ],
  });
});

describe('OpenYurt: who asks is not bound', () => {
  decidesAll({
    'good: a user under its own name': ['approve', asUser()],
    'a user under the name of another': [['deny', 'CommonNameNotAllowed'], asUser({ cn: 'root' })],
    'a user that the rule does not speak of': [
      ['leave'],
      asUser({ groups: ['system:authenticated'] }),
    ],
  });

  it('a rule without a requester is no policy', () => {
    const loaded = loadPolicy(
      `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  everybody: { match: { signerName: ${USERS} }, subject: { commonName: edge } }
`,
      'policy.yaml',
    );

    expect(loaded).toMatchObject({ ok: false, error: [{ code: 'PolicyMissingField' }] });
  });
});

describe('HyperShift: an approval is bound to the name of a request only', () => {
  // No object of another kind approves here. That a write holds for one uid and version only is tested with the
  // approver (reconcile.test.ts) and on the real API server (csr-writer.test.ts, races.test.ts). The other weakness of
  // that program, the inverted event condition, is tested in test/scenario/advisories.test.ts.
  it('a request that was made anew under the same name is judged anew', () => {
    const first = { ...objectOf(asUser()), name: 'jane' };
    const second = {
      ...objectOf(asUser({ o: ['system:masters'] })),
      name: 'jane',
      uid: 'a6d2b1c0-0000-4000-8000-000000000002',
    };

    expectOurs(decideOn(first, policy, world), 'approve');
    expectOurs(decideOn(second, policy, world), [
      'deny',
      'OrganizationNotAllowed',
      'SystemMasters',
    ]);
  });
});

describe('Mithweth/csr-approver: what is not written is allowed', () => {
  const nothing = policyOf('{}');
  const fewest = policyOf('kubelet-serving: { preset: kubelet-serving }');

  decidesAll({ 'a policy without rules approves nothing': [['leave'], asNode()] }, nothing);
  decidesAll(
    {
      'good: the shortest rule approves what a node owns': ['approve', asNode()],
      'the shortest rule asks whose the names are': [
        ['wait', 'NameNotOwned'],
        asNode({ dns: ['b'] }),
      ],
      'the shortest rule reads the request': [
        ['leave', 'PemMissing'],
        asNode({ text: () => 'no request' }),
      ],
      'the shortest rule speaks of one signer': [['leave'], asNode({ signerName: CLIENT })],
    },
    fewest,
  );

  const examples = new URL('../../../examples/', import.meta.url);
  const policies = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /(^|\/)policy\.yaml$/.test(file),
  );
  it('has examples', () => expect(policies.length).toBeGreaterThan(0));

  it.each(policies)('the example %s approves nobody for another', (file) => {
    const { policy: example } = loadedFrom(readFileSync(new URL(file, examples), 'utf8'));
    const attacks = [
      asNode({ dns: ['b'], ip: ['10.1.0.2'] }),
      joining('worker-1', { groups: ['system:authenticated'] }),
      asUser({ groups: ['system:authenticated'] }),
      asUser({ groups: ['oidc:dev-team'], cn: 'root' }),
    ];

    expect(attacks.map((asked) => decideOn(asked, example, world).outcome.kind)).not.toContain(
      'approve',
    );
  });
});

describe('Mithweth/csr-approver, empty list → unrestricted RBAC: no signer to approve for is every signer', () => {
  const CA = '{ ca: { files: { cert: a, key: b } } }';
  const place = { namespace: 'ns', name: 'policy' };
  const shape: RunShape = {
    controllers: ['approver', 'signer'],
    namespace: 'ns',
    lease: undefined,
    policyPlace: { configMap: place, lastGood: { namespace: 'ns', name: 'policy-last-good' } },
  };
  const grantee = { name: 'csr', serviceAccount: { namespace: 'ns', name: 'csr' } };

  /** The rules on signers of all roles that are made for this policy. */
  const grantsOf = (rest: string) =>
    rbacObjects(
      rightsOf(loadedFrom(`apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\n${rest}`), shape),
      grantee,
    )
      .flatMap(({ rules = [] }) => rules)
      .filter(({ resources }) => resources.includes('signers'))
      .map(({ verbs, resourceNames }) => ({ verbs, resourceNames }));

  const serves = 'kubelet-serving: { preset: kubelet-serving }';
  it.each<readonly [string, string, readonly object[]]>([
    [
      'good: one rule, one signer',
      `rules: { ${serves} }`,
      [{ verbs: ['approve'], resourceNames: ['kubernetes.io/kubelet-serving'] }],
    ],
    ['an empty map of rules', 'rules: {}', []],
    ['rules that only look on', `mode: shadow\nrules: { ${serves} }`, []],
    [
      'signers and no rules',
      `signers: { ${USERS}: ${CA} }`,
      [{ verbs: ['sign'], resourceNames: [USERS] }],
    ],
  ])('%s', (_, rest, grants) => {
    expect(grantsOf(rest)).toEqual(grants);
  });

  // The chart makes the same roles: chart-rbac.test.ts compares them, chart.test.ts has values without a signer.
});

describe('Keyfactor: a part of the signer’s name is enough', () => {
  decidesAll({
    'good: the whole name': ['approve', asNode()],
    'the name inside another domain': [
      ['leave'],
      asNode({ signerName: 'evil-kubernetes.io.example/kubelet-serving' }),
    ],
    'the name with more behind it': [
      ['leave'],
      asNode({ signerName: 'kubernetes.io/kubelet-serving-2' }),
    ],
    'a subdomain': [['leave'], asNode({ signerName: 'a.kubernetes.io/kubelet-serving' })],
  });

  // The other weakness of that program, edge-trigger loss, is tested in test/scenario/advisories.test.ts.
});

function withoutItsEnd(pem: string): string {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\n/g, ''), 'base64').subarray(0, -9);
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
}
