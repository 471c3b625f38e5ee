// SPDX-License-Identifier: Apache-2.0
// The cases of openshift/cluster-machine-approver (CMA). It asks Machines, and dials kubelets; we ask Nodes, and dial
// nobody. Its cases about dialling (CMA-22, CMA-23) and about counting all that is pending (CMA-24, CMA-25: whoever
// floods stops everybody) have nothing here that they could test: there is no connection and no common stop.

import { describe } from '@jest/globals';
import { judgesAsToldBy, type PeerCase } from './kubelet-peer-case.js';
import { type Asked, joining, policyOf, serving, type World } from './kubelet-peers.js';

const policy = policyOf(`
kubelet-serving: { preset: kubelet-serving }
kubelet-client: { preset: kubelet-client, match: { nodes: ['/node[0-9]+/'] } }
`);
const servingOnly = policyOf('kubelet-serving: { preset: kubelet-serving }');

const NAMES = ['node1.local', 'node1'];
const ADDRESSES = ['192.0.2.77', '10.0.0.1'];
const nodeWith = (names: readonly string[], addresses: readonly string[]): World => ({
  nodes: { node1: { addresses: { Hostname: names, InternalIP: addresses } } },
});
const world = nodeWith(NAMES, ADDRESSES);
const good = { dns: NAMES, ip: ADDRESSES };
const node = (change: Partial<Asked> = {}): Asked => serving('node1', { ...good, ...change });

