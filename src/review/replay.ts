// SPDX-License-Identifier: Apache-2.0
// A candidate policy over the requests of the past: who would be decided differently, and why. What nobody knows any more
// is told as unknown.

import type { Decision } from '../decide/decision.js';
import { reasonOf } from '../decide/decision-event.js';
import type { CompiledPolicy } from '../decide/rule.js';
import type { Resolve } from '../decide/settle.js';
import type { Case } from '../request/case.js';
import type { CsrObject } from '../request/csr-object.js';
import type { Read } from '../request/remembered-reading.js';
import { isDecided } from '../request/state.js';
import { asItIs, decideSupposing, everyWay, type Hypothesis } from './hypotheses.js';
import { isKnown } from './is-known.js';
import { recordedDecision } from './recorded-decision.js';
import type { Replay, ReplayedDecision, ReplayRow } from './replayed.js';

/** What requests are put before, and what they are compared with. */
export interface ReplayQuestion {
  readonly candidate: CompiledPolicy;
  /** Undefined: compared with what stands in each request. */
  readonly against: CompiledPolicy | undefined;
  readonly read: Read;
  /** For requests that nobody has decided: the cluster as it is counts. */
  readonly resolve: Resolve;
  /** For those of the past: what is gone is not known. */
  readonly resolvePast: Resolve;
  readonly nowMs: number;
  /** Awaited after each request: for progress, and so that others get their turn. */
  readonly onProgress: (done: number) => Promise<void> | void;
  readonly signal: AbortSignal;
}

/** Requests judged at the same time; offline it makes no difference. */
const AT_ONCE = 32;

/** Puts every request to the candidate; undefined when `signal` aborted before the end. */
export async function replay(
  requests: readonly CsrObject[],
  question: ReplayQuestion,
): Promise<Replay | undefined> {
  const rows: (ReplayRow | undefined)[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < requests.length && !question.signal.aborted) {
      const at = next;
      next += 1;
      const csr = requests[at];
      if (csr === undefined) return;
      // Each worker goes from one request to the next; the workers do not wait for each other.
      rows[at] = await rowOf(csr, question);
      done += 1;
      await question.onProgress(done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  if (question.signal.aborted) return undefined;
  return summaryOf(
    rows.filter((row) => row !== undefined),
    question,
  );
}

function summaryOf(
  rows: readonly ReplayRow[],
  { candidate, against }: Pick<ReplayQuestion, 'candidate' | 'against'>,
): Replay {
  const count = (verdict: ReplayRow['verdict']): number =>
    rows.filter((row) => row.verdict === verdict).length;
  return {
    apiVersion: 'kube-csr-approver/v1alpha1',
    kind: 'Replay',
    candidate: candidate.hash,
    against: against?.hash ?? null,
    total: rows.length,
    same: count('same'),
    different: count('different'),
    unknown: count('unknown'),
    rows: rows.filter(({ verdict }) => verdict !== 'same'),
  };
}

/** One request, with what it is compared with: a decision that stands in it, or what a policy makes of it. */
interface Comparison {
  readonly question: ReplayQuestion;
  readonly subject: Case;
  readonly resolve: Resolve;
  readonly recorded: ReplayedDecision | undefined;
}

async function rowOf(csr: CsrObject, question: ReplayQuestion): Promise<ReplayRow> {
  const { against } = question;
  const subject = { csr, reading: question.read(csr), waitingSinceMs: csr.createdAtMs };
  const resolve = isDecided(csr) ? question.resolvePast : question.resolve;
  const recorded = against === undefined ? recordedOf(csr) : undefined;
  const compared = await compare({ question, subject, resolve, recorded }, asItIs);
  return {
    csr: csr.name,
    signerName: csr.signerName,
    requester: csr.requester.username,
    createdAt: csr.createdAtMs === 0 ? null : new Date(csr.createdAtMs).toISOString(),
    ...compared,
  };
}

type Compared = Pick<ReplayRow, 'verdict' | 'before' | 'after' | 'missing'>;

/** Where reviews have no answer, every way to answer them must lead to the same verdict, else it is not known. */
async function compare(comparison: Comparison, hypothesis: Hypothesis): Promise<Compared> {
  const { question, subject, resolve, recorded } = comparison;
  const { candidate, against, nowMs } = question;
  const common = { subject, resolve, nowMs };
  const after = await decideSupposing({ ...common, policy: candidate }, hypothesis);
  const before =
    against === undefined
      ? undefined
      : await decideSupposing({ ...common, policy: against }, hypothesis);
  const open = [...new Set([...after.open, ...(before?.open ?? [])])];
  const missing = [...new Set([...after.missing, ...(before?.missing ?? [])])];
  const told = {
    before: before === undefined ? (recorded ?? PENDING) : toldOf(before.decision),
    after: toldOf(after.decision),
  };
  const isSettled = told.before.known && told.after.known;
  if (isSettled || open.length === 0) {
    const isOfThen = before === undefined && recorded !== undefined && isTransient(after.decision);
    if (isSettled && isOfThen) return { ...told, verdict: 'unknown', missing: [THEN] };
    return isSettled
      ? { ...told, verdict: verdictOf(told), missing: [] }
      : { ...told, verdict: 'unknown', missing };
  }
  const verdicts = new Set<ReplayRow['verdict']>();
  for (const way of everyWay(hypothesis, open)) {
    // One after the other: there are eight at most, and nothing is asked of anybody.
    verdicts.add((await compare(comparison, way)).verdict);
  }
  const [only = 'unknown', ...others] = verdicts;
  const verdict = others.length === 0 ? only : 'unknown';
  return { ...told, verdict, missing: verdict === 'unknown' ? missing : [] };
}

const THEN = 'the cluster as it was then';

/** What the cluster was like when somebody decided is not known from what it is like now. */
const isTransient = ({ violations }: Decision): boolean =>
  violations.some(({ transient }) => transient !== undefined);

/** Without a decision in the object, everything that writes none leaves it as it is. */
const PENDING: ReplayedDecision = {
  decision: 'pending',
  known: true,
  rule: null,
  policyHash: null,
  codes: [],
  reason: '',
  message: '',
};

const WRITES_NOTHING: readonly string[] = ['review', 'wait', 'leave', 'pending'];

function verdictOf({ before, after }: Pick<ReplayRow, 'before' | 'after'>): 'same' | 'different' {
  if (before.decision === after.decision) return 'same';
  const isLeftPending = before.decision === 'pending' && WRITES_NOTHING.includes(after.decision);
  return isLeftPending ? 'same' : 'different';
}

function recordedOf(csr: CsrObject): ReplayedDecision | undefined {
  const recorded = recordedDecision(csr);
  if (recorded === undefined) return undefined;
  const { decision, rule, policyHash, reason, message } = recorded;
  const codes = decision === 'deny' && rule !== null ? [reason] : [];
  return { decision, known: true, rule, policyHash, codes, reason, message };
}

function toldOf(decision: Decision): ReplayedDecision {
  const { outcome, rule, policyHash, violations } = decision;
  return {
    decision: outcome.kind,
    known: isKnown(decision),
    rule: rule ?? null,
    policyHash,
    codes: [...new Set(violations.map(({ code }) => code))],
    reason: reasonOf(decision),
    message: violations.map(({ message, code }) => message ?? code).join('; '),
  };
}
