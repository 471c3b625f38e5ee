// SPDX-License-Identifier: Apache-2.0
// Which certificates do these requests hold, whose are they, and which of them end soon?

import type { CsrObject } from '../request/csr-object.js';
import { printable } from '../vocabulary/printable.js';
import { type IssuedCertificate, issuedCertificate } from './issued-certificate.js';
import { recordedDecision } from './recorded-decision.js';

/** The request in which a certificate stands; texts are printable. Fields are called as in the log. */
export interface IssuedTo {
  readonly csr: string;
  readonly uid: string;
  readonly signerName: string;
  readonly requester: string;
  /** Reason of the condition Approved; null without one. */
  readonly approvedReason: string | null;
  /** Words of whoever approved: only the API server's audit log proves who did. Null where it has not our form. */
  readonly claimedRule: string | null;
  readonly claimedPolicyHash: string | null;
}

/** A certificate and its request. */
export interface IssuedItem extends IssuedTo, IssuedCertificate {
  readonly expired: boolean;
}

/** The answer of `csr-approver certs`; its JSON form is stable: fields are added, never renamed. */
export interface IssuedList {
  readonly apiVersion: 'kube-csr-approver/v1alpha1';
  readonly kind: 'IssuedList';
  /** RFC 3339: the time by which `expired` is told. */
  readonly at: string;
  /** RFC 3339: what ends later is not listed; null when everything is. */
  readonly endsBy: string | null;
  /** Certificates of these signers that could be read, whenever they end. */
  readonly total: number;
  /** The soonest to end first. */
  readonly items: readonly IssuedItem[];
  /** Requests whose status.certificate is none that can be read. */
  readonly unreadable: readonly IssuedTo[];
}

/** Which certificates are asked for. */
export interface IssuedQuestion {
  readonly nowMs: number;
  /** What ends within, or has ended; everything when undefined. */
  readonly withinSeconds: number | undefined;
  /** Signer names; all when empty. */
  readonly signers: readonly string[];
  /** Awaited after each request, so that others get their turn. */
  readonly onProgress: (done: number) => Promise<void> | void;
  readonly signal: AbortSignal;
}

/** Lists the certificates of `requests`; those without one are passed over. Undefined when `signal` aborted before the end. */
export async function issuedList(
  requests: readonly CsrObject[],
  question: IssuedQuestion,
): Promise<IssuedList | undefined> {
  const { nowMs, withinSeconds, signers } = question;
  const readable: IssuedItem[] = [];
  const unreadable: IssuedTo[] = [];
  const wanted = requests.filter(
    ({ certificate, signerName }) =>
      certificate !== undefined && (signers.length === 0 || signers.includes(signerName)),
  );
  for (const [index, csr] of wanted.entries()) {
    if (question.signal.aborted) return undefined;
    const certificate = issuedCertificate(csr);
    if (certificate === undefined) {
      unreadable.push(issuedTo(csr));
    } else {
      // RFC 5280 section 4.1.2.5: notAfter is the last moment of the validity.
      const expired = Date.parse(certificate.notAfter) < nowMs;
      readable.push({ ...issuedTo(csr), ...certificate, expired });
    }
    // A cluster may have many of them, and each takes half a millisecond to read.
    await question.onProgress(index + 1);
  }
  const endsByMs = withinSeconds === undefined ? undefined : nowMs + withinSeconds * 1000;
  return {
    apiVersion: 'kube-csr-approver/v1alpha1',
    kind: 'IssuedList',
    at: new Date(nowMs).toISOString(),
    endsBy: endsByMs === undefined ? null : new Date(endsByMs).toISOString(),
    total: readable.length,
    items: readable
      .filter(({ notAfter }) => endsByMs === undefined || Date.parse(notAfter) <= endsByMs)
      .toSorted(soonestFirst),
    unreadable,
  };
}

function issuedTo(csr: CsrObject): IssuedTo {
  const decision = recordedDecision(csr);
  const approval = decision?.decision === 'approve' ? decision : undefined;
  return {
    csr: printable(csr.name),
    uid: printable(csr.uid),
    signerName: printable(csr.signerName),
    requester: printable(csr.requester.username),
    approvedReason: approval === undefined ? null : printable(approval.reason),
    claimedRule: approval?.rule ?? null,
    claimedPolicyHash: approval?.policyHash ?? null,
  };
}

/** Those that end at the same moment by the name of their request, so that the order is always the same. */
function soonestFirst(one: IssuedItem, other: IssuedItem): number {
  const byEnd = Date.parse(one.notAfter) - Date.parse(other.notAfter);
  if (byEnd !== 0) return byEnd;
  return one.csr < other.csr ? -1 : 1;
}