const servingCases: Readonly<Record<string, PeerCase>> = {
  'CMA-1 its own names and addresses': {
    asked: node({ usages: ['digital signature', 'key encipherment', 'server auth'] }),
    peer: 'approved',
    ours: 'approve',
  },
  'CMA-2 an ECDSA kubelet, with two usages': { asked: node(), peer: 'approved', ours: 'approve' },
  'CMA-3 a PEM block that is not base64': {
    asked: node({ text: (pem) => pem.replace(/\n./, '\n!') }),
    peer: 'left',
    ours: ['leave', 'PemBase64'],
  },
  'CMA-4 a user that is no node': {
    asked: node({ user: 'test', cn: 'system:node:node1' }),
    peer: 'left',
    ours: ['leave'],
  },
  'CMA-5 a user name that ends behind the prefix': {
    asked: node({ user: 'system:node:', cn: 'system:node:' }),
    peer: 'left',
    ours: ['leave'],
  },
  'CMA-6 there is no Node yet': {
    asked: node(),
    world: {},
    peer: 'left',
    ours: ['wait', 'NodeNotFound'],
  },
  'CMA-7 without the group system:authenticated': {
    asked: node({ groups: ['system:nodes'] }),
    peer: 'left',
    ours: 'approve',
    why: 'the API server adds that group to everybody who is somebody; system:nodes is what counts',
  },
  'CMA-8 without the group system:nodes': {
    asked: node({ groups: ['system:authenticated'] }),
    peer: 'left',
    ours: ['leave'],
  },
  'CMA-9 one more group': {
    asked: node({ groups: ['system:nodes', 'system:authenticated', 'foo-bar'] }),
    peer: 'approved',
    ours: 'approve',
  },
  'CMA-10 another group': {
    asked: node({ groups: ['system:nodes-not', 'system:authenticated'] }),
    peer: 'left',
    ours: ['leave'],
  },
  'CMA-11 client auth in place of server auth': {
    asked: node({ usages: ['digital signature', 'client auth'] }),
    peer: 'left',
    ours: ['leave', 'KubeletUsages'],
  },
  'CMA-11 no digital signature': {
    asked: node({ usages: ['key encipherment', 'server auth'] }),
    peer: 'left',
    ours: ['leave', 'KubeletUsages'],
  },
  'CMA-11 no server auth': {
    asked: node({ usages: ['digital signature', 'key encipherment'] }),
    peer: 'left',
    ours: ['leave', 'KubeletUsages', 'ExtendedKeyUsageMissing'],
  },
  'CMA-11 a fourth usage': {
    asked: node({ usages: ['digital signature', 'key encipherment', 'server auth', 'signing'] }),
    peer: 'left',
    ours: ['leave', 'KubeletUsages'],
  },
  'CMA-12 another common name': {
    asked: node({ cn: 'foobar' }),
    peer: 'left',
    ours: ['leave', 'KubeletCommonName', 'CommonNameNotRequester'],
  },
  'CMA-12 the common name without the prefix': {
    asked: node({ cn: 'node1' }),
    peer: 'left',
    ours: ['leave', 'KubeletCommonName', 'CommonNameNotRequester'],
  },
  'CMA-12 no organization': {
    asked: node({ o: [] }),
    peer: 'left',
    ours: ['leave', 'KubeletOrganization'],
  },
  'CMA-13 one more address': {
    asked: node({ ip: [...ADDRESSES, '99.0.1.1'] }),
    peer: 'left',
    ours: ['wait', 'NameNotOwned'],
  },
  'CMA-13 another address': {
    asked: node({ ip: ['99.0.1.1'] }),
    peer: 'left',
    ours: ['wait', 'NameNotOwned'],
  },
  'CMA-13 another name': {
    asked: node({ dns: ['node2'] }),
    peer: 'left',
    ours: ['wait', 'NameNotOwned'],
  },
  'CMA-14 a name with a dot at its end, without in the status': {
    asked: node({ dns: ['node1.local.'] }),
    peer: 'approved',
    ours: 'approve',
  },
  'CMA-14 a name without, with a dot at its end in the status': {
    asked: node({ dns: ['node1.local'] }),
    world: nodeWith(['node1.local.'], ADDRESSES),
    peer: 'approved',
    ours: 'approve',
  },
  'CMA-20 renewal for the same names': { asked: node(), peer: 'approved', ours: 'approve' },
  'CMA-20 renewal where nobody could dial the kubelet': {
    asked: node(),
    peer: 'approved',
    ours: 'approve',
  },
  'CMA-21 an egress address that the Node does not list': {
    asked: node({ ip: [...ADDRESSES, '99.0.1.1'] }),
    peer: 'left',
    ours: ['wait', 'NameNotOwned'],
  },
  'CMA-21 an egress address that only an SDN object lists': {
    asked: node({ ip: [...ADDRESSES, '99.0.1.1'] }),
    peer: 'approved',
    ours: ['wait', 'NameNotOwned'],
    why: 'there is no such source here; the address has to be in the status of the Node',
  },
  'CMA-26 the names in another order': {
    asked: node({ dns: NAMES.toReversed(), ip: ADDRESSES.toReversed() }),
    peer: 'approved',
    ours: 'approve',
  },
  'CMA-26 a name twice': {
    asked: node({ dns: [...NAMES, ...NAMES] }),
    peer: 'approved',
    ours: 'approve',
  },
  'CMA-27 no name at all': {
    asked: node({ dns: [], ip: [] }),
    peer: 'approved',
    ours: ['leave', 'KubeletNamesMissing'],
    why: 'that nothing is wrong with no names proves nothing',
  },
  'CMA-28 client auth beside server auth': {
    asked: node({ usages: ['digital signature', 'server auth', 'client auth'] }),
    peer: 'approved',
    ours: ['leave', 'KubeletUsages'],
    why: 'a serving certificate is no identity of a client',
  },
};

/** The ServiceAccount with whose token machines join. */
const BOOTSTRAPPER = 'system:serviceaccount:machine-config:node-bootstrapper';
const mayJoin: World = {
  nodes: {},
  may: ({ assumption, subject }) => assumption === 'nodeclient' && subject.user === BOOTSTRAPPER,
};
const joins = (change: Partial<Asked> = {}): Asked =>
  joining('node1', { user: BOOTSTRAPPER, groups: ['system:authenticated'], ...change });
