// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import type { RequestFacts, SubjectAltName } from '../../../src/request/facts.js';
import {
  allowedUsages,
  API_CLIENT_SIGNER,
  contractViolations,
  isKubernetesSigner,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
} from '../../../src/request/well-known-signers.js';

const nobody: RequestFacts = {
  subject: [],
  commonName: undefined,
  organizations: [],
  sans: [],
  key: { algorithm: 'ed25519', bits: 256, label: 'Ed25519', spki: Buffer.alloc(0), spkiSha256: '' },
  signatureAlgorithm: 'Ed25519',
  extensions: [],
  ignored: [],
};
const node: RequestFacts = {
  ...nobody,
  commonName: 'system:node:worker-1',
  organizations: ['system:nodes'],
};
const san = (kind: SubjectAltName['kind'], value: string): SubjectAltName => ({ kind, value });
const served: RequestFacts = { ...node, sans: [san('dns', 'worker-1'), san('ip', '10.0.0.5')] };

const clientUsages = ['digital signature', 'key encipherment', 'client auth'];
const servingUsages = ['digital signature', 'key encipherment', 'server auth'];

const codes = (signerName: string, facts: RequestFacts, usages: readonly string[]) =>
  contractViolations(signerName, facts, usages).map(({ code }) => code);

describe('the contract of kube-apiserver-client-kubelet (SHP-1)', () => {
  it.each<readonly [string, RequestFacts, readonly string[], readonly string[]]>([
    ['a kubelet passes', node, clientUsages, []],
    ['key encipherment is optional', node, ['client auth', 'digital signature'], []],
    ['usages are a set (SHP-4)', node, [...clientUsages, ...clientUsages], []],
    [
      'a common name of system:node: alone passes (SHP-5)',
      { ...node, commonName: 'system:node:' },
      clientUsages,
      [],
    ],
    ['no organization', { ...node, organizations: [] }, clientUsages, ['KubeletOrganization']],
    [
      'another organization',
      { ...node, organizations: ['dev'] },
      clientUsages,
      ['KubeletOrganization'],
    ],
    [
      'a second organization',
      { ...node, organizations: ['system:nodes', 'system:masters'] },
      clientUsages,
      ['KubeletOrganization'],
    ],
    [
      'the same organization twice',
      { ...node, organizations: ['system:nodes', 'system:nodes'] },
      clientUsages,
      ['KubeletOrganization'],
    ],
    ['a DNS name', { ...node, sans: [san('dns', 'a')] }, clientUsages, ['KubeletDnsName']],
    [
      'an e-mail address',
      { ...node, sans: [san('email', 'a@b.c')] },
      clientUsages,
      ['KubeletEmail'],
    ],
    ['an IP address', { ...node, sans: [san('ip', '10.0.0.1')] }, clientUsages, ['KubeletAddress']],
    ['a URI', { ...node, sans: [san('uri', 'urn:a')] }, clientUsages, ['KubeletUri']],
    ['no common name', { ...node, commonName: undefined }, clientUsages, ['KubeletCommonName']],
    [
      'another common name',
      { ...node, commonName: 'system:nodes:a' },
      clientUsages,
      ['KubeletCommonName'],
    ],
    ['client auth is missing', node, ['digital signature'], ['KubeletUsages']],
    ['digital signature is missing', node, ['client auth', 'key encipherment'], ['KubeletUsages']],
    ['server auth is asked for too', node, [...clientUsages, 'server auth'], ['KubeletUsages']],
    ['there are no usages', node, [], ['KubeletUsages']],
  ])('%s', (_name, facts, usages, expected) => {
    expect(codes(KUBELET_CLIENT_SIGNER, facts, usages)).toEqual(expected);
  });

  it('reports everything that is wrong, in the order in which Kubernetes checks', () => {
    const sans = [
      san('uri', 'urn:a'),
      san('ip', '10.0.0.1'),
      san('email', 'a@b.c'),
      san('dns', 'a'),
    ];

    expect(codes(KUBELET_CLIENT_SIGNER, { ...nobody, sans }, ['server auth'])).toEqual([
      'KubeletOrganization',
      'KubeletDnsName',
      'KubeletEmail',
      'KubeletAddress',
      'KubeletUri',
      'KubeletCommonName',
      'KubeletUsages',
    ]);
  });
});

