// SPDX-License-Identifier: Apache-2.0
// What Events tell requesters: what became of a request, why, and what they can do. What only operators should read stands in the log.

import type { Issuance } from '../authority/issuance.js';
import { conditionOf, finalMessage } from '../decide/condition.js';
import type { Decision } from '../decide/decision.js';
import { reasonOf } from '../decide/decision-event.js';
import { MAX_CONDITION_MESSAGE_CHARACTERS } from '../vocabulary/limits.js';
import { reasons } from '../vocabulary/reasons.js';

/** `problems`: what was not approved, or not signed; `all`: approvals and certificates, too. */
export const EVENT_CHOICES = ['problems', 'all'] as const;

/** Which Events are written about requests. */
export type EventChoice = (typeof EVENT_CHOICES)[number];

/** The words of one Event. */
export interface RequestEventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly action: string;
  readonly message: string;
}

/** What a decision tells; undefined for what has an Event of its own (review), or concerns nobody (no rule speaks of it). */
export function decisionEventText(
  decision: Decision,
  choice: EventChoice,
): RequestEventText | undefined {
  const { outcome, rule, policyHash, violations } = decision;
  if (rule === undefined) return undefined;
  const reason = reasonOf(decision);
  const clauses = violations.map(({ code, message }) => message ?? code).join('; ');
  const origin = `rule ${rule}, policy ${policyHash}`;
  switch (outcome.kind) {
    case 'approve':
      if (choice !== 'all') return undefined;
      return { type: 'Normal', reason, action: 'Approve', message: `approved by ${origin}` };
    case 'deny':
      return {
        type: 'Warning',
        reason,
        action: 'Deny',
        message: conditionOf(decision)?.message ?? '',
      };
    case 'wait': {
      const message = told(`not decided yet: ${clauses}`, reasons[reason].requester, origin);
      return { type: 'Normal', reason, action: 'Wait', message };
    }
    case 'leave': {
      const message = told(`not approved: ${clauses}`, reasons[reason].requester, origin);
      return { type: 'Warning', reason, action: 'Leave', message };
    }
    case 'review':
      return undefined;
  }
}

/** What the signer tells; undefined for a certificate that was lost, since another one follows. */
export function issuanceEventText(
  issuance: Issuance,
  choice: EventChoice,
): RequestEventText | undefined {
  const { csr, outcome, code, message = '', certificate, policyHash } = issuance;
  const origin = `signer ${csr.signerName}, policy ${policyHash}`;
  switch (outcome) {
    case 'published': {
      if (choice !== 'all' || certificate === undefined) return undefined;
      const until = new Date(certificate.notAfterMs).toISOString();
      const words = `certificate issued, serial ${certificate.serial}, valid until ${until}`;
      return { type: 'Normal', reason: 'Issued', action: 'Sign', message: words };
    }
    case 'failed':
      if (code === undefined) return undefined;
      return {
        type: 'Warning',
        reason: code,
        action: 'Fail',
        message: finalMessage(message, origin),
      };
    case 'waiting': {
      if (code === undefined) return undefined;
      const { meaning, requester } = reasons[code];
      const words = told(`approved and not signed yet. ${meaning}`, requester, origin);
      return { type: 'Warning', reason: code, action: 'Wait', message: words };
    }
    case 'lost':
      return undefined;
  }
}

/** What is the matter, cut to what fits, what to do, and who says so. */
function told(what: string, remedy: string, origin: string): string {
  const end = `${what.endsWith('.') ? '' : '.'} ${remedy} [${origin}]`;
  const room = MAX_CONDITION_MESSAGE_CHARACTERS - end.length;
  return (what.length > room ? `${what.slice(0, room - 1)}…` : what) + end;
}
