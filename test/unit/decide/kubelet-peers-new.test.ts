// SPDX-License-Identifier: Apache-2.0
// Cases that no other program tests, and that its published weaknesses call for (NEW). Those that are no question of
// deciding stand with what they test: writing (NEW-7, NEW-8), the policy in force (NEW-9), watches (NEW-12, NEW-13).

import { describe, expect, it } from '@jest/globals';
import { expectOurs, type OurOutcome } from './kubelet-peer-case.js';
import {
  API_SERVER_ADDRESS,
  type Asked,
  decideOn,
  FIRST_SERVICE_ADDRESS,
  LATER_MS,
  NOW_MS,
  policyOf,
  serving,
  type World,
} from './kubelet-peers.js';

interface Row {
  readonly asked: Asked;
  readonly ours: OurOutcome;
  readonly world?: World;
  readonly nowMs?: number;
}

const policy = policyOf('kubelet-serving: { preset: kubelet-serving }');
/** A world of one node, which lists these names and addresses beside its own. */
const listing = (
  names: readonly string[] = [],
  addresses: readonly string[] = [],
  more: World = {},
): World => ({
  nodes: {
    a: { addresses: { Hostname: ['a', ...names], InternalIP: ['10.1.0.1', ...addresses] } },
  },
  ...more,
});
const asks = (change: Partial<Asked> = {}): Asked =>
  serving('a', { dns: ['a'], ip: ['10.1.0.1'], ...change });

function decidesAll(rows: Readonly<Record<string, Row>>, under = policy): void {
  it.each(Object.entries(rows))('%s', (_, { asked, ours, world = listing(), nowMs = NOW_MS }) => {
    expectOurs(decideOn(asked, under, world, nowMs), ours);
  });
}

describe('who asks, and which signer', () => {
  decidesAll({
    'a node for itself': { asked: asks(), ours: 'approve' },
    'NEW-1 a requester that is not in system:nodes': {
      asked: asks({ groups: ['system:authenticated'] }),
      ours: ['leave'],
    },
    'NEW-2 another signer, otherwise right': {
      asked: asks({ signerName: 'example.com/kubelet-serving' }),
      ours: ['leave'],
    },
  });
});

describe('NEW-4 names of the API server, in every spelling, although the Node lists them', () => {
  const refused = (name: string, ...codes: ['ApiServerName', ...'ServiceName'[]]): Row => ({
    asked: asks({ dns: ['a', name] }),
    world: listing([name]),
    ours: ['leave', ...codes],
  });

  decidesAll({
    'a name of its own beside the first': {
      asked: asks({ dns: ['a', 'a.example'] }),
      world: listing(['a.example']),
      ours: 'approve',
    },
    'kubernetes.default.svc': refused('kubernetes.default.svc', 'ApiServerName', 'ServiceName'),
    'in capitals with a dot at its end': refused(
      'KUBERNETES.DEFAULT.SVC.',
      'ApiServerName',
      'ServiceName',
    ),
    'with the domain of the cluster': refused(
      'kubernetes.default.svc.cluster.local',
      'ApiServerName',
      'ServiceName',
    ),
    'any name below kubernetes': refused('kubernetes.example', 'ApiServerName'),
    'the name in the certificate of the API server': refused('Api.Example.Com', 'ApiServerName'),
    'in full-width letters': {
      asked: asks({ dns: ['a', Buffer.from('ｋubernetes').toString('latin1')] }),
      ours: ['leave', 'SanCharacter'],
    },
    'in full-width letters, as punycode': {
      asked: asks({ dns: ['a', 'xn--ubernetes-kq64c'] }),
      ours: ['leave', 'SanDnsName'],
    },
    'with a Cyrillic letter, which is another name and not its own': {
      asked: asks({ dns: ['a', 'xn--kuberntes-l0h'] }),
      ours: ['wait', 'NameNotOwned'],
    },
    'a wildcard': {
      asked: asks({ dns: ['*.example'] }),
      world: listing(['*.example']),
      ours: ['leave', 'WildcardName'],
    },
  });
});

