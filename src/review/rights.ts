// SPDX-License-Identifier: Apache-2.0
// The least rights that `run` needs for a policy: each verb on each thing, and why.

import type { SignerEntry } from '../authority/signer-entry.js';
import type { Rule } from '../decide/rule.js';
import type { LoadedPolicy } from '../policy/load-policy.js';
import { evidenceRights } from './evidence-rights.js';
import {
  CERTIFICATES,
  DEFAULT_NAMESPACE,
  type Place,
  REQUESTS,
  type Right,
  ruleNamed,
  withVerbs,
} from './right.js';
import { signingRights } from './signing-rights.js';
import { trustRights } from './trust-rights.js';

/** How `run` is started, as far as its rights depend on it. */
export interface RunShape {
  readonly controllers: readonly ('approver' | 'signer')[];
  /** Where the Secrets of CAs lie. */
  readonly namespace: string;
  /** The Lease of an election; undefined when there is none. */
  readonly lease: Place | undefined;
  /** The ConfigMaps where the policy is read and the last good one is kept; undefined when it comes from a file. */
  readonly policyPlace: { readonly configMap: Place; readonly lastGood: Place } | undefined;
}

/** What of a loaded policy decides about rights. */
export type PolicyNeeds = Pick<LoadedPolicy, 'rules' | 'signers'>;

/** Every right that `run` may use under this policy, and none that it cannot. */
export function rightsOf(policy: PolicyNeeds, shape: RunShape): readonly Right[] {
  const rules = shape.controllers.includes('approver') ? policy.rules : [];
  const signers = shape.controllers.includes('signer') ? [...policy.signers.values()] : [];
  return [
    ...requestRights,
    ...approvalRights(rules),
    ...signingRights(signers, shape.namespace),
    ...trustRights(signers, {
      namespace: shape.namespace,
      policy: shape.policyPlace?.configMap.name,
    }),
    ...evidenceRights(rules, signers),
    ...eventRights(rules, signers),
    ...policyRights(shape),
    ...ownEventRights(signers, shape),
    ...leaseRights(shape),
  ];
}

const requestRights: readonly Right[] = [
  ...withVerbs(['list', 'watch'], {
    apiGroup: CERTIFICATES,
    resource: REQUESTS,
    why: 'to see the requests',
  }),
  {
    verb: 'get',
    apiGroup: CERTIFICATES,
    resource: REQUESTS,
    why: 'to see whether a write whose answer was lost has happened',
  },
];

/** Whether a rule leads to a write: one that is put before a person may still deny. */
const decides = ({ mode, onViolation }: Rule): boolean =>
  mode === 'enforce' ||
  (mode === 'review' &&
    (onViolation.permanent === 'deny' || onViolation.transient.then === 'deny'));

function approvalRights(rules: readonly Rule[]): readonly Right[] {
  const deciding = rules.filter(decides);
  if (deciding.length === 0) return [];
  const names = [...new Set(deciding.map(({ match }) => match.signerName))].sort();
  return [
    {
      verb: 'patch',
      apiGroup: CERTIFICATES,
      resource: REQUESTS,
      subresource: 'approval',
      why: 'to approve and deny',
    },
    ...names.map((name) => ({
      verb: 'approve',
      apiGroup: CERTIFICATES,
      resource: 'signers',
      name,
      why: because(deciding.filter(({ match }) => match.signerName === name)),
    })),
  ];
}

const events = { verb: 'create', apiGroup: 'events.k8s.io', resource: 'events' } as const;

/** Whether a request by this rule may wait because two Nodes list the same address. */
const mindsSharing = ({ mode, owner }: Rule): boolean => mode !== 'shadow' && owner.length > 0;

function eventRights(rules: readonly Rule[], signers: readonly SignerEntry[]): readonly Right[] {
  const isAnyToldOf = rules.some(({ mode }) => mode !== 'shadow') || signers.length > 0;
  const reviewing = rules.filter(({ mode }) => mode === 'review');
  const sharing = rules.filter(mindsSharing);
  const whys = [
    ...(isAnyToldOf ? ['what became of their requests'] : []),
    ...(reviewing.length === 0 ? [] : [`what awaits them by ${because(reviewing)}`]),
    ...(sharing.length === 0 ? [] : [`that two Nodes list one address, by ${because(sharing)}`]),
  ];
  if (whys.length === 0) return [];
  const why = `to tell people ${whys.join(', and ')}`;
  return [{ ...events, namespace: DEFAULT_NAMESPACE, why }];
}

function policyRights({ policyPlace }: RunShape): readonly Right[] {
  if (policyPlace === undefined) return [];
  const { configMap, lastGood } = policyPlace;
  const configMaps = { apiGroup: '', resource: 'configmaps' } as const;
  return [
    ...withVerbs(['list', 'watch'], { ...configMaps, ...configMap, why: 'the policy' }),
    ...withVerbs(['get', 'patch'], {
      ...configMaps,
      ...lastGood,
      why: 'the last good policy, for a start with a bad one',
    }),
  ];
}

/** Events at the objects that people wrote for us, in the namespaces of these. */
function ownEventRights(
  signers: readonly SignerEntry[],
  { namespace, policyPlace }: RunShape,
): readonly Right[] {
  const policyNamespace = policyPlace?.configMap.namespace;
  const isCaThere = signers.some(({ ca }) => ca.kind === 'secret');
  return [...new Set([policyNamespace, isCaThere ? namespace : undefined])].flatMap((each) => {
    if (each === undefined) return [];
    const whats = [
      ...(each === policyNamespace ? ['that the policy is refused'] : []),
      ...(isCaThere && each === namespace ? ['what is wrong with a CA'] : []),
    ];
    return [{ ...events, namespace: each, why: `to tell people ${whats.join(', and ')}` }];
  });
}

function leaseRights({ lease }: RunShape): readonly Right[] {
  if (lease === undefined) return [];
  const { namespace, name } = lease;
  const leases = { apiGroup: 'coordination.k8s.io', resource: 'leases', namespace } as const;
  const why = 'only the replica that holds it writes';
  return [
    ...withVerbs(['get', 'update'], { ...leases, name, why }),
    // What is not there yet has no name to RBAC.
    { verb: 'create', ...leases, why },
  ];
}

const because = (rules: readonly Rule[]): string => rules.map(ruleNamed).join(', ');
