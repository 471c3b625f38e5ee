// SPDX-License-Identifier: Apache-2.0
// The approver: one look at one request, which ends in at most one write. It decides nothing itself and signs nothing.

import type { WriteOutcome } from '../controller/write.js';
import type { Reconcile, ReconcileResult } from '../controller/run-loop.js';
import { conditionOf, type WrittenCondition } from '../decide/condition.js';
import { decideWith } from '../decide/decide-with.js';
import type { Decision } from '../decide/decision.js';
import type { DecisionEvent } from '../decide/decision-event.js';
import type { CompiledPolicy } from '../decide/rule.js';
import type { CsrObject } from '../request/csr-object.js';
import { isDecided } from '../request/state.js';
import { Memos } from './memos.js';
import { type Pending, pendingAs } from './pending.js';
import type { ApproverPorts } from './ports.js';
import { Unconfirmed, wasWritten } from './unconfirmed.js';

const done: ReconcileResult = { kind: 'done' };

/** The approver of one process. */
export interface Approver {
  /** Level-triggered, idempotent, safe to call at any time for any name. */
  readonly reconcile: Reconcile;
  /** Names of requests that wait for something in this Node. */
  readonly wokenBy: (node: string) => readonly string[];
  /** What the last look made of an undecided request; undefined when there was none. */
  readonly outcomeOf: (csr: CsrObject) => Pending | undefined;
}

/** Makes the approver. */
export function createApprover(ports: ApproverPorts): Approver {
  const memos = new Memos();
  const unconfirmed = new Unconfirmed();

  const reconcile: Reconcile = async (name, signal) => {
    const csr = ports.get(name);
    if (csr === undefined || isDecided(csr)) {
      memos.forget(name);
      return confirm(name);
    }
    const policy = ports.policy();
    if (policy === undefined) {
      // A wait does not go on during a pause: what is judged after it is judged as if it had come then.
      memos.forget(name);
      return done;
    }

    const { found: event, changed } = await memos.during(() => look(csr, policy));
    const { decision } = event;
    if (signal.aborted) return done;
    // What was decided by a policy that is no longer in force is neither written nor told.
    if (ports.policy() !== policy) return { kind: 'again', afterMs: 0 };
    ports.judged(csr, decision);
    const condition = conditionOf(decision);
    if (condition !== undefined) return write(event, condition);

    const memo = memos.of(csr, policy);
    // Before anything is told: a Node that changes while we write an Event wakes the request.
    memos.await(name, decision);
    memo.outcome = pendingAs(decision);
    if (memo.nodes.some((node) => changed.has(node))) return { kind: 'again', afterMs: 0 };
    if (memo.isNews(decision)) await tell(event);
    return memo.next(decision, ports.nowMs());
  };

  return {
    reconcile,
    wokenBy: (node) => memos.wokenBy(node),
    outcomeOf: (csr) => memos.outcomeOf(csr),
  };

  async function tell(event: DecisionEvent): Promise<void> {
    const { csr, decision } = event;
    ports.tell(event);
    if (decision.outcome.kind === 'review') await ports.announceReview(csr, decision);
    const shared = decision.violations.find(({ code }) => code === 'AddressShared');
    if (shared !== undefined) await ports.announceShared(csr, shared);
  }

  /** Nothing is left to decide; if the answer to a write was lost, it may have been ours that decided. */
  async function confirm(name: string): Promise<ReconcileResult> {
    const sent = unconfirmed.get(name);
    if (sent === undefined) return done;
    const newest = await ports.readNewest(name);
    if (newest.kind === 'unavailable') return { kind: 'retry' };
    unconfirmed.forget(name);
    if (newest.kind === 'found' && wasWritten(newest.csr, sent)) {
      ports.tell(eventOf(sent.csr, sent.decision));
    }
    return done;
  }

  async function look(csr: CsrObject, policy: CompiledPolicy) {
    const nowMs = ports.nowMs();
    const reading = ports.read(csr);
    const { firstSeenMs } = memos.of(csr, policy).seenAt(nowMs);
    const waitingSinceMs = Math.max(csr.createdAtMs, firstSeenMs);
    const subject = { csr, reading, waitingSinceMs };
    const { answer } = await decideWith(ports.resolve, subject, policy, nowMs);
    return eventOf(csr, answer);
  }

  function eventOf(csr: CsrObject, decision: Decision) {
    const reading = ports.read(csr);
    return {
      csr,
      facts: reading.ok ? reading.value : undefined,
      decision,
      durationMs: Math.max(0, ports.nowMs() - csr.createdAtMs),
    };
  }

  async function write(
    event: { readonly csr: CsrObject; readonly decision: Decision },
    condition: WrittenCondition,
  ): Promise<ReconcileResult> {
    const { csr, decision } = event;
    const outcome = await ports.writeApproval({
      name: csr.name,
      uid: csr.uid,
      resourceVersion: csr.resourceVersion,
      conditions: [...csr.conditions.map(({ raw }) => raw), { ...condition }],
    });
    if (outcome.kind === 'written') {
      ports.absorb(outcome.object, csr.resourceVersion);
      memos.forget(csr.name);
      unconfirmed.forget(csr.name);
      ports.tell(eventOf(csr, decision));
      return done;
    }
    if (outcome.kind === 'failed') unconfirmed.add({ csr, decision, condition });
    return afterNoWrite(csr, outcome);
  }

  function afterNoWrite(
    csr: CsrObject,
    outcome: Exclude<WriteOutcome, { kind: 'written' }>,
  ): ReconcileResult {
    switch (outcome.kind) {
      case 'gone':
        return done;
      // Not ours to write now: whoever holds the lease looks at it, and all are looked at when a pause ends.
      case 'fenced':
        return done;
      case 'conflict':
        return { kind: 'retry' };
      case 'forbidden':
        ports.warn(csr, outcome);
        return { kind: 'retry' };
      case 'failed':
        ports.warn(csr, outcome);
        return outcome.retryAfterMs === undefined
          ? { kind: 'retry' }
          : { kind: 'again', afterMs: outcome.retryAfterMs };
    }
  }
}
