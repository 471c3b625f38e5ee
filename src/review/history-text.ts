// SPDX-License-Identifier: Apache-2.0
// What became of a request before it was asked about: decided by whom, failed, signed by whom, issued until when.

import { printable, quoted } from '../vocabulary/printable.js';
import type { Explanation } from './explanation.js';
import type { RecordedDecision } from './recorded-decision.js';

/** By which this program writes; another one behind its text deserves a look. */
const OWN_FIELD_MANAGER = 'kube-csr-approver';

/** Lines without indentation; none for a request that nobody has decided. */
export function historyLines(explanation: Explanation): readonly string[] {
  const { recorded, agrees, known, failure, awaitedSigner, certificate } = explanation;
  const lines: string[] = [];
  if (recorded !== null) {
    lines.push(recordedWords(recorded), agreementWords(explanation, agrees, known));
    lines.push(...doubts(recorded));
  }
  if (failure !== null) {
    lines.push(
      `failed${atWords(failure.at)}: ${printable(failure.reason)}: ${said(failure.message)}`,
    );
  }
  if (awaitedSigner !== null) {
    const { since, hint } = awaitedSigner;
    lines.push(`approved and not issued${since === null ? '' : ` since ${since}`}: ${hint}`);
  }
  if (certificate !== null) {
    const { serial, notBefore, notAfter } = certificate;
    lines.push(`issued: serial ${serial}, from ${notBefore} until ${notAfter}`);
  }
  return lines;
}

const SAID_BY = {
  policy: 'this program',
  kubectl: 'kubectl certificate',
  'kube-controller-manager': 'kube-controller-manager',
  other: 'somebody else',
} as const satisfies Record<RecordedDecision['by'], string>;

/** `approved 2026-…, by this program (rule developers, policy 3f9c1a2b), field manager kube-csr-approver`. */
function recordedWords(recorded: RecordedDecision): string {
  const { decision, by, at, rule, policyHash, fieldManager, reason, message } = recorded;
  const origin = rule === null ? '' : ` (rule ${rule}, policy ${policyHash ?? ''})`;
  const writer = fieldManager === null ? '' : `, field manager ${quoted(fieldManager)}`;
  const verb = decision === 'approve' ? 'approved' : 'denied';
  return `${verb}${atWords(at)} by ${SAID_BY[by]}${origin}${writer}: ${printable(reason)}: ${said(message)}`;
}

function agreementWords(
  { decision, rule, policyHash, recorded }: Explanation,
  agrees: boolean | null,
  known: boolean,
): string {
  const today = `the policy at hand (${policyHash})`;
  const which = recorded?.policyHash === policyHash ? `${today}, the same one,` : today;
  if (agrees !== null) return `${which} ${agrees ? 'agrees' : `disagrees: ${decision}`}`;
  if (!known) return `whether ${today} agrees is not known`;
  if (decision === 'leave' && rule === null) return `${which} does not speak of it`;
  return `${which} would not decide: ${decision}`;
}

function doubts({ by, fieldManager, rule }: RecordedDecision): readonly string[] {
  if (by !== 'policy' || rule === null) return [];
  if (fieldManager === null || fieldManager === OWN_FIELD_MANAGER) return [];
  return [
    `but another field manager wrote this, and whoever may approve can write such a text: the audit log of the API server tells who did`,
  ];
}

const atWords = (at: string | null): string => (at === null ? '' : ` ${printable(at)}`);

/** Condition messages are written by anybody who may decide; kubelets' and ours have up to 1,024 characters. */
const said = (message: string): string => printable(message, 1024);
