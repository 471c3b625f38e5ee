// SPDX-License-Identifier: Apache-2.0
// Judges an approved request once more before it is signed: approval says that somebody wanted it, not that it may be given.

import { ceilingViolations } from '../authority/ceiling.js';
import type { SignerEntry } from '../authority/signer-entry.js';
import { noEvidence } from '../decide/evidence.js';
import type { Violation } from '../decide/decision.js';
import { judgeForSigning } from '../decide/for-signing.js';
import type { CompiledPolicy } from '../decide/rule.js';
import { type Resolve, settle } from '../decide/settle.js';
import type { CsrObject } from '../request/csr-object.js';
import type { RequestFacts } from '../request/facts.js';
import type { Read } from '../request/remembered-reading.js';
import type { SigningRefusal } from './failed-condition.js';

/** `refused` for facts of the request, for ever; `waiting` for what may pass or is our own trouble. */
export type SigningJudgement =
  | { readonly kind: 'clear'; readonly facts: RequestFacts }
  | { readonly kind: 'refused'; readonly refusals: readonly [SigningRefusal, ...SigningRefusal[]] }
  | { readonly kind: 'waiting'; readonly reason: SigningRefusal };

/** What is judged, by which signer's ceiling and which policy's guards. */
export interface Candidate {
  readonly csr: CsrObject;
  readonly entry: SignerEntry;
  readonly policy: CompiledPolicy;
}

/** Strict reading, the signer's ceiling, the guards of facts; only if all hold, the guards that need evidence. */
export async function judge(
  { csr, entry, policy }: Candidate,
  { read, resolve }: { readonly read: Read; readonly resolve: Resolve },
): Promise<SigningJudgement> {
  const reading = read(csr);
  if (!reading.ok) {
    const { code, at, detail } = reading.error;
    return { kind: 'refused', refusals: [{ code, message: `${at}: ${detail}` }] };
  }
  const facts = reading.value;
  const unevidenced = judgeForSigning(csr, facts, policy, noEvidence);
  const [first, ...others] = [
    ...ceilingViolations(csr, facts, entry),
    ...(unevidenced.kind === 'needs' ? [] : unevidenced.facts.map(refusalOf)),
  ];
  if (first !== undefined) return { kind: 'refused', refusals: [first, ...others] };

  const { answer } = await settle(resolve, (evidence) =>
    judgeForSigning(csr, facts, policy, evidence),
  );
  const [open] = answer.evidence;
  return open === undefined
    ? { kind: 'clear', facts }
    : { kind: 'waiting', reason: refusalOf(open) };
}

const refusalOf = ({ code, message }: Violation): SigningRefusal => ({
  code,
  message: message ?? code,
});
