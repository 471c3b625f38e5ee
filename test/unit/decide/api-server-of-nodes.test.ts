// Names and addresses of the API server on the Nodes that it runs on, in every spelling that reaches us.
import { describe, expect, it } from '@jest/globals';
import { apiServerFacts } from '../../../src/evidence/api-server.js';
import { nodeFacts } from '../../../src/evidence/nodes.js';
import type { SubjectAltName } from '../../../src/request/facts.js';
import { addressOfBytes } from '../../../src/vocabulary/addresses.js';
import {
  type Answers,
  decideFully,
  dns,
  down,
  ip,
  makePolicy,
  makeServingCase,
  makeServingRule,
  matcher,
  ranges,
} from '../../support/decide.js';

interface Spelled {
  /** In the certificate of the API server, in EndpointSlice default/kubernetes and in a ServiceCIDR. */
  readonly peer?: string;
  readonly endpoint?: string;
  readonly serviceRange?: string;
  /** In the status of the Node. */
  readonly listed: { readonly type: string; readonly address: string };
  readonly asked: SubjectAltName;
}

const LABEL = 'node-role.kubernetes.io/control-plane';
const CONTESTED = 'AddressShared';

function judged(
  { peer, endpoint, serviceRange, listed, asked }: Spelled,
  more: { readonly labels?: object; readonly claims?: Answers['claims'] } = {},
) {
  const labels = more.labels ?? { [LABEL]: '' };
  const node = nodeFacts({ metadata: { name: 'cp-1', labels }, status: { addresses: [listed] } });
  const value = apiServerFacts({
    peer: peer === undefined ? [] : [peer],
    endpointSlice: { endpoints: [{ addresses: endpoint === undefined ? [] : [endpoint] }] },
    serviceCidrs: serviceRange === undefined ? [] : [{ spec: { cidrs: [serviceRange] } }],
  });
  const sans = {
    ...makeServingRule().sans,
    dns: [{ ...matcher('any'), matches: () => true }],
    ip: ranges('0.0.0.0/0', '::/0'),
  };
  const requester = { ...makeServingCase().csr.requester, username: 'system:node:cp-1' };
  const { decision } = decideFully(
    makeServingCase({
      csr: { requester },
      facts: { commonName: 'system:node:cp-1', sans: [asked] },
    }),
    makePolicy([makeServingRule({ sans })]),
    {
      node: { state: 'known', value: node },
      apiServer: { state: 'known', value },
      ...(more.claims === undefined ? {} : { claims: more.claims }),
    },
  );
  const codes = decision.violations.map(({ code }) => code);
  return { outcome: decision.outcome.kind, codes };
}

const mapped = addressOfBytes(
  Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 10),
);
const internal = (address: string) => ({ type: 'InternalIP', address });
const hostname = (address: string) => ({ type: 'Hostname', address });

const spelled: Record<string, Spelled> = {
  'an address of the EndpointSlice': {
    endpoint: '192.0.2.10',
    listed: internal('192.0.2.10'),
    asked: ip('192.0.2.10'),
  },
  'an address of a Service range': {
    serviceRange: '10.96.0.0/12',
    listed: internal('10.96.0.1'),
    asked: ip('10.96.0.1'),
  },
  'an address that the EndpointSlice writes as IPv4-mapped IPv6': {
    endpoint: '::ffff:192.0.2.10',
    listed: internal('192.0.2.10'),
    asked: ip('192.0.2.10'),
  },
  'an address that the Node writes as IPv4-mapped IPv6': {
    endpoint: '192.0.2.10',
    listed: internal('::FFFF:C000:020A'),
    asked: ip('192.0.2.10'),
  },
  'an address that the request writes as IPv4-mapped IPv6': {
    endpoint: '192.0.2.10',
    listed: internal('192.0.2.10'),
    asked: ip(mapped ?? ''),
  },
  'an IPv6 address in three spellings': {
    endpoint: '2001:DB8:0:0:0:0:0:10',
    listed: internal('2001:db8::0010'),
    asked: ip('2001:db8::10'),
  },
  'an address that we reach through a zone': {
    peer: 'fd00::10%eth0',
    listed: internal('fd00::10'),
    asked: ip('fd00::10'),
  },
  'a name of its certificate': {
    peer: 'cp-1.corp.example',
    listed: hostname('cp-1.corp.example'),
    asked: dns('cp-1.corp.example'),
  },
  'a name in other letters': {
    peer: 'CP-1.corp.example',
    listed: hostname('cp-1.CORP.example'),
    asked: dns('cp-1.corp.EXAMPLE'),
  },
  'a name with a dot at the end': {
    peer: 'cp-1.corp.example.',
    listed: hostname('cp-1.corp.example'),
    asked: dns('cp-1.corp.example.'),
  },
  'an internationalized name': {
    peer: 'xn--bcher-kva.example',
    listed: hostname('XN--BCHER-KVA.example'),
    asked: dns('xn--BCHER-kva.example.'),
  },
};