const WINDOW =
  'node names (match.nodes), RBAC and the life of the token bound who may join, not the age of a Machine';

const clientCases: Readonly<Record<string, PeerCase>> = {
  'CMA-15 a machine joins': { asked: joins(), peer: 'approved', ours: 'approve' },
  'CMA-16 one more organization': {
    asked: joins({ o: ['system:nodes', 'foo'] }),
    peer: 'left',
    ours: ['leave', 'KubeletOrganization'],
  },
  'CMA-16 a name': {
    asked: joins({ dns: ['node1'] }),
    peer: 'left',
    ours: ['leave', 'KubeletDnsName'],
  },
  'CMA-16 one more usage': {
    asked: joins({ usages: ['digital signature', 'client auth', 'server auth'] }),
    peer: 'left',
    ours: ['leave', 'KubeletUsages'],
  },
  'CMA-16 another usage': {
    asked: joins({ usages: ['digital signature', 'server auth'] }),
    peer: 'left',
    ours: ['leave', 'KubeletUsages'],
  },
  'CMA-16 a usage is missing': {
    asked: joins({ usages: ['client auth'] }),
    peer: 'left',
    ours: ['leave', 'KubeletUsages'],
  },
  'CMA-16 the common name of no node': {
    asked: joins({ cn: 'system:notnode:node1' }),
    peer: 'left',
    ours: ['leave'],
  },
  'CMA-16 a ServiceAccount whose name only begins so': {
    asked: joins({ user: `${BOOTSTRAPPER}-not` }),
    peer: 'left',
    ours: ['wait', 'AccessNotGranted'],
  },
  'CMA-16 an empty node name': {
    asked: joins({ cn: 'system:node:' }),
    peer: 'left',
    ours: ['leave'],
  },
  'CMA-16 the name of a Node that is there and Ready': {
    asked: joins(),
    world: { ...mayJoin, nodes: { node1: {} } },
    policy: policyOf('kubelet-client: { preset: kubelet-client, readyNode: refuse }'),
    peer: 'left',
    ours: ['wait', 'NodeAlreadyReady'],
  },
  'CMA-16 the name of a Node that is there and lost': {
    asked: joins(),
    world: { ...mayJoin, nodes: { node1: { ready: false } } },
    policy: policyOf('kubelet-client: { preset: kubelet-client, readyNode: refuse }'),
    peer: 'left',
    ours: 'approve',
    why: 'a machine that was installed anew joins under its old name',
  },
  'CMA-17 there is no Machine of that name': {
    asked: joins({ cn: 'system:node:node7' }),
    peer: 'left',
    ours: 'approve',
    why: WINDOW,
  },
  'CMA-17 a name that the rule does not speak of': {
    asked: joins({ cn: 'system:node:edge7' }),
    peer: 'left',
    ours: ['leave'],
  },
  'CMA-18 client certificates are switched off': {
    asked: joins(),
    policy: servingOnly,
    peer: 'left',
    ours: ['leave'],
  },
  'CMA-19 a day after the Machine was made': {
    asked: joins(),
    peer: 'left',
    ours: 'approve',
    why: WINDOW,
  },
};

const pending = Object.fromEntries(
  [1, 2, 3, 4, 5].map((index): [string, PeerCase] => [
    `CMA-29 request ${index} of five of one node`,
    {
      asked: node(),
      peer: index === 5 ? 'approved' : 'denied',
      ours: 'approve',
      ...(index === 5
        ? {}
        : {
            why: 'a kubelet that asks anew has forgotten the old key; a certificate for it harms nobody',
          }),
    },
  ]),
);

describe('cluster-machine-approver, of serving certificates', () => {
  judgesAsToldBy({ ...servingCases, ...pending }, { policy, world });
});

describe('cluster-machine-approver, of client certificates', () => {
  judgesAsToldBy(clientCases, { policy, world: mayJoin });
});
