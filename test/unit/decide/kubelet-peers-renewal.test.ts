// SPDX-License-Identifier: Apache-2.0
// What users of other programs asked for again and again: renewal with changed addresses, several names, one kind of
// name only, both families, host names that are not the node's name, and names in capitals as Windows writes them.

import { describe, it } from '@jest/globals';
import { expectOurs, type OurOutcome } from './kubelet-peer-case.js';
import {
  type Asked,
  decideOn,
  LATER_MS,
  type NodeSketch,
  NOW_MS,
  policyOf,
  serving,
  type World,
} from './kubelet-peers.js';

interface Row {
  readonly asked: Asked;
  readonly node: NodeSketch;
  readonly ours: OurOutcome;
  readonly bounds?: string;
  readonly dns?: World['dns'];
  readonly nowMs?: number;
}

const policyWith = (sans: string) =>
  policyOf(`kubelet-serving: { preset: kubelet-serving, sans: ${sans} }`);
const ANY = '{ owner: [node] }';
const OWN_NAME = "{ dns: ['{node.name}'], owner: [node] }";

function decidesAll(rows: Readonly<Record<string, Row>>): void {
  it.each(Object.entries(rows))(
    '%s',
    (_, { asked, node, ours, bounds = ANY, dns = {}, nowMs = NOW_MS }) => {
      const world: World = { nodes: { [asked.user.replace('system:node:', '')]: node }, dns };

      expectOurs(decideOn(asked, policyWith(bounds), world, nowMs), ours);
    },
  );
}

const worker = (change: Partial<Asked>): Asked => serving('worker-1', change);
const lists = (...addresses: readonly string[]): NodeSketch => ({
  addresses: { Hostname: ['worker-1'], InternalIP: addresses },
});

describe('renewal with changed addresses', () => {
  const both = { dns: ['worker-1'], ip: ['10.1.0.8'] };

  decidesAll({
    'the Node lists the new address': {
      asked: worker(both),
      node: lists('10.1.0.8'),
      ours: 'approve',
    },
    'the Node lists the old address still': {
      asked: worker(both),
      node: lists('10.1.0.7'),
      ours: ['wait', 'NameNotOwned'],
    },
    'the Node lists the old address ten minutes later': {
      asked: worker(both),
      node: lists('10.1.0.7'),
      nowMs: LATER_MS,
      ours: ['leave', 'NameNotOwned'],
    },
    'the request is older than the change; the kubelet asks anew by itself': {
      asked: worker({ dns: ['worker-1'], ip: ['10.1.0.7'] }),
      node: lists('10.1.0.8'),
      ours: ['wait', 'NameNotOwned'],
    },
    'an address was added': {
      asked: worker({ dns: ['worker-1'], ip: ['10.1.0.7', '10.2.0.7'] }),
      node: lists('10.1.0.7', '10.2.0.7'),
      ours: 'approve',
    },
    'an address was taken away': {
      asked: worker({ dns: ['worker-1'], ip: ['10.1.0.7'] }),
      node: lists('10.1.0.7'),
      ours: 'approve',
    },
    'fewer names than the Node lists': {
      asked: worker({ dns: ['worker-1'], ip: ['10.1.0.7'] }),
      node: lists('10.1.0.7', '10.2.0.7'),
      ours: 'approve',
    },
    'DNS still has the old address, where DNS has to prove': {
      asked: worker({ dns: ['worker-1.corp.example'], ip: ['10.1.0.8'] }),
      node: { addresses: { Hostname: ['worker-1.corp.example'], InternalIP: ['10.1.0.8'] } },
      bounds: '{ owner: [node, dns] }',
      dns: { 'worker-1.corp.example': ['10.1.0.7'] },
      ours: ['wait', 'NameNotOwned'],
    },
    'DNS has followed': {
      asked: worker({ dns: ['worker-1.corp.example'], ip: ['10.1.0.8'] }),
      node: { addresses: { Hostname: ['worker-1.corp.example'], InternalIP: ['10.1.0.8'] } },
      bounds: '{ owner: [node, dns] }',
      dns: { 'worker-1.corp.example': ['10.1.0.8'] },
      ours: 'approve',
    },
  });
});