describe.each(Object.entries(spelled))('%s', (_, value) => {
  it('is given to the control-plane node whose own it is', () => {
    expect(judged(value)).toEqual({ outcome: 'approve', codes: [] });
  });

  it('is not given to a worker that lists it', () => {
    expect(judged(value, { labels: {} })).toEqual({ outcome: 'leave', codes: ['ApiServerName'] });
  });

  it('is given to no node by a label that looks like the one of the control plane', () => {
    const labels = { 'node-role.kubernetes.io/controlplane': '', 'control-plane': '' };

    expect(judged(value, { labels }).codes).toEqual(['ApiServerName']);
  });
});

describe('an address of the API server that several Nodes list', () => {
  const [value] = Object.values(spelled);
  const claims = (...nodes: { name: string; isControlPlane: boolean }[]): Answers['claims'] => ({
    state: 'known',
    value: [{ value: '192.0.2.10', nodes }],
  });
  const cp = (name: string) => ({ name, isControlPlane: true });
  const worker = (name: string) => ({ name, isControlPlane: false });
  const judge = (more: Parameters<typeof judged>[1]) =>
    value === undefined ? undefined : judged(value, more);

  it('is the control-plane node’s: no worker may have it, so none can block it', () => {
    expect(judge({ claims: claims(cp('cp-1'), worker('liar')) })).toEqual({
      outcome: 'approve',
      codes: [],
    });
  });

  it('waits when both are of the control plane', () => {
    expect(judge({ claims: claims(cp('cp-1'), cp('cp-2')) })).toEqual({
      outcome: 'wait',
      codes: [CONTESTED],
    });
  });

  it('is refused to a worker for good, and nobody else is troubled with it', () => {
    expect(judge({ labels: {}, claims: claims(worker('cp-1'), cp('cp-2')) })).toEqual({
      outcome: 'leave',
      codes: ['ApiServerName'],
    });
  });
});

it('any other address that a worker lists, too, blocks a control-plane node as it blocks every node', () => {
  const value = { endpoint: '192.0.2.10', listed: internal('10.1.0.7'), asked: ip('10.1.0.7') };
  const nodes = [{ name: 'liar', isControlPlane: false }];
  const claims: Answers['claims'] = { state: 'known', value: [{ value: '10.1.0.7', nodes }] };

  expect(judged(value, { claims }).codes).toEqual([CONTESTED]);
});

it('while the API server is not known, whatever another Node lists counts', () => {
  const nodes = [{ name: 'liar', isControlPlane: false }];
  const { decision } = decideFully(makeServingCase(), makePolicy([makeServingRule()]), {
    node: {
      state: 'known',
      value: nodeFacts({
        metadata: { name: 'worker-1', labels: { [LABEL]: '' } },
        status: { addresses: [hostname('worker-1'), internal('10.1.0.7')] },
      }),
    },
    apiServer: down,
    claims: { state: 'known', value: [{ value: '10.1.0.7', nodes }] },
  });

  expect(decision.outcome.kind).toBe('wait');
  expect(new Set(decision.violations.map(({ code }) => code))).toEqual(
    new Set([CONTESTED, 'EvidenceUnavailable']),
  );
});
