// SPDX-License-Identifier: Apache-2.0
// The cases of siderolabs/talos-cloud-controller-manager (TAL), which denies what its checks refuse.

import { describe } from '@jest/globals';
import { judgesAsToldBy } from './kubelet-peer-case.js';
import { type Asked, policyOf, serving, type World } from './kubelet-peers.js';

const policy = policyOf(`
kubelet-serving:
  preset: kubelet-serving
  onViolation: { default: deny, transient: wait 10m then deny }
`);
const world: World = {
  nodes: {
    a: { addresses: { Hostname: ['a'], InternalIP: ['10.1.0.1'], ExternalIP: ['203.0.113.1'] } },
    b: { addresses: { Hostname: ['b'], InternalIP: ['10.1.0.2'] } },
    c: { addresses: { Hostname: ['c'], InternalIP: ['10.1.0.3'] } },
    bare: { addresses: { Hostname: ['bare'] } },
  },
};
const node = (change: Partial<Asked> = {}): Asked =>
  serving('a', { dns: ['a'], ip: ['10.1.0.1'], ...change });
const BY_USER =
  'the node is the one that asks (user name), never one that a name in the request says';

describe('talos-cloud-controller-manager', () => {
  judgesAsToldBy(
    {
      'TAL-1 a PEM block without content': {
        asked: node({
          text: () => '-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n',
        }),
        peer: 'left',
        ours: ['deny', 'PemEmpty'],
        why: 'it is a fact of the request; an API server takes no such request',
      },
      'TAL-1 a PEM block of another kind': {
        asked: node({ text: (pem) => pem.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE') }),
        peer: 'left',
        ours: ['deny', 'PemLabel'],
        why: 'it is a fact of the request; an API server takes no such request',
      },
      'TAL-1 a request that is cut off': {
        asked: node({ text: (pem) => cut(pem) }),
        peer: 'left',
        ours: ['deny', 'DerTruncated'],
        why: 'it is a fact of the request; an API server takes no such request',
      },
      'TAL-2 only a name': { asked: node({ ip: [] }), peer: 'approved', ours: 'approve' },
      'TAL-2 only an address': { asked: node({ dns: [] }), peer: 'approved', ours: 'approve' },
      'TAL-2 a name and an address': { asked: node(), peer: 'approved', ours: 'approve' },
      'TAL-2 three usages': {
        asked: node({ usages: ['digital signature', 'key encipherment', 'server auth'] }),
        peer: 'approved',
        ours: 'approve',
      },
      'TAL-3 no name at all': {
        asked: node({ dns: [], ip: [] }),
        peer: 'denied',
        ours: ['deny', 'KubeletNamesMissing'],
      },
      'TAL-4 the name kubernetes': {
        asked: node({ dns: ['a', 'kubernetes'] }),
        world: listing('kubernetes'),
        peer: 'denied',
        ours: ['deny', 'ApiServerName'],
      },
      'TAL-4 the name kubernetes.default.svc': {
        asked: node({ dns: ['a', 'kubernetes.default.svc'] }),
        world: listing('kubernetes.default.svc'),
        peer: 'denied',
        ours: ['deny', 'ApiServerName', 'ServiceName'],
      },
      'TAL-5 the name KUBERNETES.default.svc': {
        asked: node({ dns: ['a', 'KUBERNETES.default.svc'] }),
        world: listing('KUBERNETES.default.svc'),
        peer: 'approved',
        ours: ['deny', 'ApiServerName', 'ServiceName'],
        why: 'names are compared as DNS compares them',
      },
      'TAL-6 another organization': {
        asked: node({ o: ['invalid'] }),
        peer: 'denied',
        ours: ['deny', 'KubeletOrganization'],
      },
      'TAL-6 another common name': {
        asked: node({ cn: 'invalid' }),
        peer: 'denied',
        ours: ['deny', 'KubeletCommonName', 'CommonNameNotRequester'],
      },
      'TAL-6 an e-mail address': {
        asked: node({ email: ['a@example.com'] }),
        peer: 'denied',
        ours: ['deny', 'KubeletEmail'],
      },
      'TAL-6 a URI': {
        asked: node({ uri: ['https://example.com'] }),
        peer: 'denied',
        ours: ['deny', 'KubeletUri'],
      },
      'TAL-6 client auth beside server auth': {
        asked: node({ usages: ['digital signature', 'server auth', 'client auth'] }),
        peer: 'denied',
        ours: ['deny', 'KubeletUsages'],
      },
      'TAL-6 digital signature twice instead of server auth': {
        asked: node({ usages: ['digital signature', 'digital signature'] }),
        peer: 'denied',
        ours: ['deny', 'KubeletUsages', 'ExtendedKeyUsageMissing'],
      },
      'TAL-7 another signer': {
        asked: node({ signerName: 'kubernetes.io/kube-apiserver-client' }),
        peer: 'left',
        ours: ['leave'],
      },
      'TAL-7 a user that is no node': {
        asked: node({ user: 'invalid' }),
        peer: 'left',
        ours: ['leave'],
      },
      'TAL-8 the Nodes cannot be read': {
        asked: node(),
        world: { nodes: 'down' },
        peer: 'left',
        ours: ['wait', 'EvidenceUnavailable'],
      },
      'TAL-9 there is no Node': {
        asked: serving('d', { dns: ['d'], ip: ['10.1.0.4'] }),
        peer: 'left',
        ours: ['wait', 'NodeNotFound'],
      },
      'TAL-9 a Node without addresses asks for its name': {
        asked: serving('bare', { dns: ['bare'] }),
        peer: 'approved',
        ours: 'approve',
      },
      'TAL-9 an address that the Node does not list': {
        asked: node({ ip: ['10.1.0.99'] }),
        peer: 'left',
        ours: ['wait', 'NameNotOwned'],
      },
      'TAL-9 an internal and an external address': {
        asked: node({ ip: ['10.1.0.1', '203.0.113.1'] }),
        peer: 'approved',
        ours: 'approve',
      },
      'TAL-10 the name and the address of another node': {
        asked: node({ dns: ['b'], ip: ['10.1.0.2'] }),
        peer: 'approved',
        ours: ['wait', 'NameNotOwned'],
        why: BY_USER,
      },
      'TAL-11 only the address of another node': {
        asked: node({ dns: [], ip: ['10.1.0.2'] }),
        peer: 'left',
        ours: ['wait', 'NameNotOwned'],
      },
      'TAL-12 its own name and that of another node': {
        asked: node({ dns: ['a', 'c'] }),
        peer: 'approved',
        ours: ['wait', 'NameNotOwned'],
        why: 'every name is checked, not the first',
      },
      'TAL-12 the same when the node lists the other’s name, too': {
        asked: node({ dns: ['a', 'c'] }),
        world: listing('c'),
        peer: 'approved',
        ours: ['wait', 'AddressShared'],
        why: 'another Node lists it',
      },
    },
    { policy, world },
  );
});

/** The world in which node a lists one more name. */
function listing(name: string): World {
  const nodes = typeof world.nodes === 'object' ? world.nodes : {};
  return {
    nodes: { ...nodes, a: { addresses: { Hostname: ['a', name], InternalIP: ['10.1.0.1'] } } },
  };
}

/** The request without the last octets of its DER. */
function cut(pem: string): string {
  const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\n/g, ''), 'base64').subarray(0, -9);
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
}