describe('several names, or one kind only', () => {
  const names = ['worker-1', 'worker-1.corp.example', 'w1.public.example'];
  const node: NodeSketch = {
    addresses: {
      Hostname: ['worker-1'],
      InternalDNS: ['worker-1.corp.example'],
      ExternalDNS: ['w1.public.example'],
      InternalIP: ['10.1.0.7', 'fd00::7'],
      ExternalIP: ['203.0.113.7'],
    },
  };

  decidesAll({
    'a name of every type of address': {
      asked: worker({ dns: names, ip: ['10.1.0.7'] }),
      node,
      ours: 'approve',
    },
    'only an address': { asked: worker({ ip: ['10.1.0.7'] }), node, ours: 'approve' },
    'only names': { asked: worker({ dns: names }), node, ours: 'approve' },
    'both families': {
      asked: worker({ dns: names, ip: ['10.1.0.7', 'fd00::7', '203.0.113.7'] }),
      node,
      ours: 'approve',
    },
    'one name of three is not its own': {
      asked: worker({ dns: [...names.slice(0, 2), 'w2.public.example'] }),
      node,
      ours: ['wait', 'NameNotOwned'],
    },
    'one family is not its own': {
      asked: worker({ ip: ['10.1.0.7', 'fd00::8'] }),
      node,
      ours: ['wait', 'NameNotOwned'],
    },
    'only an address, where DNS has to prove: no name leads to it': {
      asked: worker({ ip: ['10.1.0.7'] }),
      node,
      bounds: '{ owner: [node, dns] }',
      ours: ['wait', 'NameNotOwned'],
    },
    'only its own single-label name, where DNS has to prove': {
      asked: worker({ dns: ['worker-1'] }),
      node,
      bounds: '{ owner: [node, dns] }',
      ours: 'approve',
    },
    'another single-label name that the Node lists, where DNS has to prove': {
      asked: worker({ dns: ['database'] }),
      node: { addresses: { Hostname: ['worker-1', 'database'] } },
      bounds: '{ owner: [node, dns] }',
      ours: ['wait', 'NameNotOwned'],
    },
    'more names than the rule allows': {
      asked: worker({ dns: names, ip: ['10.1.0.7'] }),
      node,
      bounds: '{ max: 3, owner: [node] }',
      ours: ['leave', 'TooManyNames'],
    },
  });
});

describe('one address, written in several ways', () => {
  const asksFor = (address: string): Asked => worker({ dns: ['worker-1'], ip: [address] });

  decidesAll({
    'IPv6 in the status, not in its short form': {
      asked: asksFor('fd00::7'),
      node: lists('FD00:0:0:0::0007'),
      ours: 'approve',
    },
    'IPv4 as IPv6 in the status': {
      asked: asksFor('10.1.0.7'),
      node: lists('::ffff:10.1.0.7'),
      ours: 'approve',
    },
    'IPv4 as IPv6 in the request': {
      asked: asksFor('::ffff:10.1.0.7'),
      node: lists('10.1.0.7'),
      ours: 'approve',
    },
    'a host name that is an address': {
      asked: worker({ ip: ['10.1.0.7'] }),
      node: { addresses: { Hostname: ['10.1.0.7'] } },
      ours: 'approve',
    },
    'leading zeros in the status, which may be octal': {
      asked: asksFor('10.1.0.7'),
      node: lists('10.1.0.007'),
      ours: ['wait', 'NameNotOwned'],
    },
    'an address with a zone in the status': {
      asked: asksFor('fe80::7'),
      node: lists('fe80::7%eth0'),
      ours: ['leave', 'UnusableAddress'],
    },
  });
});

