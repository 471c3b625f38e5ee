// SPDX-License-Identifier: Apache-2.0
// The rights for a policy: exactly those that deciding and signing by it can use.

import { describe, expect, it } from '@jest/globals';
import { type Need, noEvidence, withEntries } from '../../../src/decide/evidence.js';
import { judgeForSigning } from '../../../src/decide/for-signing.js';
import { ceilingViolations } from '../../../src/authority/ceiling.js';
import type { CompiledPolicy } from '../../../src/decide/rule.js';
import { rightText } from '../../../src/review/right-text.js';
import { rightsOf, type RunShape } from '../../../src/review/rights.js';
import type { Case } from '../../../src/request/case.js';
import type { SubjectAltName } from '../../../src/request/facts.js';
import { answerWith, decideFully, dns, ip, makeCase } from '../../support/decide.js';
import { loadedFrom } from '../policy/good-policy.js';

const CLIENT = 'kubernetes.io/kube-apiserver-client';
const KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
const SERVING = 'kubernetes.io/kubelet-serving';
const MESH = 'example.com/mesh';

const SEES = [
  'list certificatesigningrequests.certificates.k8s.io',
  'watch certificatesigningrequests.certificates.k8s.io',
  'get certificatesigningrequests.certificates.k8s.io',
];
const decides = (...names: readonly string[]) => [
  'patch certificatesigningrequests.certificates.k8s.io/approval',
  ...names.map((name) => `approve signers.certificates.k8s.io "${name}"`),
];
const signs = (...names: readonly string[]) => [
  'patch certificatesigningrequests.certificates.k8s.io/status',
  ...names.map((name) => `sign signers.certificates.k8s.io "${name}"`),
];
const TRUST = ['get configmaps "extension-apiserver-authentication" in namespace kube-system'];
const REVIEWS = ['create subjectaccessreviews.authorization.k8s.io'];
const NODES = ['list nodes', 'watch nodes'];
const API_SERVER = [
  'list servicecidrs.networking.k8s.io',
  'get endpointslices.discovery.k8s.io "kubernetes" in namespace default',
];
const EVENTS = ['create events.events.k8s.io in namespace default'];

const developers = `match: { signerName: ${CLIENT}, requester: { groups: [dev] } }
    subject: { commonName: '{requester.username}' }`;
const web = `match: { signerName: ${MESH}, requester: anyone }
    sans: { dns: [.corp.example] }
    usages: [server auth]`;
const workloads = `match: { signerName: ${MESH}, requester: anyone }
    sans: { uri: ['/spiffe:.*/'] }
    usages: [client auth, server auth]`;
const inSecret =
  "{ ca: { secret: mesh-ca }, allow: { sans: { uri: ['/.*/'] }, usages: [server auth] } }";
const RECORD = ['list', 'watch', 'patch'].map(
  (verb) => `${verb} configmaps "kube-csr-approver-trust" in namespace ns`,
);
const inFiles = (trust: string): string =>
  `{ ca: { files: { cert: a, key: b } }, allow: { sans: { uri: ['/.*/'] }, usages: [server auth] }, trust: ${trust} }`;
const ca = 'ca: { files: { cert: a, key: b } }';

