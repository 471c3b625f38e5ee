// Builds cases, rules and policies for tests of decide: everything passes unless a test changes one thing.
import { createHash } from 'node:crypto';
import type { Case } from '../../src/request/case.js';
import type { CsrObject } from '../../src/request/csr-object.js';
import type { RequestFacts, SubjectAltName } from '../../src/request/facts.js';
import type { SignerName, ResourceVersion } from '../../src/vocabulary/brands.js';
import { decide } from '../../src/decide/decide.js';
import type { Decision } from '../../src/decide/decision.js';
import {
  type ApiServerFacts,
  type Claim,
  type Evidence,
  type EvidenceEntry,
  type Known,
  type Need,
  type NodeFacts,
  noEvidence,
  withEntries,
} from '../../src/decide/evidence.js';
import type { CompiledPolicy, Rule, SignerTerms } from '../../src/decide/rule.js';
import { literalMatcher, templateMatcher } from '../../src/vocabulary/matchers.js';
import { parseAddressRange } from '../../src/vocabulary/addresses.js';

export const NOW_MS = Date.UTC(2026, 10, 22, 12, 0, 0);

/** A literal, or a template where the text has braces. */
export const matcher = (source: string) => {
  const parts = source
    .split(/[{}]/)
    .map((text, index) => (index % 2 ? { insert: text } : { text }));
  return parts.length === 1 ? literalMatcher(source) : templateMatcher(source, parts);
};

export const ranges = (...sources: string[]) =>
  sources.map(parseAddressRange).filter((range) => range !== undefined);

export const dns = (value: string): SubjectAltName => ({ kind: 'dns', value });
export const ip = (value: string): SubjectAltName => ({ kind: 'ip', value });

const SUBJECT_OIDS = { CN: '2.5.4.3', O: '2.5.4.10' };

export function makeFacts(changes: Partial<RequestFacts> = {}): RequestFacts {
  const commonName = 'commonName' in changes ? changes.commonName : 'jane';
  const organizations = changes.organizations ?? ['dev'];
  const spki = new Uint8Array([1, 2, 3]);
  return {
    subject: [
      ...organizations.map((value) => ({
        oid: SUBJECT_OIDS.O,
        type: 'O',
        value,
        stringType: 'UTF8String',
      })),
      ...(commonName === undefined
        ? []
        : [{ oid: SUBJECT_OIDS.CN, type: 'CN', value: commonName, stringType: 'UTF8String' }]),
    ],
    sans: [],
    key: {
      algorithm: 'ecdsa',
      bits: 256,
      label: 'ECDSA P-256',
      spki,
      spkiSha256: createHash('sha256').update(spki).digest('hex'),
    },
    signatureAlgorithm: 'ecdsa-with-SHA256',
    extensions: [],
    ignored: [],
    ...changes,
    commonName,
    organizations,
  };
}

export function makeCsr(
  changes: Partial<Omit<CsrObject, 'signerName'>> & { signerName?: string } = {},
): CsrObject {
  return {
    name: 'jane-laptop',
    uid: 'a6d2b1c0-0000-4000-8000-000000000001',
    resourceVersion: '41' as ResourceVersion,
    createdAtMs: NOW_MS - 1000,
    usages: ['client auth', 'digital signature'],
    expirationSeconds: 3600,
    requester: {
      username: 'jane',
      uid: 'u1',
      groups: ['oidc:dev-team', 'system:authenticated'],
      extra: {},
    },
    request: '',
    conditions: [],
    certificate: undefined,
    ...changes,
    signerName: (changes.signerName ?? 'kubernetes.io/kube-apiserver-client') as SignerName,
  };
}

/** A developer's client certificate, which the rule of makeRule approves. */
export const makeCase = (
  change: {
    csr?: Parameters<typeof makeCsr>[0];
    facts?: Partial<RequestFacts>;
    reading?: Case['reading'];
    waitingSinceMs?: number;
  } = {},
): Case => ({
  csr: makeCsr(change.csr),
  reading: change.reading ?? { ok: true, value: makeFacts(change.facts) },
  waitingSinceMs: change.waitingSinceMs ?? NOW_MS - 1000,
});