describe('a host name that is not the name of the node', () => {
  const CLOUD = 'ip-10-1-0-7.eu-central-1.compute.internal';
  const cloud: NodeSketch = {
    addresses: {
      Hostname: ['ip-10-1-0-7'],
      InternalDNS: [CLOUD],
      ExternalDNS: ['ec2-203-0-113-7.eu-central-1.compute.example'],
      InternalIP: ['10.1.0.7'],
    },
  };
  const names = ['ip-10-1-0-7', CLOUD, 'ec2-203-0-113-7.eu-central-1.compute.example'];
  const overridden: NodeSketch = {
    addresses: { Hostname: ['host-17.dc.example'], InternalIP: ['10.1.0.7'] },
  };

  decidesAll({
    'a node of a cloud, with three names': {
      asked: serving(CLOUD, { dns: names, ip: ['10.1.0.7'] }),
      node: cloud,
      ours: 'approve',
    },
    'the same within patterns': {
      asked: serving(CLOUD, { dns: names, ip: ['10.1.0.7'] }),
      node: cloud,
      bounds:
        "{ dns: ['{node.name}', '/ip-[0-9-]+/', '/ec2-[0-9-]+\\.[a-z0-9-]+\\.compute\\.example/'], ip: [10.1.0.0/16], owner: [node] }",
      ours: 'approve',
    },
    'the same where the rule allows the name of the node only': {
      asked: serving(CLOUD, { dns: names, ip: ['10.1.0.7'] }),
      node: cloud,
      bounds: OWN_NAME,
      ours: ['leave', 'DnsNameNotAllowed'],
    },
    'a kubelet with --hostname-override': {
      asked: worker({ dns: ['host-17.dc.example'], ip: ['10.1.0.7'] }),
      node: overridden,
      bounds: "{ dns: ['/host-[0-9]+\\.dc\\.example/'], owner: [node] }",
      ours: 'approve',
    },
    'such a kubelet asks for the name of its Node, which is not among its addresses': {
      asked: worker({ dns: ['worker-1'] }),
      node: overridden,
      ours: ['wait', 'NameNotOwned'],
    },
  });
});

describe('names in capitals, as Windows writes them', () => {
  const windows = (change: Partial<Asked>): Asked => serving('win-7f3k', change);
  const node: NodeSketch = {
    addresses: { Hostname: ['WIN-7F3K'], InternalDNS: ['WIN-7F3K.Corp.Example'] },
  };
  const corp = "{ dns: ['{node.name}', '{node.name}.corp.example'], owner: [node] }";

  decidesAll({
    'in the request and in the status': {
      asked: windows({ dns: ['WIN-7F3K', 'WIN-7F3K.Corp.Example'] }),
      node,
      bounds: corp,
      ours: 'approve',
    },
    'in the status only': { asked: windows({ dns: ['win-7f3k'] }), node, ours: 'approve' },
    'in the request only': {
      asked: windows({ dns: ['WIN-7F3K'] }),
      node: { addresses: { Hostname: ['win-7f3k'] } },
      bounds: OWN_NAME,
      ours: 'approve',
    },
    'with a dot at its end': {
      asked: windows({ dns: ['WIN-7F3K.CORP.EXAMPLE.'] }),
      node,
      bounds: corp,
      ours: 'approve',
    },
    'within a pattern in small letters': {
      asked: windows({ dns: ['WIN-7F3K'] }),
      node,
      bounds: "{ dns: ['/win-[a-z0-9]+/'], owner: [node] }",
      ours: 'approve',
    },
    'where DNS has to prove': {
      asked: windows({ dns: ['WIN-7F3K', 'WIN-7F3K.Corp.Example'], ip: ['10.1.0.7'] }),
      node: { addresses: { ...node.addresses, InternalIP: ['10.1.0.7'] } },
      bounds: '{ owner: [node, dns] }',
      dns: { 'win-7f3k.corp.example': ['10.1.0.7'] },
      ours: 'approve',
    },
    'but not in the common name, which is compared as it is': {
      asked: windows({ dns: ['WIN-7F3K'], cn: 'system:node:WIN-7F3K' }),
      node,
      ours: ['leave', 'CommonNameNotRequester'],
    },
    'and not with an underscore, which no host name has': {
      asked: windows({ dns: ['WIN_7F3K'] }),
      node: { addresses: { Hostname: ['WIN_7F3K'] } },
      ours: ['leave', 'SanDnsName'],
    },
  });
});

describe('what a kubelet writes beside its addresses proves nothing', () => {
  decidesAll({
    'a label': {
      asked: worker({ dns: ['db.corp.example'] }),
      node: { ...lists('10.1.0.7'), labels: { 'kubernetes.io/hostname': 'db.corp.example' } },
      ours: ['wait', 'NameNotOwned'],
    },
    'an address under a type that holds none': {
      asked: worker({ ip: ['10.1.0.9'] }),
      node: { addresses: { InternalDNS: ['10.1.0.9'], Other: ['10.1.0.9'] } },
      ours: ['wait', 'NameNotOwned'],
    },
  });
});
