// SPDX-License-Identifier: Apache-2.0
// The cases of alex1989hu/kubelet-serving-cert-approver (AH), which has no settings and never denies. Cases of writing
// (AH-16, AH-18) are those of reconcile.test.ts, and what surrounds the program (AH-20) is tested end to end.

import { describe, expect, it } from '@jest/globals';
import { conditionOf } from '../../../src/decide/condition.js';
import { parseCsrObject } from '../../../src/request/parse-csr-object.js';
import { isDecided } from '../../../src/request/state.js';
import { judgesAsToldBy } from './kubelet-peer-case.js';
import {
  type Asked,
  CLIENT,
  decideOn,
  joining,
  objectOf,
  policyOf,
  serving,
  type World,
} from './kubelet-peers.js';

const policy = policyOf(`
kubelet-serving: { preset: kubelet-serving }
kubelet-client: { preset: kubelet-client }
`);
const world: World = {
  nodes: { 'node-01': { addresses: { Hostname: ['node-01'], InternalIP: ['192.0.2.77'] } } },
};
const good = { dns: ['node-01'], ip: ['192.0.2.77'] };
const node = (change: Partial<Asked> = {}): Asked => serving('node-01', { ...good, ...change });
const ownsFoo: World = {
  nodes: { 'node-01': { addresses: { Hostname: ['foo.bar'], ExternalIP: ['1.2.3.4'] } } },
};
const OWNERSHIP = 'a name must be the node’s own; it may come to list it later';

describe('kubelet-serving-cert-approver', () => {
  judgesAsToldBy(
    {
      'a good request': { asked: node(), peer: 'approved', ours: 'approve' },
      'AH-1 another organization': {
        asked: node({ o: ['invalid'] }),
        peer: 'left',
        ours: ['leave', 'KubeletOrganization'],
      },
      'AH-2 a common name without the prefix': {
        asked: node({ cn: 'bad:prefix:node:node-01' }),
        peer: 'left',
        ours: ['leave', 'KubeletCommonName', 'CommonNameNotRequester'],
      },
      'AH-3 the user name of another node': {
        asked: { ...node({ user: 'system:node:node-01-mismatch' }), cn: 'system:node:node-01' },
        peer: 'left',
        ours: ['leave', 'CommonNameNotRequester'],
      },
      'AH-4 an e-mail address': {
        asked: node({ email: ['node@example.com'] }),
        peer: 'left',
        ours: ['leave', 'KubeletEmail'],
      },
      'AH-5 a URI': {
        asked: node({ uri: ['https://example.com/node'] }),
        peer: 'left',
        ours: ['leave', 'KubeletUri'],
      },
      'AH-6 an e-mail address and a URI': {
        asked: node({ email: ['node@example.com'], uri: ['https://example.com/node'] }),
        peer: 'left',
        ours: ['leave', 'KubeletEmail', 'KubeletUri'],
      },
      'AH-7 no name and no address': {
        asked: node({ dns: [], ip: [] }),
        peer: 'left',
        ours: ['leave', 'KubeletNamesMissing'],
      },
      'AH-8 a fourth usage': {
        asked: node({
          usages: ['digital signature', 'key encipherment', 'server auth', 'code signing'],
        }),
        peer: 'left',
        ours: ['leave', 'KubeletUsages'],
      },
      'AH-9 code signing instead of server auth': {
        asked: node({ usages: ['key encipherment', 'digital signature', 'code signing'] }),
        peer: 'left',
        ours: ['leave', 'KubeletUsages'],
      },
      'AH-10 only a name, that of nobody': {
        asked: node({ dns: ['foo.bar'], ip: [] }),
        peer: 'approved',
        ours: ['wait', 'NameNotOwned'],
        why: OWNERSHIP,
      },
      'AH-10 only a name, its own': {
        asked: node({ dns: ['foo.bar'], ip: [] }),
        world: ownsFoo,
        peer: 'approved',
        ours: 'approve',
      },
      'AH-11 only an address, that of nobody': {
        asked: node({ dns: [], ip: ['1.2.3.4'] }),
        peer: 'approved',
        ours: ['wait', 'NameNotOwned'],
        why: OWNERSHIP,
      },
      'AH-11 only an address, its own': {
        asked: node({ dns: [], ip: ['1.2.3.4'] }),
        world: ownsFoo,
        peer: 'approved',
        ours: 'approve',
      },
      'AH-12 the three usages of RSA kubelets': {
        asked: node({ usages: ['digital signature', 'key encipherment', 'server auth'] }),
        peer: 'approved',
        ours: 'approve',
      },
      'AH-12 the two usages of ECDSA kubelets': {
        asked: node({ usages: ['digital signature', 'server auth'] }),
        peer: 'approved',
        ours: 'approve',
      },
      'AH-13 digital signature alone': {
        asked: node({ usages: ['digital signature'] }),
        peer: 'approved',
        ours: ['leave', 'KubeletUsages', 'ExtendedKeyUsageMissing'],
        why: 'a certificate without server auth serves nobody, and one without purpose everybody',
      },
      'AH-14 a PEM block without content': {
        asked: node({
          text: () => '-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n',
        }),
        peer: 'left',
        ours: ['leave', 'PemEmpty'],
      },
      'AH-15 another signer': {
        asked: node({ signerName: 'kubernetes.io/kube-apiserver-client' }),
        peer: 'left',
        ours: ['leave'],
      },
      'AH-17 an access review that does not answer': {
        asked: joining('node-01'),
        world: { ...world, may: () => 'down' },
        peer: 'left',
        ours: ['wait', 'EvidenceUnavailable', 'EvidenceUnavailable'],
      },
      'AH-17 an access review that says no': {
        asked: joining('node-01', { groups: ['system:authenticated'] }),
        peer: 'left',
        ours: ['wait', 'AccessNotGranted'],
      },
    },
    { policy, world },
  );
});

describe('kubelet-serving-cert-approver, of objects that need no decision', () => {
  it('AH-14 an object without a request is unreadable, and nothing throws', () => {
    const parsed = parseCsrObject({
      metadata: { name: 'a' },
      spec: { signerName: CLIENT, usages: [], request: null },
    });

    expect(parsed).toMatchObject({ ok: false, error: { code: 'ObjectUnreadable' } });
  });

  it.each(['Approved', 'Denied', 'Failed'])('AH-15 %s: nothing is decided any more', (type) => {
    const raw = { type, status: 'True' };
    const condition = { ...raw, reason: '', message: '', lastUpdateTime: undefined, raw };

    expect(isDecided(objectOf(node()))).toBe(false);
    expect(isDecided({ ...objectOf(node()), conditions: [condition] })).toBe(true);
  });

  it('AH-15 a certificate is there: nothing is decided any more', () => {
    expect(isDecided({ ...objectOf(node()), certificate: 'LS0t' })).toBe(true);
  });
});

it('AH-19 an approval has a stable reason, and says which rule of which policy it was', () => {
  expect(conditionOf(decideOn(node(), policy, world))).toEqual({
    type: 'Approved',
    status: 'True',
    reason: 'PolicyApproved',
    message: `rule kubelet-serving, policy ${policy.hash}`,
  });
});
