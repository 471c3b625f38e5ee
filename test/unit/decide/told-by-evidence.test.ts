// SPDX-License-Identifier: Apache-2.0
// What Nodes, DNS and other Nodes say: each check tells what it learned, as `explain` prints it.

import { describe } from '@jest/globals';
import type { Decision } from '../../../src/decide/decision.js';
import { dns, down, ip, makeServingCase, nodeIs, WORKER } from '../../support/decide.js';
import { client, type Row, sans, serving, tells } from './told-by-checks.js';

describe('a Node that is Ready is told:', () => {
  const strict = { readyNode: 'refuse' } as const;
  const requester = makeServingCase().csr.requester;
  const row = (decision: Decision, saw: string): Row => [
    decision,
    'NodeAlreadyReady',
    'no Ready node "worker-1"',
    saw,
    'node',
  ];

  tells({
    'the rule does not ask': row(client(), 'not asked by the rule'),
    'the node itself asks': row(client({ csr: { requester } }, strict), 'the node itself asks'),
    'there is none': row(client({}, strict, { node: nodeIs(undefined) }), 'no such Node'),
    'it is not Ready': row(
      client({}, strict, { node: nodeIs({ ...WORKER, isReady: false }) }),
      'it is not Ready',
    ),
    'it is Ready': row(client({}, strict, { node: nodeIs(WORKER) }), 'it is Ready'),
    'it could not be read': [
      client({}, strict, { node: down }),
      'EvidenceUnavailable',
      'no Ready node "worker-1"',
      'connect ECONNREFUSED',
      'node',
    ],
  });
});

describe('whose names and addresses these are is told:', () => {
  const LISTED = '"worker-1", "worker-1.corp.example", "10.1.0.7", "fd00::7"';
  const BY_NODE = 'what the status of node "worker-1" lists';
  const BY_DNS = 'names that resolve to node "worker-1"';
  const UNSHARED = 'nothing that another Node lists';
  const resolved = {
    dns: { 'worker-1.corp.example': { state: 'known', value: ['10.1.0.7'] } },
  } as const;
  const fqdn = sans(dns('worker-1.corp.example'));
  const claims = {
    state: 'known',
    value: [
      {
        kind: 'ip',
        value: '10.1.0.7',
        nodes: ['liar', 'worker-1'].map((name) => ({ name, isControlPlane: false })),
      },
    ],
  } as const;

  tells({
    'nobody asks': [
      serving({}, { owner: [] }),
      'NameNotOwned',
      'names and addresses of node "worker-1"',
      'not asked by the rule',
      'node',
    ],
    'there is no Node': [
      serving({}, {}, { node: nodeIs(undefined) }),
      'NodeNotFound',
      'names and addresses of node "worker-1"',
      'no such Node',
      'node',
    ],
    'the Nodes cannot be read': [
      serving({}, {}, { node: down }),
      'EvidenceUnavailable',
      'names and addresses of node "worker-1"',
      'connect ECONNREFUSED',
      'node',
    ],
    'what the Node lists': [serving(), 'NameNotOwned', BY_NODE, LISTED, 'node'],
    'what the Node lists, and that is not it': [
      serving({ facts: { sans: [ip('10.1.0.8')] } }),
      'NameNotOwned',
      BY_NODE,
      LISTED,
      'node',
    ],
    'what DNS says': [
      serving(fqdn, { owner: ['dns'] }, resolved),
      'NameNotOwned',
      BY_DNS,
      '"worker-1.corp.example": "10.1.0.7"',
      'dns',
    ],
    'DNS says nothing': [
      serving(fqdn, { owner: ['dns'] }),
      'NameNotOwned',
      BY_DNS,
      '"worker-1.corp.example": nothing',
      'dns',
    ],
    'there is no name to ask DNS for': [
      serving(sans(ip('10.1.0.7')), { owner: ['dns'] }),
      'NameNotOwned',
      BY_DNS,
      'no name',
      'dns',
    ],
    'DNS does not answer': [
      serving(fqdn, { owner: ['dns'] }, { dns: { 'worker-1.corp.example': down } }),
      'EvidenceUnavailable',
      BY_DNS,
      '"worker-1.corp.example": connect ECONNREFUSED',
      'dns',
    ],
    'no other Node lists them': [serving(), 'AddressShared', UNSHARED, 'nothing', 'node'],
    'another Node lists one': [
      serving({}, {}, { claims }),
      'AddressShared',
      UNSHARED,
      '"10.1.0.7" of "liar"',
      'node',
    ],
    'it is not known what others list': [
      serving({}, {}, { claims: down }),
      'EvidenceUnavailable',
      UNSHARED,
      'connect ECONNREFUSED',
      'node',
    ],
  });
});
