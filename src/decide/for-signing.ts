// SPDX-License-Identifier: Apache-2.0
// What must hold again when a certificate is signed, whoever approved it (design: semantics 7).

import type { CsrObject } from '../request/csr-object.js';
import type { RequestFacts } from '../request/facts.js';
import type { Check, GuardInput } from './check.js';
import { askFrom } from './decide.js';
import type { Needs, Violation } from './decision.js';
import { type Evidence, type Need, needKey } from './evidence.js';
import { apiServerNames, serviceNames } from './guards/api-server-names.js';
import { unusableAddresses, wildcardNames } from './guards/names.js';
import { systemMasters } from './guards/system-names.js';
import { uidAttribute } from './guards/uid-attribute.js';
import { dangerousUsages, extendedKeyUsage } from './guards/usages.js';
import { isViolation } from './judge.js';
import type { CompiledPolicy } from './rule.js';

/** What the guards say at signing: `facts` make the request fail, `evidence` makes it wait. */
export interface SigningVerdict {
  readonly kind: 'signing-verdict';
  readonly facts: readonly Violation[];
  readonly evidence: readonly Violation[];
}

const guardsOfFacts: readonly Check<GuardInput>[] = [
  systemMasters,
  uidAttribute,
  unusableAddresses,
  wildcardNames,
  extendedKeyUsage,
  dangerousUsages,
];

const guardsOfEvidence: readonly Check<GuardInput>[] = [apiServerNames, serviceNames];

/** The guards that hold at signing; pure and re-entrant like `decide`. */
export function judgeForSigning(
  csr: CsrObject,
  facts: RequestFacts,
  policy: CompiledPolicy,
  evidence: Evidence,
): SigningVerdict | Needs {
  const needs = new Map<string, Need>();
  const input: GuardInput = {
    csr,
    facts,
    signer: policy.signerTerms(csr.signerName),
    apiServer: policy.apiServer,
    ask: askFrom(evidence, (need) => needs.set(needKey(need), need)),
  };
  const ofFacts = guardsOfFacts.flatMap((guard) => guard.run(input)).filter(isViolation);
  if (ofFacts.length > 0) return { kind: 'signing-verdict', facts: ofFacts, evidence: [] };
  const ofEvidence = guardsOfEvidence.flatMap((guard) => guard.run(input)).filter(isViolation);
  if (needs.size > 0) return { kind: 'needs', needs: [...needs.values()] };
  return { kind: 'signing-verdict', facts: [], evidence: ofEvidence };
}
