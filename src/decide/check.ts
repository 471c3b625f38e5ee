// SPDX-License-Identifier: Apache-2.0
// The shape of one check: what it may look at and what it says.

import type { Bindings } from '../vocabulary/matchers.js';
import type { ReasonCode } from '../vocabulary/reasons.js';
import type { CsrObject } from '../request/csr-object.js';
import type { RequestFacts } from '../request/facts.js';
import type { WakeSubject } from './decision.js';
import type {
  AccessReviewNeed,
  ApiServerFacts,
  Claim,
  ClaimsNeed,
  Known,
  NodeFacts,
} from './evidence.js';
import type { Rule, SignerTerms } from './rule.js';

/** Answers to needs; undefined means that the question was noted and is still open. */
export interface Ask {
  accessReview(need: AccessReviewNeed): Known<boolean> | undefined;
  apiServer(): Known<ApiServerFacts> | undefined;
  node(name: string): Known<NodeFacts | undefined> | undefined;
  dns(name: string): Known<readonly string[]> | undefined;
  claims(need: Omit<ClaimsNeed, 'kind'>): Known<readonly Claim[]> | undefined;
}

/** One name or address that a Node lists. */
export interface ClaimedValue {
  readonly kind: 'dns' | 'ip';
  readonly value: string;
}

/** What a guard may look at: everything but the rule, since it holds for every rule and at signing. */
export interface GuardInput {
  readonly csr: CsrObject;
  readonly facts: RequestFacts;
  /** Terms of the signer name where we sign it. */
  readonly signer: SignerTerms | undefined;
  /** Names and ranges that the policy adds to those of the API server. */
  readonly apiServer: {
    readonly names: readonly string[];
    readonly ranges: readonly { contains(address: string): boolean }[];
  };
  readonly ask: Ask;
}

/** What a check of a rule may look at. */
export interface CheckInput extends GuardInput {
  readonly rule: Rule;
  readonly bindings: Bindings;
  /** Whether what another Node lists counts: it lies within the bounds that the policy sets for that Node. */
  readonly mayClaim: (node: string, claimed: ClaimedValue) => boolean;
}

/** Where the value that a check looked at comes from. */
export type CheckSource =
  'request' | 'spec' | 'requester' | 'access review' | 'api server' | 'node' | 'dns' | 'policy';

/**
 * What one check found. `violated` is permanent (a fact of the request) unless `transient`: `unavailable` is our own
 * trouble and `contested` may be another's lie, for which nobody is ever denied.
 */
export interface CheckResult {
  readonly code: ReasonCode;
  readonly state: 'passed' | 'violated' | 'skipped' | 'open';
  readonly transient?: 'may pass' | 'contested' | 'unavailable';
  /** What may end a transient violation; time where it is not said. */
  readonly wakeOn?: readonly WakeSubject[];
  /** What was wanted and what was seen, printable. */
  readonly want: string;
  readonly saw: string;
  readonly source: CheckSource;
  /** For a violation: a clause for the requester, printable, without full stop. */
  readonly message?: string;
}

/** The words of one result, before it is known whether it passed. */
interface Looked {
  readonly want: string;
  readonly saw: string;
  readonly source: CheckSource;
}

/** A check that passed. */
export const passed = (code: ReasonCode, looked: Looked): CheckResult => ({
  code,
  state: 'passed',
  ...looked,
});

/** A violation that is a fact of the request: `message` says so to the requester. */
export const violated = (code: ReasonCode, looked: Looked, message: string): CheckResult => ({
  code,
  state: 'violated',
  ...looked,
  message,
});

/** A check whose question is not answered yet. */
export const open = (code: ReasonCode, looked: Omit<Looked, 'saw'>): CheckResult => ({
  code,
  state: 'open',
  ...looked,
  saw: '',
});

/** A violation because something could not be learned now. */
export const unavailable = (looked: Omit<Looked, 'saw'>, why: string): CheckResult => ({
  code: 'EvidenceUnavailable',
  state: 'violated',
  transient: 'unavailable',
  ...looked,
  saw: why,
  message: `${looked.want} could not be checked now`,
});

/** A violation that a change of one of these Nodes may end. */
export const mayPass = (
  code: ReasonCode,
  looked: Looked,
  message: string,
  nodes: readonly string[],
): CheckResult => ({
  ...violated(code, looked, message),
  transient: 'may pass',
  wakeOn: nodes.map((name) => ({ kind: 'node', name })),
});

/** One check; it says one thing for each code that it can give. */
export interface Check<Input = CheckInput> {
  /** Codes that it can give, for `skipped` rows and docs. */
  readonly codes: readonly [ReasonCode, ...ReasonCode[]];
  readonly source: CheckSource;
  run(input: Input): readonly CheckResult[];
}
