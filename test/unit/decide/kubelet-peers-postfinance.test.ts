// SPDX-License-Identifier: Apache-2.0
// The cases of postfinance/kubelet-csr-approver (PF), under a policy that says what its tests set: a pattern, two
// prefixes, names that resolve. Its denials are `onViolation.default: deny` here.

import { describe } from '@jest/globals';
import { judgesAsToldBy } from './kubelet-peer-case.js';
import { LATER_MS, policyOf, serving, type World } from './kubelet-peers.js';

const rule = (owner: string, onViolation: string): string => String.raw`
kubelet-serving:
  preset: kubelet-serving
  sans: { dns: ['/[\w-]*\.test\.ch/'], ip: [192.168.0.0/16, 'fc00::/7'], owner: ${owner} }
  onViolation: ${onViolation}
`;
const denying = '{ default: deny, transient: wait 10m then deny }';
const policy = policyOf(rule('[node, dns]', denying));
const bypassDns = policyOf(rule('[node]', denying));
const skipDeny = policyOf(rule('[node, dns]', '{ default: leave }'));
const withMaximum = policyOf(
  `${rule('[node, dns]', denying)}  lifetime: { max: 367d }\n`,
  `signers:\n  kubernetes.io/kubelet-serving: { ca: { files: { cert: a, key: b } } }\n`,
);

const NAME = 'node.test.ch';
const ADDRESSES = ['192.168.14.34', 'fc00:1291:feed::cafe'];
const world: World = {
  nodes: {
    node: { addresses: { Hostname: [NAME], InternalIP: ADDRESSES } },
    a: { addresses: { Hostname: ['a.test.ch'], InternalIP: ['192.168.3.4'] } },
  },
  dns: {
    [NAME]: ADDRESSES,
    'a.test.ch': ['192.168.3.4'],
    'auth.test.ch': ['192.168.3.4'],
    'fishing.google.com': ['192.168.14.34'],
  },
};
const good = { dns: [NAME], ip: ADDRESSES };
const node = (change: Parameters<typeof serving>[1] = {}) =>
  serving('node', { ...good, ...change });
const worldWith = (addresses: readonly string[], more: Partial<World> = {}): World => ({
  ...world,
  nodes: { node: { addresses: { Hostname: [NAME], InternalIP: addresses } } },
  ...more,
});

const MAY_PASS = 'DNS and Nodes change; it waits ten minutes and is denied only then';

