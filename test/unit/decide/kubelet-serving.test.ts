import { describe, expect, it } from '@jest/globals';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import {
  type Answers,
  API_SERVER,
  decideFully,
  dns,
  down,
  ip,
  makePolicy,
  makeServingCase,
  makeServingRule,
  matcher,
  nodeIs,
  NOW_MS,
  ranges,
  WORKER,
} from '../../support/decide.js';

type Change = Parameters<typeof makeServingCase>[0];

const decideOne = (change: Change, answers: Answers = {}, nowMs = NOW_MS) =>
  decideFully(
    makeServingCase(change),
    makePolicy([makeServingRule()]),
    { node: nodeIs(WORKER), ...answers },
    nowMs,
  );

const node = (name: string) => ({
  ...makeServingCase().csr.requester,
  username: `system:node:${name}`,
});

describe('kubelet serving certificates are approved', () => {
  const approved: Record<string, Change> = {
    'for the name and the address of the node': {},
    'for addresses only': { facts: { sans: [ip('10.1.0.7')] } },
    'for names only': { facts: { sans: [dns('worker-1')] } },
    'for both families and several names': {
      facts: {
        sans: [dns('worker-1'), dns('worker-1.corp.example'), ip('10.1.0.7'), ip('fd00::7')],
      },
    },
    'for a name in capitals with a dot at the end': { facts: { sans: [dns('WORKER-1.')] } },
    'with key encipherment, as RSA kubelets ask': {
      csr: { usages: ['digital signature', 'key encipherment', 'server auth'] },
    },
  };

  it.each(Object.entries(approved))('%s', (_, change) => {
    const { decision } = decideFully(
      makeServingCase(change),
      makePolicy([
        makeServingRule({
          sans: {
            ...makeServingRule().sans,
            dns: [
              { ...matcher('x'), matches: (value) => value.toLowerCase().startsWith('worker-1') },
            ],
          },
        }),
      ]),
      { node: nodeIs(WORKER) },
    );

    expect(decision).toMatchObject({ outcome: { kind: 'approve' }, rule: 'kubelet-serving' });
  });
});

describe('what no change of the Node can heal is left alone', () => {
  const left: Record<string, [ReasonCode, Change]> = {
    'the common name of another node': [
      'CommonNameNotRequester',
      { facts: { commonName: 'system:node:worker-2' } },
    ],
    'a second organization': [
      'KubeletOrganization',
      { facts: { organizations: ['system:nodes', 'dev'] } },
    ],
    'client auth beside server auth': [
      'KubeletUsages',
      { csr: { usages: ['digital signature', 'server auth', 'client auth'] } },
    ],
    'no name at all': ['KubeletNamesMissing', { facts: { sans: [] } }],
    'an e-mail address': [
      'KubeletEmail',
      { facts: { sans: [dns('worker-1'), { kind: 'email', value: 'a@b.example' }] } },
    ],
    'a URI': [
      'KubeletUri',
      { facts: { sans: [dns('worker-1'), { kind: 'uri', value: 'spiffe://a/b' }] } },
    ],
    'a name outside the bounds': [
      'DnsNameNotAllowed',
      { facts: { sans: [dns('api.corp.example')] } },
    ],
    'the name of another node, within no bound of this one': [
      'DnsNameNotAllowed',
      { facts: { sans: [dns('worker-2')] } },
    ],
    'an address outside the bounds': ['AddressNotAllowed', { facts: { sans: [ip('192.0.2.7')] } }],
    'a loopback address': ['AddressNotAllowed', { facts: { sans: [ip('127.0.0.1')] } }],
  };

  it.each(Object.entries(left))('%s', (_, [code, change]) => {
    const { decision, asked } = decideOne(change);

    expect(decision.outcome).toEqual({ kind: 'leave' });
    expect(decision.violations.map((violation) => violation.code)).toContain(code);
    expect(asked).toEqual([]);
  });
});

describe('requesters that are no node are not matched', () => {
  it.each([
    ['another user', { ...node('worker-1'), username: 'jane' }],
    [
      'a node name without the group of nodes',
      { ...node('worker-1'), groups: ['system:authenticated'] },
    ],
    ['the prefix alone', node('')],
  ])('%s', (_, requester) => {
    const { decision } = decideOne({
      csr: { requester },
      facts: { commonName: requester.username },
    });

    expect(decision).toMatchObject({ outcome: { kind: 'leave' }, rule: undefined });
  });
});

describe('what the Node may still come to list waits, and the Node wakes it', () => {
  const waiting: Record<string, [ReasonCode, Answers['node'] & object]> = {
    'the Node is not registered yet': ['NodeNotFound', nodeIs(undefined)],
    'the Node has no addresses yet': [
      'NameNotOwned',
      nodeIs({ ...WORKER, dnsNames: [], addresses: [] }),
    ],
    'the Node lists another address': [
      'NameNotOwned',
      nodeIs({ ...WORKER, addresses: ['10.1.0.8'] }),
    ],
    'the Node lists another name': ['NameNotOwned', nodeIs({ ...WORKER, dnsNames: ['worker-1b'] })],
  };

  it.each(Object.entries(waiting))('%s', (_, [code, answer]) => {
    const early = decideOne({}, { node: answer }).decision;
    const late = decideOne({}, { node: answer }, NOW_MS + 600_000).decision;

    expect(early).toMatchObject({
      outcome: { kind: 'wait' },
      wakeOn: [{ kind: 'node', name: 'worker-1' }],
    });
    expect(early.violations.map((violation) => violation.code)).toEqual([code]);
    expect(late).toMatchObject({ outcome: { kind: 'leave' }, wakeOn: early.wakeOn });
  });

  it('but Nodes that cannot be read are asked for again, since nothing would wake us', () => {
    const { decision } = decideOne({}, { node: down });

    expect(decision).toMatchObject({ outcome: { kind: 'wait' }, wakeOn: [{ kind: 'time' }] });
    expect(decision.violations.map(({ code }) => code)).toEqual(['EvidenceUnavailable']);
  });
});

describe('an address of the API server', () => {
  const own = { facts: { sans: [ip('10.1.0.7')] } };
  const apiServer = {
    state: 'known',
    value: { ...API_SERVER, addresses: ['10.1.0.7'] },
  } as const;

  it('is given to a control-plane node whose own it is', () => {
    const answers = { apiServer, node: nodeIs({ ...WORKER, isControlPlane: true }) };

    expect(decideOne(own, answers).decision.outcome.kind).toBe('approve');
  });

  it.each([
    ['a worker that lists it', nodeIs(WORKER)],
    [
      'a control-plane node that does not list it',
      nodeIs({ ...WORKER, isControlPlane: true, addresses: [] }),
    ],
  ])('is not given to %s', (_, answer) => {
    const { decision } = decideOne(own, { apiServer, node: answer });

    expect(decision.outcome.kind).toBe('leave');
    expect(decision.violations.map(({ code }) => code)).toContain('ApiServerName');
  });

  it('waits while the Nodes cannot be read', () => {
    expect(decideOne(own, { apiServer, node: down }).decision.outcome.kind).toBe('wait');
  });
});

it('without bounds every name that the node owns is given', () => {
  const sans = { ...makeServingRule().sans, ip: ranges('0.0.0.0/0', '::/0') };
  const answers = { node: nodeIs({ ...WORKER, addresses: ['192.0.2.7'] }) };

  const { decision } = decideFully(
    makeServingCase({ facts: { sans: [ip('192.0.2.7')] } }),
    makePolicy([makeServingRule({ sans })]),
    answers,
  );

  expect(decision.outcome.kind).toBe('approve');
});
