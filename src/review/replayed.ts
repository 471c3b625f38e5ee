// SPDX-License-Identifier: Apache-2.0
// The shape of what `csr-approver replay` answers.

/** What a policy makes of a request, or what stands in it. */
export interface ReplayedDecision {
  /** `pending`: nobody has decided. */
  readonly decision: 'approve' | 'review' | 'wait' | 'deny' | 'leave' | 'pending';
  /** False when something that could not be learned might make it another decision. */
  readonly known: boolean;
  readonly rule: string | null;
  readonly policyHash: string | null;
  /** Reason codes, each once. */
  readonly codes: readonly string[];
  /** The first code, or the reason of the condition. */
  readonly reason: string;
  readonly message: string;
}

/** One request. */
export interface ReplayRow {
  readonly csr: string;
  readonly signerName: string;
  readonly requester: string;
  /** RFC 3339. */
  readonly createdAt: string | null;
  readonly verdict: 'same' | 'different' | 'unknown';
  readonly before: ReplayedDecision;
  readonly after: ReplayedDecision;
  /** What nobody knows any more and would be needed; empty unless `unknown`. */
  readonly missing: readonly string[];
}

/** The answer; its JSON form is stable: fields are added, never renamed. */
export interface Replay {
  readonly apiVersion: 'kube-csr-approver/v1alpha1';
  readonly kind: 'Replay';
  /** Hash of the candidate. */
  readonly candidate: string;
  /** Hash of the policy that it is compared with; null: with what stands in the requests. */
  readonly against: string | null;
  readonly total: number;
  readonly same: number;
  readonly different: number;
  readonly unknown: number;
  /** Those that are different or unknown, in the order of the list. */
  readonly rows: readonly ReplayRow[];
}