describe('kubelet-csr-approver', () => {
  judgesAsToldBy(
    {
      'PF-1 the right node, name and both addresses': {
        asked: node(),
        peer: 'approved',
        ours: 'approve',
      },
      'PF-2 another signer': {
        asked: node({ signerName: 'example.com/not-kubelet-serving' }),
        peer: 'left',
        ours: ['leave'],
      },
      'PF-3 another common name than the requester': {
        asked: node({ cn: 'funny-common-name' }),
        peer: 'denied',
        ours: ['deny', 'KubeletCommonName', 'CommonNameNotRequester'],
      },
      'PF-4 a name of somebody else, which resolves to the node': {
        asked: node({ dns: ['fishing.google.com'] }),
        peer: 'denied',
        ours: ['deny', 'DnsNameNotAllowed'],
      },
      'PF-5 a name that only looks like the domain': {
        asked: node({ dns: ['node.phishingTemptative.ch'] }),
        peer: 'denied',
        ours: ['deny', 'DnsNameNotAllowed'],
      },
      'PF-6 a name that does not resolve': {
        asked: node({ dns: ['unresolved.test.ch'], ip: [] }),
        world: worldWith(ADDRESSES, {
          nodes: {
            node: { addresses: { Hostname: ['unresolved.test.ch'], InternalIP: ADDRESSES } },
          },
        }),
        peer: 'denied',
        ours: ['wait', 'NameNotOwned'],
        why: MAY_PASS,
      },
      'PF-6 the same ten minutes later': {
        asked: node({ dns: ['unresolved.test.ch'], ip: [] }),
        world: worldWith(ADDRESSES, {
          nodes: {
            node: { addresses: { Hostname: ['unresolved.test.ch'], InternalIP: ADDRESSES } },
          },
        }),
        nowMs: LATER_MS,
        peer: 'denied',
        ours: ['deny', 'NameNotOwned'],
      },
      'PF-7 an address outside the prefixes beside the right ones': {
        asked: node({ ip: [...ADDRESSES, '9.9.9.9'] }),
        world: worldWith([...ADDRESSES, '9.9.9.9']),
        peer: 'denied',
        ours: ['deny', 'AddressNotAllowed'],
      },
      'PF-8 the name resolves to an address outside the prefixes': {
        asked: node({ ip: [] }),
        world: worldWith(ADDRESSES, { dns: { [NAME]: ['9.9.9.9'] } }),
        peer: 'denied',
        ours: ['wait', 'NameNotOwned'],
        why: MAY_PASS,
      },
      'PF-8 the name resolves to the node and to an address beside it': {
        asked: node({ ip: [] }),
        world: worldWith(ADDRESSES, { dns: { [NAME]: [...ADDRESSES, '9.9.9.9'] } }),
        peer: 'denied',
        ours: ['wait', 'NameNotOwned'],
        why: MAY_PASS,
      },
      'PF-9 an IPv6 address outside the prefixes, with a name': {
        asked: node({ ip: ['2001:c0fe:beef::14'] }),
        world: worldWith(['2001:c0fe:beef::14']),
        peer: 'denied',
        ours: ['deny', 'AddressNotAllowed'],
      },
      'PF-10 an IPv6 address outside the prefixes, without a name': {
        asked: node({ dns: [], ip: ['2001:c0fe:beef::14'] }),
        world: worldWith(['2001:c0fe:beef::14']),
        peer: 'denied',
        ours: ['deny', 'AddressNotAllowed'],
      },
      'PF-11 a lifetime of 368 days': {
        asked: node({ expirationSeconds: 368 * 86_400 }),
        policy: withMaximum,
        peer: 'denied',
        ours: ['deny', 'LifetimeTooLong'],
      },
      'PF-11 a lifetime of 367 days': {
        asked: node({ expirationSeconds: 367 * 86_400 }),
        policy: withMaximum,
        peer: 'approved',
        ours: 'approve',
      },
      'PF-12 without DNS: a second name that begins as the node does': {
        asked: serving('a', { dns: ['a.test.ch', 'auth.evil.io'] }),
        policy: bypassDns,
        peer: 'denied',
        ours: ['deny', 'DnsNameNotAllowed'],
      },
      'PF-12 without DNS: a name in a domain below': {
        asked: serving('a', { dns: ['a.evil.test.ch'] }),
        policy: bypassDns,
        peer: 'approved',
        ours: ['deny', 'DnsNameNotAllowed'],
        why: 'a pattern is compared with the whole name',
      },
      'PF-12 without DNS: a name within the pattern that begins as the node does': {
        asked: serving('a', { dns: ['auth.test.ch'] }),
        policy: bypassDns,
        peer: 'approved',
        ours: ['wait', 'NameNotOwned'],
        why: 'the name must be one that the Node has, not begin like it',
      },
      'PF-13 without DNS: a name that does not resolve': {
        asked: serving('a', { dns: ['a.test.ch'] }),
        policy: bypassDns,
        world: { ...world, dns: {} },
        peer: 'approved',
        ours: 'approve',
      },
      'PF-13 without DNS: the same with an address (issue 253)': {
        asked: serving('a', { dns: ['a.test.ch'], ip: ['192.168.3.4'] }),
        policy: bypassDns,
        world: { ...world, dns: {} },
        peer: 'approved',
        ours: 'approve',
      },
      'PF-14 without denials: a name of somebody else': {
        asked: node({ dns: ['fishing-test.google.com'] }),
        policy: skipDeny,
        peer: 'left',
        ours: ['leave', 'DnsNameNotAllowed'],
      },
      'PF-15 only the address of another node': {
        asked: node({ dns: [], ip: ['192.168.3.4'] }),
        policy: bypassDns,
        peer: 'approved',
        ours: ['wait', 'NameNotOwned'],
        why: 'prefixes are bounds and never proof',
      },
      'PF-15 only its own address, which DNS proves through no name': {
        asked: node({ dns: [], ip: ['192.168.14.34'] }),
        peer: 'approved',
        ours: ['wait', 'NameNotOwned'],
        why: 'where DNS has to prove, an address needs a name of the same request',
      },
      'PF-16 organization system:masters': {
        asked: node({ o: ['system:masters'] }),
        peer: 'approved',
        ours: ['deny', 'KubeletOrganization', 'SystemMasters'],
        why: 'the organization is a group; kube-controller-manager would have to stop it',
      },
      'PF-17 DNS does not answer': {
        asked: node(),
        world: { ...world, dns: { [NAME]: 'down' } },
        peer: 'denied',
        ours: ['wait', 'EvidenceUnavailable'],
        why: 'trouble of ours is nobody’s fault',
      },
      'PF-17 DNS does not answer for ten minutes': {
        asked: node(),
        world: { ...world, dns: { [NAME]: 'down' } },
        nowMs: LATER_MS,
        peer: 'denied',
        ours: ['leave', 'EvidenceUnavailable'],
        why: 'trouble of ours never denies, whatever the rule says',
      },
      'PF-17 DNS answers again': { asked: node(), peer: 'approved', ours: 'approve' },
      'a user that is no node': {
        asked: node({ user: 'jane', cn: 'jane' }),
        peer: 'denied',
        ours: ['leave'],
        why: 'a rule of nodes does not speak of others (as with ignore-non-system-node)',
      },
      'no name at all': {
        asked: node({ dns: [], ip: [] }),
        peer: 'denied',
        ours: ['deny', 'KubeletNamesMissing'],
      },
    },
    { policy, world },
  );
});