describe('the contract of kubelet-serving (SHP-2)', () => {
  it.each<readonly [string, RequestFacts, readonly string[], readonly string[]]>([
    ['a kubelet passes', served, servingUsages, []],
    ['one DNS name is enough', { ...node, sans: [san('dns', 'a')] }, servingUsages, []],
    ['one IP address is enough', { ...node, sans: [san('ip', '10.0.0.1')] }, servingUsages, []],
    ['key encipherment is optional', served, ['server auth', 'digital signature'], []],
    [
      'another organization',
      { ...served, organizations: ['dev'] },
      servingUsages,
      ['KubeletOrganization'],
    ],
    ['no name at all', node, servingUsages, ['KubeletNamesMissing']],
    [
      'an e-mail address',
      { ...served, sans: [...served.sans, san('email', 'a@b.c')] },
      servingUsages,
      ['KubeletEmail'],
    ],
    [
      'a URI',
      { ...served, sans: [...served.sans, san('uri', 'urn:a')] },
      servingUsages,
      ['KubeletUri'],
    ],
    ['the usages of a client', served, clientUsages, ['KubeletUsages']],
    [
      'another common name',
      { ...served, commonName: 'worker-1' },
      servingUsages,
      ['KubeletCommonName'],
    ],
  ])('%s', (_name, facts, usages, expected) => {
    expect(codes(KUBELET_SERVING_SIGNER, facts, usages)).toEqual(expected);
  });

  it('checks the common name last, as Kubernetes does', () => {
    const sans = [san('uri', 'urn:a'), san('email', 'a@b.c')];

    expect(codes(KUBELET_SERVING_SIGNER, { ...nobody, sans }, [])).toEqual([
      'KubeletOrganization',
      'KubeletNamesMissing',
      'KubeletEmail',
      'KubeletUri',
      'KubeletUsages',
      'KubeletCommonName',
    ]);
  });
});

describe('the contract of kube-apiserver-client (SHP-3)', () => {
  it.each<readonly [string, readonly string[], readonly string[]]>([
    ['client auth alone passes', ['client auth'], []],
    ['digital signature and key encipherment are optional', clientUsages, []],
    [
      'each other usage is a violation',
      ['any', 'client auth', 'server auth'],
      ['UsageNotAllowed', 'UsageNotAllowed'],
    ],
    ['client auth is missing', ['digital signature'], ['UsageMissing']],
  ])('%s', (_name, usages, expected) => {
    expect(codes(API_CLIENT_SIGNER, nobody, usages)).toEqual(expected);
  });
});

describe('signers without a contract', () => {
  it.each(['example.com/mesh', 'kubernetes.io/legacy-unknown', '__proto__', 'constructor'])(
    '%s demands nothing',
    (signerName) => {
      expect(contractViolations(signerName, nobody, ['any'])).toEqual([]);
      expect(allowedUsages(signerName)).toBeUndefined();
    },
  );

  it.each([
    ['kubernetes.io/kube-apiserver-client', true],
    ['storage.kubernetes.io/x', true],
    ['kubernetes.io', true],
    ['notkubernetes.io/x', false],
    ['kubernetes.io.example.com/x', false],
    ['example.com/kubernetes.io', false],
  ])('%s belongs to Kubernetes: %s', (signerName, expected) => {
    expect(isKubernetesSigner(signerName)).toBe(expected);
  });
});

interface UpstreamCase {
  readonly id: string;
  readonly kind: string;
  readonly input: {
    readonly commonName: string;
    readonly organization: readonly string[];
    readonly dnsNames: readonly string[];
    readonly ipAddresses: readonly string[];
    readonly uris: readonly string[];
    readonly emailAddresses: readonly string[];
    readonly usages: readonly string[];
  };
  readonly expect: { readonly valid: boolean; readonly firstError?: string };
}

/** The texts of kube-controller-manager and the codes that stand for them here. */
const CODES: Readonly<Record<string, string>> = {
  'subject organization is not system:nodes': 'KubeletOrganization',
  'DNS subjectAltNames are not allowed': 'KubeletDnsName',
  'Email subjectAltNames are not allowed': 'KubeletEmail',
  'IP subjectAltNames are not allowed': 'KubeletAddress',
  'URI subjectAltNames are not allowed': 'KubeletUri',
  'DNS or IP subjectAltName is required': 'KubeletNamesMissing',
  'subject common name does not begin with system:node:': 'KubeletCommonName',
};

const upstream: readonly UpstreamCase[] = JSON.parse(
  readFileSync(new URL('../../fixtures/upstream-cases.json', import.meta.url), 'utf8'),
);
const shapes = upstream.filter(
  ({ kind }) => kind === 'validate-client' || kind === 'validate-serving',
);

describe('the cases of Kubernetes itself', () => {
  it('are there', () => {
    expect(shapes).toHaveLength(12);
  });

  it.each(shapes.map((each) => [each.id, each] as const))(
    '%s',
    (_id, { kind, input, expect: wanted }) => {
      const signerName =
        kind === 'validate-client' ? KUBELET_CLIENT_SIGNER : KUBELET_SERVING_SIGNER;
      const facts: RequestFacts = {
        ...nobody,
        commonName: input.commonName,
        organizations: input.organization,
        sans: [
          ...input.dnsNames.map((value) => san('dns', value)),
          ...input.emailAddresses.map((value) => san('email', value)),
          ...input.ipAddresses.map((value) => san('ip', value)),
          ...input.uris.map((value) => san('uri', value)),
        ],
      };

      const [first] = codes(signerName, facts, input.usages);

      const text = wanted.firstError ?? '';
      expect(first).toBe(wanted.valid ? undefined : (CODES[text] ?? 'KubeletUsages'));
    },
  );
});