describe('NEW-5 addresses of the API server, although the Node lists them', () => {
  const asksFor = (address: string): Asked => asks({ ip: [address] });

  decidesAll({
    'an address of its own beside the first': {
      asked: asksFor('10.1.0.99'),
      world: listing([], ['10.1.0.99']),
      ours: 'approve',
    },
    'the first address of Services': {
      asked: asksFor(FIRST_SERVICE_ADDRESS),
      world: listing([], [FIRST_SERVICE_ADDRESS]),
      ours: ['leave', 'ApiServerName'],
    },
    'any address of Services': {
      asked: asksFor('10.97.3.4'),
      world: listing([], ['10.97.3.4']),
      ours: ['leave', 'ApiServerName'],
    },
    'the address that the API server publishes': {
      asked: asksFor(API_SERVER_ADDRESS),
      world: listing([], [API_SERVER_ADDRESS]),
      ours: ['leave', 'ApiServerName'],
    },
    'the same as IPv6': {
      asked: asksFor(`::ffff:${API_SERVER_ADDRESS}`),
      world: listing([], [`::ffff:${API_SERVER_ADDRESS}`]),
      ours: ['leave', 'ApiServerName'],
    },
    'its own, on a node of the control plane': {
      asked: asksFor(API_SERVER_ADDRESS),
      world: {
        nodes: {
          a: {
            addresses: { Hostname: ['a'], InternalIP: [API_SERVER_ADDRESS] },
            labels: { 'node-role.kubernetes.io/control-plane': '' },
          },
        },
      },
      ours: 'approve',
    },
    'while nobody can say which they are': {
      asked: asks(),
      world: listing([], [], { apiServer: 'down' }),
      ours: ['wait', 'EvidenceUnavailable', 'EvidenceUnavailable'],
    },
  });
});

describe('NEW-6 a Node that has no addresses yet', () => {
  const bare: World = { nodes: { a: {} } };

  decidesAll({
    'makes its request wait': { asked: asks(), world: bare, ours: ['wait', 'NameNotOwned'] },
    'which is approved as soon as they appear': { asked: asks(), ours: 'approve' },
    'and is left alone after the deadline': {
      asked: asks(),
      world: bare,
      nowMs: LATER_MS,
      ours: ['leave', 'NameNotOwned'],
    },
    'and is approved even then when they appear': {
      asked: asks(),
      nowMs: LATER_MS,
      ours: 'approve',
    },
  });

  const denying = policyOf(`
kubelet-serving: { preset: kubelet-serving, onViolation: { transient: wait 10m then deny } }
`);
  decidesAll(
    {
      'or denied after the deadline, where the rule says so': {
        asked: asks(),
        world: bare,
        nowMs: LATER_MS,
        ours: ['deny', 'NameNotOwned'],
      },
    },
    denying,
  );

  it('is woken by its Node and by nothing else', () => {
    expect(decideOn(asks(), policy, bare).wakeOn).toEqual([{ kind: 'node', name: 'a' }]);
  });
});