export function makeRule(changes: Partial<Rule> = {}): Rule {
  return {
    name: 'developers',
    mode: 'enforce',
    preset: undefined,
    match: {
      signerName: 'kubernetes.io/kube-apiserver-client' as SignerName,
      requester: {
        usernames: undefined,
        groups: [matcher('oidc:dev-team')],
        serviceAccounts: undefined,
      },
      nodes: undefined,
    },
    certificateRequesters: 'refuse',
    subject: {
      commonName: [matcher('{requester.username}')],
      organizations: [matcher('dev'), matcher('qa')],
    },
    attributes: {},
    sans: { dns: undefined, ip: undefined, uri: undefined, email: undefined, min: 0, max: 100 },
    owner: [],
    shared: [],
    readyNode: 'allow',
    usages: ['client auth', 'digital signature', 'key encipherment'],
    keys: [],
    lifetime: { maxSeconds: 8 * 3600 },
    validUntilMs: undefined,
    onViolation: { permanent: 'deny', transient: { waitMs: 600_000, then: 'leave' } },
    ...changes,
  };
}

export const KUBELET_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';

/** The preset kubelet-client as the policy loader fills it. */
export const makeKubeletRule = (changes: Partial<Rule> = {}): Rule =>
  makeRule({
    name: 'kubelet-client',
    preset: 'kubelet-client',
    match: { signerName: KUBELET_SIGNER as SignerName, requester: 'anyone', nodes: undefined },
    certificateRequesters: 'allow',
    subject: { commonName: undefined, organizations: undefined },
    usages: ['client auth', 'digital signature', 'key encipherment'],
    lifetime: { maxSeconds: undefined },
    onViolation: { permanent: 'leave', transient: { waitMs: 600_000, then: 'leave' } },
    ...changes,
  });

/** A bootstrap request of a kubelet, which makeKubeletRule approves. */
export const makeKubeletCase = (change: Parameters<typeof makeCase>[0] = {}): Case =>
  makeCase({
    ...change,
    csr: {
      signerName: KUBELET_SIGNER,
      expirationSeconds: undefined,
      requester: {
        username: 'system:bootstrap:abcdef',
        uid: '',
        groups: ['system:bootstrappers'],
        extra: {},
      },
      ...change.csr,
    },
    facts: { commonName: 'system:node:worker-1', organizations: ['system:nodes'], ...change.facts },
  });

export const SERVING_SIGNER = 'kubernetes.io/kubelet-serving';

/** The preset kubelet-serving with bounds. */
export const makeServingRule = (changes: Partial<Rule> = {}): Rule =>
  makeKubeletRule({
    name: 'kubelet-serving',
    preset: 'kubelet-serving',
    match: { signerName: SERVING_SIGNER as SignerName, requester: 'anyone', nodes: undefined },
    sans: {
      dns: [matcher('{node.name}'), matcher('{node.name}.corp.example')],
      ip: ranges('10.1.0.0/16', 'fd00::/8'),
      uri: undefined,
      email: undefined,
      min: 0,
      max: 100,
    },
    owner: ['node'],
    usages: ['server auth', 'digital signature', 'key encipherment'],
    ...changes,
  });

/** What such a request says. */
export const makeServingFacts = (): RequestFacts =>
  makeFacts({
    commonName: 'system:node:worker-1',
    organizations: ['system:nodes'],
    sans: [dns('worker-1'), ip('10.1.0.7')],
  });

/** A kubelet's request for its serving certificate, which makeServingRule approves when WORKER is known. */
export const makeServingCase = (change: Parameters<typeof makeCase>[0] = {}): Case =>
  makeCase({
    ...change,
    csr: {
      signerName: SERVING_SIGNER,
      usages: ['digital signature', 'server auth'],
      expirationSeconds: undefined,
      requester: {
        username: 'system:node:worker-1',
        uid: '',
        groups: ['system:nodes', 'system:authenticated'],
        extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=00ff'] },
      },
      ...change.csr,
    },
    facts: { ...makeServingFacts(), ...change.facts },
  });

