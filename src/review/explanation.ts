// SPDX-License-Identifier: Apache-2.0
// The shape of what `csr-approver explain` answers.

import type { Decision } from '../decide/decision.js';
import type { CsrState } from '../request/csr-object.js';
import type { Refusal } from '../vocabulary/refusal.js';
import type { AwaitedSigner } from './awaited-signer.js';
import type { ExplainedCheck } from './explained-check.js';
import type { IssuedCertificate } from './issued-certificate.js';
import type { RecordedDecision } from './recorded-decision.js';
import type { Remedy } from './remedies.js';
import type { ReviewCommands } from './review-commands.js';
import type { UnmatchedRule } from './unmatched.js';

/** A right that whoever asks does not have, and what cannot be known without it. */
export interface MissingRight {
  /** As RBAC writes it: `create subjectaccessreviews.authorization.k8s.io`. */
  readonly right: string;
  readonly neededFor: string;
}

/** The answer of `csr-approver explain`; its JSON form is stable: fields are added, never renamed. */
export interface Explanation {
  readonly apiVersion: 'kube-csr-approver/v1alpha1';
  readonly kind: 'Explanation';
  readonly csr: string;
  readonly signerName: string;
  readonly requester: { readonly username: string; readonly groups: readonly string[] };
  readonly usages: readonly string[];
  readonly expirationSeconds: number | null;
  /** RFC 3339; null where the object does not say. */
  readonly createdAt: string | null;
  readonly state: CsrState;
  /** By the policy at hand, as if nobody had decided yet. */
  readonly decision: Decision['outcome']['kind'];
  /** False when something that could not be learned might make it another decision. */
  readonly known: boolean;
  /** RFC 3339; null unless the decision waits. */
  readonly until: string | null;
  readonly rule: string | null;
  readonly reason: string;
  readonly message: string;
  readonly rules: readonly {
    readonly name: string;
    readonly mode: string;
    readonly outcome: Decision['outcome']['kind'];
    readonly checks: readonly ExplainedCheck[];
  }[];
  /** Rules for the signer name that do not speak of the request, and which part of each does not. */
  readonly unmatched: readonly UnmatchedRule[];
  /** Null when the request could not be read. */
  readonly facts: {
    readonly subject: readonly { readonly type: string; readonly value: string }[];
    readonly sans: readonly { readonly kind: string; readonly value: string }[];
    readonly key: string;
    readonly spkiSha256: string;
    readonly signatureAlgorithm: string;
    readonly extensions: readonly string[];
    readonly ignored: readonly string[];
  } | null;
  /** Why the request could not be read; null when it could. */
  readonly refusal: Refusal | null;
  /** What would have to change before the request could be approved; empty when nothing has to. */
  readonly remedies: readonly Remedy[];
  /** How a person decides; null unless the request awaits review. */
  readonly review: ReviewCommands | null;
  /** What somebody decided before, as the object says it; null while it is pending. */
  readonly recorded: RecordedDecision | null;
  /** Whether `decision` is the recorded one; null where there is nothing to compare. */
  readonly agrees: boolean | null;
  /** What the condition Failed says; null without one. */
  readonly failure: {
    readonly reason: string;
    readonly message: string;
    readonly at: string | null;
  } | null;
  /** Whose turn it is when the request is approved and not issued; else null. */
  readonly awaitedSigner: AwaitedSigner | null;
  readonly certificate: IssuedCertificate | null;
  readonly policyHash: string;
  /** Answers that nobody gave and that were taken as usual in a cluster. */
  readonly assumed: readonly string[];
  /** Rights that the controller has and that whoever asks here does not. */
  readonly missingRights: readonly MissingRight[];
}