describe('NEW-11 a name or address that two Nodes list', () => {
  const b = (change: Partial<Asked> = {}): Asked =>
    serving('b', { dns: ['b'], ip: ['10.1.0.2'], ...change });
  const liar: World = {
    nodes: {
      a: { addresses: { Hostname: ['a', 'b'], InternalIP: ['10.1.0.1', '10.1.0.2'] } },
      b: { addresses: { Hostname: ['b'], InternalIP: ['10.1.0.2'] } },
      c: { addresses: { Hostname: ['c'], InternalIP: ['10.1.0.3'] } },
    },
  };

  decidesAll({
    'the liar waits': {
      asked: asks({ ip: ['10.1.0.2'] }),
      world: liar,
      ours: ['wait', 'AddressShared'],
    },
    'the liar waits for the name alone': {
      asked: asks({ dns: ['b'], ip: [] }),
      world: liar,
      ours: ['wait', 'AddressShared'],
    },
    'the liar waits for the name of a Node that does not list it itself': {
      asked: asks({ dns: ['b'], ip: [] }),
      world: {
        nodes: {
          a: { addresses: { Hostname: ['a', 'b'], InternalIP: ['10.1.0.1'] } },
          b: { addresses: {} },
        },
      },
      ours: ['wait', 'AddressShared'],
    },
    'the other waits, too': { asked: b(), world: liar, ours: ['wait', 'AddressShared'] },
    'neither is denied': {
      asked: b(),
      world: liar,
      nowMs: LATER_MS,
      ours: ['leave', 'AddressShared'],
    },
    'nobody else is stopped': {
      asked: serving('c', { dns: ['c'], ip: ['10.1.0.3'] }),
      world: liar,
      ours: 'approve',
    },
    'the liar gets what is its own alone': { asked: asks(), world: liar, ours: 'approve' },
  });

  const bounded = policyOf(`
workers:
  preset: kubelet-serving
  match: { nodes: [a] }
  sans: { dns: ['{node.name}'], ip: [10.1.0.1], owner: [node] }
databases:
  preset: kubelet-serving
  match: { nodes: [b, c] }
  sans: { dns: ['{node.name}'], ip: [10.1.0.2/31], owner: [node] }
`);
  decidesAll(
    {
      'the liar’s claim does not count beyond its own bounds': {
        asked: b(),
        world: liar,
        ours: 'approve',
      },
      'and the liar gets nothing beyond them': {
        asked: asks({ ip: ['10.1.0.2'] }),
        world: liar,
        ours: ['leave', 'AddressNotAllowed'],
      },
    },
    bounded,
  );

  const others = policyOf(`
databases:
  preset: kubelet-serving
  match: { nodes: [b, c] }
  sans: { dns: ['{node.name}'], ip: [10.1.0.2/31], owner: [node] }
`);
  decidesAll(
    {
      'the claim of a Node that no rule speaks of counts': {
        asked: b(),
        world: liar,
        ours: ['wait', 'AddressShared'],
      },
    },
    others,
  );

  const shared = policyOf(
    'kubelet-serving: { preset: kubelet-serving, sans: { shared: [10.1.0.2/32] } }',
  );
  decidesAll(
    {
      'an address that sites share stops nobody': {
        asked: b({ dns: [] }),
        world: liar,
        ours: 'approve',
      },
      'but a name is shared by nobody': {
        asked: b(),
        world: liar,
        ours: ['wait', 'AddressShared'],
      },
    },
    shared,
  );

  const byDns = policyOf(
    'kubelet-serving: { preset: kubelet-serving, sans: { owner: [node, dns] } }',
  );
  const named: World = {
    nodes: {
      a: { addresses: { Hostname: ['a'], InternalIP: ['10.1.0.1', '10.1.0.2'] } },
      b: { addresses: { Hostname: ['b.example'], InternalIP: ['10.1.0.2'] } },
    },
    dns: { 'b.example': ['10.1.0.2'] },
  };
  decidesAll(
    {
      'an address counts that only a name leads to': {
        asked: b({ dns: ['b.example'], ip: [] }),
        world: named,
        ours: ['wait', 'AddressShared'],
      },
    },
    byDns,
  );

  const shadowed = policyOf(`
kubelet-serving: { preset: kubelet-serving, match: { nodes: [b] } }
elsewhere: { preset: kubelet-serving, mode: shadow, match: { nodes: [a] }, sans: { dns: ['{node.name}'], ip: [10.9.0.0/16] } }
`);
  decidesAll(
    {
      'bounds that are only reported do not take a claim away': {
        asked: b(),
        world: liar,
        ours: ['wait', 'AddressShared'],
      },
    },
    shadowed,
  );

  const controlPlane = { 'node-role.kubernetes.io/control-plane': '' };
  const cp = {
    addresses: { Hostname: ['cp'], InternalIP: [API_SERVER_ADDRESS] },
    labels: controlPlane,
  };
  const cpAsks = serving('cp', { dns: ['cp'], ip: [API_SERVER_ADDRESS] });
  decidesAll({
    'a worker that lists an address of the API server does not lock its node out': {
      asked: cpAsks,
      world: {
        nodes: { cp, a: { addresses: { Hostname: ['a'], InternalIP: [API_SERVER_ADDRESS] } } },
      },
      ours: 'approve',
    },
    'another node of the control plane that lists it does': {
      asked: cpAsks,
      world: { nodes: { cp, cp2: cp } },
      ours: ['wait', 'AddressShared'],
    },
  });

  it('names both Nodes, and a change of either ends it', () => {
    const { wakeOn, violations } = decideOn(b(), policy, liar);

    expect(wakeOn).toEqual([
      { kind: 'node', name: 'b' },
      { kind: 'node', name: 'a' },
    ]);
    expect(violations[0]?.message).toMatch(/"b".*"a"|"a".*"b"/);
  });
});