const policies: Readonly<Record<string, readonly [text: string, rights: readonly string[]]>> = {
  'kubelets may join': [
    'rules:\n  a:\n    preset: kubelet-client',
    [...decides(KUBELET), ...REVIEWS, ...EVENTS],
  ],
  'nobody takes the name of a Ready node': [
    'rules:\n  a:\n    preset: kubelet-client\n    readyNode: refuse',
    [...decides(KUBELET), ...REVIEWS, ...NODES, ...EVENTS],
  ],
  'kubelets serve': [
    'rules:\n  a:\n    preset: kubelet-serving',
    [...decides(SERVING), ...NODES, ...API_SERVER, ...EVENTS],
  ],
  'people get certificates for themselves': [
    `rules:\n  a:\n    ${developers}`,
    [...decides(CLIENT), ...REVIEWS, ...EVENTS],
  ],
  'servers get names': [`rules:\n  a:\n    ${web}`, [...decides(MESH), ...API_SERVER, ...EVENTS]],
  'workloads get URIs and no names of users': [
    `rules:\n  a:\n    ${workloads}`,
    [...decides(MESH), ...EVENTS],
  ],
  'two rules for one signer': [
    `rules:\n  a:\n    ${web}\n  b:\n    ${workloads}`,
    [...decides(MESH), ...API_SERVER, ...EVENTS],
  ],
  'shadow rules look and do not decide': [
    `mode: shadow\nrules:\n  a:\n    preset: kubelet-serving\n  b:\n    ${developers}`,
    [...REVIEWS, ...NODES, ...API_SERVER],
  ],
  'one shadow rule beside one that is in force': [
    `rules:\n  a:\n    mode: shadow\n    ${web}\n  b:\n    ${developers}`,
    [...decides(CLIENT), ...REVIEWS, ...API_SERVER, ...EVENTS],
  ],
  'a rule that is put before a person denies': [
    `rules:\n  a:\n    mode: review\n    ${developers}`,
    [...decides(CLIENT), ...REVIEWS, ...EVENTS],
  ],
  'a rule that is put before a person denies after a wait': [
    `rules:\n  a:\n    mode: review\n    ${developers}\n    onViolation: { default: leave, transient: wait 5m then deny }`,
    [...decides(CLIENT), ...REVIEWS, ...EVENTS],
  ],
  'a rule that is put before a person and never denies': [
    `rules:\n  a:\n    mode: review\n    ${developers}\n    onViolation: { default: leave }`,
    [...REVIEWS, ...EVENTS],
  ],
  'a signer of the cluster, by its contract': [
    `signers:\n  ${CLIENT}:\n    ${ca}`,
    [...signs(CLIENT), ...TRUST, ...API_SERVER, ...EVENTS],
  ],
  'a signer of the cluster that gives no names': [
    `signers:\n  ${CLIENT}:\n    ${ca}\n    allow: { subject: { commonName: '/.*/' } }`,
    [...signs(CLIENT), ...TRUST, ...EVENTS],
  ],
  'the signer of serving certificates': [
    `signers:\n  ${SERVING}:\n    ${ca}`,
    [...signs(SERVING), ...TRUST, ...NODES, ...API_SERVER, ...EVENTS],
  ],
  'the signer of client certificates of kubelets': [
    `signers:\n  ${KUBELET}:\n    ${ca}`,
    [...signs(KUBELET), ...TRUST, ...EVENTS],
  ],
  'a signer of its own that gives names': [
    `signers:\n  ${MESH}:\n    ${ca}\n    allow: { sans: { ip: [10.0.0.0/8] }, usages: [server auth] }`,
    [...signs(MESH), ...TRUST, ...API_SERVER, ...EVENTS],
  ],
  'two signers with one CA in a Secret': [
    `signers:\n  example.com/b: ${inSecret}\n  ${MESH}: ${inSecret}`,
    [
      ...signs('example.com/b', MESH),
      'get secrets "mesh-ca" in namespace ns',
      'list secrets "mesh-ca" in namespace ns',
      'watch secrets "mesh-ca" in namespace ns',
      ...TRUST,
      ...EVENTS,
      'create events.events.k8s.io in namespace ns',
    ],
  ],
  'the trust of a signer is published in namespaces': [
    `signers:\n  ${MESH}: ${inFiles('{ configMap: { name: t, namespaces: [shop, bank] } }')}`,
    [
      ...signs(MESH),
      ...TRUST,
      ...RECORD,
      'list namespaces',
      'watch namespaces',
      'list configmaps "t"',
      'watch configmaps "t"',
      'patch configmaps "t" in namespace bank',
      'create configmaps in namespace bank',
      'patch configmaps "t" in namespace shop',
      'create configmaps in namespace shop',
      ...EVENTS,
    ],
  ],
  'the trust of a signer is published for the cluster': [
    `signers:\n  ${MESH}: ${inFiles('{ clusterTrustBundle: true }')}`,
    [
      ...signs(MESH),
      ...TRUST,
      ...RECORD,
      `attest signers.certificates.k8s.io "${MESH}"`,
      ...['list', 'watch', 'patch'].map(
        (verb) =>
          `${verb} clustertrustbundles.certificates.k8s.io "example.com:mesh:kube-csr-approver"`,
      ),
      'create clustertrustbundles.certificates.k8s.io',
      ...EVENTS,
    ],
  ],
  'rules and signers': [
    `rules:\n  a:\n    ${developers}\nsigners:\n  ${MESH}:\n    ${ca}\n    allow: { sans: { uri: ['/.*/'] }, usages: [server auth] }`,
    [...decides(CLIENT), ...signs(MESH), ...TRUST, ...REVIEWS, ...EVENTS],
  ],
};

const load = (text: string) =>
  loadedFrom(`apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\n${text}\n`);
const BOTH: RunShape = {
  controllers: ['approver', 'signer'],
  namespace: 'ns',
  lease: undefined,
  policyPlace: undefined,
};
const textsOf = (text: string, shape: RunShape = BOTH) =>
  rightsOf(load(text), shape).map(rightText);

describe('the rights of a policy by which', () => {
  it.each(Object.entries(policies))('%s', (_, [text, rights]) => {
    expect(textsOf(text)).toEqual([...SEES, ...rights]);
  });
});

