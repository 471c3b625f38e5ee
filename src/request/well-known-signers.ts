// SPDX-License-Identifier: Apache-2.0
// What Kubernetes promises of its own signers: which usages and names each of them takes.

import type { SignerName } from '../vocabulary/brands.js';
import type { ReasonCode } from '../vocabulary/reasons.js';
import { quoted, quotedList } from '../vocabulary/printable.js';
import type { RequestFacts, SubjectAltName } from './facts.js';

/** Signs client certificates that the API server takes, for anybody. */
export const API_CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client' as SignerName;
/** Signs client certificates of kubelets. */
export const KUBELET_CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet' as SignerName;
/** Signs serving certificates of kubelets. */
export const KUBELET_SERVING_SIGNER = 'kubernetes.io/kubelet-serving' as SignerName;

/** A clause of a signer's contract that a request breaks. */
export interface ContractViolation {
  readonly code: ReasonCode;
  readonly detail: string;
}

/** Usages that a signer takes; every other one is refused. */
export interface SignerUsages {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** The usages of each signer with a contract, by signer name (certificates/v1, table 2.1 of its documentation). */
export const wellKnownUsages: Readonly<Record<string, SignerUsages>> = Object.freeze({
  [API_CLIENT_SIGNER]: {
    required: ['client auth'],
    optional: ['digital signature', 'key encipherment'],
  },
  [KUBELET_CLIENT_SIGNER]: {
    required: ['client auth', 'digital signature'],
    optional: ['key encipherment'],
  },
  [KUBELET_SERVING_SIGNER]: {
    required: ['digital signature', 'server auth'],
    optional: ['key encipherment'],
  },
});

/** Usages that the contract of `signerName` allows; undefined for a signer without one. */
export const allowedUsages = (signerName: string): readonly string[] | undefined => {
  const usages = usagesOf(signerName);
  return usages === undefined ? undefined : [...usages.required, ...usages.optional];
};

/** Usages that the contract of `signerName` requires; undefined for a signer without one. */
export const requiredUsages = (signerName: string): readonly string[] | undefined =>
  usagesOf(signerName)?.required;

/** Whether `signerName` belongs to Kubernetes: its domain is `kubernetes.io` or ends in `.kubernetes.io`. */
export function isKubernetesSigner(signerName: string): boolean {
  const [domain = ''] = signerName.split('/');
  return domain === 'kubernetes.io' || domain.endsWith('.kubernetes.io');
}

/**
 * Every clause of the contract of `signerName` (SHP-1, SHP-2, SHP-3) that the request breaks, in the order in which
 * kube-controller-manager checks them; empty for a signer without a contract.
 */
export function contractViolations(
  signerName: string,
  facts: RequestFacts,
  usages: readonly string[],
): readonly ContractViolation[] {
  switch (signerName) {
    case KUBELET_CLIENT_SIGNER:
      return kubeletClientViolations(facts, usages);
    case KUBELET_SERVING_SIGNER:
      return kubeletServingViolations(facts, usages);
    case API_CLIENT_SIGNER:
      return apiClientViolations(usages);
    default:
      return [];
  }
}

/** SHP-1. */
const kubeletClientViolations = (
  facts: RequestFacts,
  usages: readonly string[],
): readonly ContractViolation[] => [
  ...organization(facts),
  ...forbiddenNames(facts, 'dns', 'KubeletDnsName', 'DNS names'),
  ...forbiddenNames(facts, 'email', 'KubeletEmail', 'e-mail addresses'),
  ...forbiddenNames(facts, 'ip', 'KubeletAddress', 'IP addresses'),
  ...forbiddenNames(facts, 'uri', 'KubeletUri', 'URIs'),
  ...commonName(facts),
  ...exactUsages(KUBELET_CLIENT_SIGNER, usages),
];

/** SHP-2. */
const kubeletServingViolations = (
  facts: RequestFacts,
  usages: readonly string[],
): readonly ContractViolation[] => [
  ...organization(facts),
  ...someName(facts),
  ...forbiddenNames(facts, 'email', 'KubeletEmail', 'e-mail addresses'),
  ...forbiddenNames(facts, 'uri', 'KubeletUri', 'URIs'),
  ...exactUsages(KUBELET_SERVING_SIGNER, usages),
  ...commonName(facts),
];

/** SHP-3. */
function apiClientViolations(usages: readonly string[]): readonly ContractViolation[] {
  const allowed = allowedUsages(API_CLIENT_SIGNER) ?? [];
  const violations: ContractViolation[] = usages
    .filter((usage) => !allowed.includes(usage))
    .map((usage) => ({
      code: 'UsageNotAllowed',
      detail: `usage ${quoted(usage)} is not allowed (allowed: ${allowed.join(', ')})`,
    }));
  if (!usages.includes('client auth')) {
    violations.push({ code: 'UsageMissing', detail: 'usage "client auth" is missing' });
  }
  return violations;
}

function organization(facts: RequestFacts): readonly ContractViolation[] {
  const [only, ...others] = facts.organizations;
  if (only === 'system:nodes' && others.length === 0) return [];
  const detail = `the organizations are ${quotedList(facts.organizations)}, not exactly "system:nodes"`;
  return [{ code: 'KubeletOrganization', detail }];
}

/** SHP-5: `system:node:` alone passes, as it does in Kubernetes; a preset may ask for more. */
function commonName(facts: RequestFacts): readonly ContractViolation[] {
  if (facts.commonName?.startsWith('system:node:') === true) return [];
  const saw = facts.commonName === undefined ? 'there is no common name' : quoted(facts.commonName);
  return [
    {
      code: 'KubeletCommonName',
      detail: `the common name must begin with "system:node:", but ${
        facts.commonName === undefined ? saw : `is ${saw}`
      }`,
    },
  ];
}

function forbiddenNames(
  facts: RequestFacts,
  kind: SubjectAltName['kind'],
  code: ReasonCode,
  words: string,
): readonly ContractViolation[] {
  const values = facts.sans.filter((san) => san.kind === kind).map((san) => san.value);
  if (values.length === 0) return [];
  return [{ code, detail: `${words} are not allowed: ${quotedList(values)}` }];
}

function someName(facts: RequestFacts): readonly ContractViolation[] {
  if (facts.sans.some(({ kind }) => kind === 'dns' || kind === 'ip')) return [];
  return [{ code: 'KubeletNamesMissing', detail: 'there is no DNS name and no IP address' }];
}

/** SHP-4: compared as sets, so order and repetition do not count. */
function exactUsages(signerName: string, usages: readonly string[]): readonly ContractViolation[] {
  const wanted = usagesOf(signerName);
  if (wanted === undefined) return [];
  const isMissing = wanted.required.some((usage) => !usages.includes(usage));
  const isForeign = usages.some(
    (usage) => !wanted.required.includes(usage) && !wanted.optional.includes(usage),
  );
  if (!isMissing && !isForeign) return [];
  const detail = `the usages are ${quotedList(usages)}; they must be ${wanted.required.join(', ')} (optional: ${wanted.optional.join(', ')})`;
  return [{ code: 'KubeletUsages', detail }];
}

const usagesOf = (signerName: string): SignerUsages | undefined =>
  Object.hasOwn(wellKnownUsages, signerName) ? wellKnownUsages[signerName] : undefined;