export const WORKER: NodeFacts = {
  name: 'worker-1',
  dnsNames: ['worker-1', 'worker-1.corp.example'],
  addresses: ['10.1.0.7', 'fd00::7'],
  isControlPlane: false,
  isReady: true,
};

/** An answer about a Node. */
export const nodeIs = (value: NodeFacts | undefined): Known<NodeFacts | undefined> => ({
  state: 'known',
  value,
});

export function makePolicy(
  rules: readonly Rule[],
  more: { signers?: Record<string, SignerTerms>; names?: string[]; addresses?: string[] } = {},
): CompiledPolicy {
  return {
    hash: '3f9c1a2b',
    rulesFor: (signerName) =>
      rules
        .filter((rule) => rule.match.signerName === signerName)
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    signerTerms: (signerName) => more.signers?.[signerName],
    apiServer: { names: more.names ?? [], ranges: ranges(...(more.addresses ?? [])) },
  };
}

export const API_SERVER: ApiServerFacts = {
  names: ['kubernetes', 'kubernetes.default.svc.cluster.local', 'api.example.com'],
  addresses: ['10.0.0.1', '192.0.2.10'],
  serviceRanges: ['10.0.0.0/24'],
  clusterDomain: 'cluster.local',
};

export interface Answers {
  readonly nodeclient?: Known<boolean>;
  readonly selfnodeclient?: Known<boolean>;
  readonly everything?: Known<boolean>;
  readonly apiServer?: Known<ApiServerFacts>;
  readonly node?: Known<NodeFacts | undefined>;
  /** Addresses by DNS name; a name that is not here has none. */
  readonly dns?: Readonly<Record<string, Known<readonly string[]>>>;
  /** What other Nodes list; nothing unless told otherwise. */
  readonly claims?: Known<readonly Claim[]>;
}

export const yes: Known<boolean> = { state: 'known', value: true };
export const no: Known<boolean> = { state: 'known', value: false };
export const down = { state: 'unavailable', why: 'connect ECONNREFUSED' } as const;

/** Answers every need as an ordinary cluster would, unless told otherwise. */
export const answerWith =
  (answers: Answers) =>
  (need: Need): EvidenceEntry => {
    switch (need.kind) {
      case 'api-server': {
        const answer = answers.apiServer ?? { state: 'known', value: API_SERVER };
        return { kind: 'api-server', need, answer };
      }
      case 'node':
        return { kind: 'node', need, answer: answers.node ?? { state: 'known', value: undefined } };
      case 'dns': {
        const answer = answers.dns?.[need.name] ?? { state: 'known', value: [] };
        return { kind: 'dns', need, answer };
      }
      case 'claims':
        return { kind: 'claims', need, answer: answers.claims ?? { state: 'known', value: [] } };
      case 'access-review': {
        const usual = need.assumption === 'everything' ? no : yes;
        return { kind: 'access-review', need, answer: answers[need.assumption] ?? usual };
      }
    }
  };

/** Decides with all the answers that are asked for; also the rounds, for tests of what is asked. */
export function decideFully(
  subject: Case,
  policy: CompiledPolicy,
  answers: Answers = {},
  nowMs: number = NOW_MS,
): { decision: Decision; asked: readonly Need[]; evidence: Evidence } {
  const asked: Need[] = [];
  let evidence = noEvidence;
  for (let round = 0; round < 5; round += 1) {
    const answer = decide(subject, policy, evidence, nowMs);
    if (answer.kind === 'decision') return { decision: answer, asked, evidence };
    asked.push(...answer.needs);
    evidence = withEntries(evidence, answer.needs.map(answerWith(answers)));
  }
  throw new Error('no decision after 5 rounds');
}