/** Requests of all kinds that could be asked by these policies. */
const requests: readonly Case[] = [CLIENT, KUBELET, SERVING, MESH].flatMap((signerName) =>
  [
    { username: 'jane', groups: ['dev'] },
    { username: 'system:bootstrap:abcdef', groups: ['system:bootstrappers'] },
    { username: 'system:node:worker-1', groups: ['system:nodes'] },
  ].flatMap((requester) =>
    [undefined, 'jane', 'system:node:worker-1'].flatMap((commonName) =>
      [
        [],
        [dns('worker-1.corp.example')],
        [ip('10.1.0.7')],
        [ip('10.0.0.1')],
        [{ kind: 'uri', value: 'spiffe://cluster.local/a' }] satisfies SubjectAltName[],
      ].flatMap((sans) =>
        [
          ['client auth', 'digital signature'],
          ['server auth', 'digital signature'],
          ['client auth'],
          ['server auth'],
        ].map((usages) =>
          makeCase({
            csr: {
              signerName,
              usages,
              expirationSeconds: undefined,
              requester: { ...requester, uid: '', extra: {} },
            },
            facts: {
              commonName,
              organizations: requester.username === 'jane' ? [] : ['system:nodes'],
              sans,
            },
          }),
        ),
      ),
    ),
  ),
);

/** The resource by which a need is answered. */
const RESOURCE: Readonly<Record<Need['kind'], string>> = {
  'access-review': 'subjectaccessreviews',
  'api-server': 'endpointslices',
  node: 'nodes',
  claims: 'nodes',
  dns: 'the resolver',
};

/** What is asked before a request is signed. */
function askedToSign({ csr, reading }: Case, policy: CompiledPolicy): readonly Need[] {
  if (!reading.ok) return [];
  const first = judgeForSigning(csr, reading.value, policy, noEvidence);
  if (first.kind !== 'needs') return [];
  const evidence = withEntries(noEvidence, first.needs.map(answerWith({})));
  const second = judgeForSigning(csr, reading.value, policy, evidence);
  return [...first.needs, ...(second.kind === 'needs' ? second.needs : [])];
}

describe('evidence is asked for exactly where there is a right to it: by which', () => {
  it.each(Object.entries(policies))('%s', (_, [text]) => {
    const { policy, signers } = load(text);
    const asked = requests.flatMap((subject) => {
      const { csr, reading } = subject;
      const entry = signers.get(csr.signerName);
      const approving = decideFully(subject, policy).asked;
      if (entry === undefined || !reading.ok) return approving;
      if (ceilingViolations(csr, reading.value, entry).length > 0) return approving;
      return [...approving, ...askedToSign(subject, policy)];
    });

    const granted = textsOf(text).filter((right) =>
      Object.values(RESOURCE).some((resource) => right.includes(` ${resource}`)),
    );
    const resources = granted.map((right) => / ([a-z]+)/.exec(right)?.[1] ?? '');
    expect(new Set(resources)).toEqual(new Set(asked.map(({ kind }) => RESOURCE[kind])));
  });
});

describe('the rights of a controller alone', () => {
  const [text] = policies['rules and signers'] ?? [''];

  it('are for rules, in the approver', () => {
    const shape: RunShape = { ...BOTH, controllers: ['approver'] };

    expect(textsOf(text, shape)).toEqual([...SEES, ...decides(CLIENT), ...REVIEWS, ...EVENTS]);
  });

  it('are for signers, in the signer', () => {
    const shape: RunShape = { ...BOTH, controllers: ['signer'] };

    expect(textsOf(text, shape)).toEqual([...SEES, ...signs(MESH), ...TRUST, ...EVENTS]);
  });
});

it('a policy in a ConfigMap is watched there, kept beside it, and told about at it', () => {
  const policyPlace = {
    configMap: { namespace: 'ns', name: 'policy' },
    lastGood: { namespace: 'ns', name: 'policy-last-good' },
  };

  const rights = textsOf(policies['kubelets may join']?.[0] ?? '', { ...BOTH, policyPlace });

  expect(rights.slice(-5)).toEqual([
    'list configmaps "policy" in namespace ns',
    'watch configmaps "policy" in namespace ns',
    'get configmaps "policy-last-good" in namespace ns',
    'patch configmaps "policy-last-good" in namespace ns',
    'create events.events.k8s.io in namespace ns',
  ]);
});

it('an election is held over one Lease', () => {
  const lease = { namespace: 'ns', name: 'csr' };

  const rights = textsOf(policies['kubelets may join']?.[0] ?? '', { ...BOTH, lease });

  expect(rights.slice(-3)).toEqual([
    'get leases.coordination.k8s.io "csr" in namespace ns',
    'update leases.coordination.k8s.io "csr" in namespace ns',
    'create leases.coordination.k8s.io in namespace ns',
  ]);
});

it('each right says why', () => {
  const whys = Object.values(policies)
    .flatMap(([text]) => rightsOf(load(text), BOTH))
    .map(({ why }) => why);

  expect(whys.filter((why) => why === '')).toEqual([]);
  expect(whys).toContain('rule a, rule b');
});
