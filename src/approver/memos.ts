// SPDX-License-Identifier: Apache-2.0
// What the approver remembers of a request between two looks: since when it waits, and what was told already.

import type { ReconcileResult } from '../controller/run-loop.js';
import type { Decision } from '../decide/decision.js';
import type { CompiledPolicy } from '../decide/rule.js';
import type { CsrObject } from '../request/csr-object.js';
import type { Pending } from './pending.js';

/** Access reviews cannot be watched: they are asked again after 1 s, doubling to 1,000 s (design: section 2). */
const FIRST_LOOK_AGAIN_MS = 1_000;
const LAST_LOOK_AGAIN_MS = 1_000_000;

/** One memo for each undecided request; a policy change or a recreated object begins a new one. */
export class Memos {
  readonly #byName = new Map<string, Memo>();
  /** Names of requests by the Node that would wake them. */
  readonly #byNode = new Map<string, Set<string>>();
  /** For each look under way: the Nodes that have changed since it began. */
  readonly #looks = new Set<Set<string>>();

  /** The memo of this very object under this very policy; a policy that comes back later is another one. */
  of(csr: CsrObject, policy: CompiledPolicy): Memo {
    const known = this.#byName.get(csr.name);
    if (known?.uid === csr.uid && known.policy === policy) return known;
    this.forget(csr.name);
    const memo = new Memo(csr.uid, policy);
    this.#byName.set(csr.name, memo);
    return memo;
  }

  /** What was last decided about this very object, whoever wrote it or not. */
  outcomeOf({ name, uid }: CsrObject): Pending | undefined {
    const memo = this.#byName.get(name);
    return memo?.uid === uid ? memo.outcome : undefined;
  }

  forget(name: string): void {
    this.#unawait(name);
    this.#byName.delete(name);
  }

  /**
   * Runs a look. `changed` holds the Nodes that changed meanwhile: what the look learned of them may be old, and nobody was
   * waiting for them yet.
   */
  async during<T>(
    look: () => Promise<T>,
  ): Promise<{ readonly found: T; readonly changed: ReadonlySet<string> }> {
    const changed = new Set<string>();
    this.#looks.add(changed);
    try {
      return { found: await look(), changed };
    } finally {
      this.#looks.delete(changed);
    }
  }

  /** Notes which Nodes would wake the request; what was noted before no longer does. */
  await(name: string, { wakeOn }: Decision): void {
    this.#unawait(name);
    const memo = this.#byName.get(name);
    if (memo === undefined) return;
    memo.nodes = wakeOn.flatMap((each) => (each.kind === 'node' ? [each.name] : []));
    for (const node of memo.nodes) {
      this.#byNode.set(node, (this.#byNode.get(node) ?? new Set()).add(name));
    }
  }

  #unawait(name: string): void {
    for (const node of this.#byName.get(name)?.nodes ?? []) {
      const names = this.#byNode.get(node);
      names?.delete(name);
      if (names?.size === 0) this.#byNode.delete(node);
    }
  }

  /** The requests that a change of `node` may settle. */
  wokenBy(node: string): readonly string[] {
    for (const changed of this.#looks) changed.add(node);
    return [...(this.#byNode.get(node) ?? [])];
  }
}

/** What is remembered of one request. */
class Memo {
  readonly uid: string;
  readonly policy: CompiledPolicy;
  /** Nodes that would wake it: the requester's own, and others that claim its addresses. */
  nodes: readonly string[] = [];
  /** What was last decided about it. */
  outcome: Pending | undefined;
  #firstSeenMs: number | undefined;
  #told: string | undefined;
  #looks = 0;

  constructor(uid: string, policy: CompiledPolicy) {
    this.uid = uid;
    this.policy = policy;
  }

  /** Notes a look; waits are counted from the first one. */
  seenAt(nowMs: number): { readonly firstSeenMs: number } {
    this.#firstSeenMs ??= nowMs;
    return { firstSeenMs: this.#firstSeenMs };
  }

  /** Whether `decision` says something else than the last one that was told. */
  isNews(decision: Decision): boolean {
    const { outcome, rule, violations, verdicts, wakeOn } = decision;
    const told = JSON.stringify([
      outcome.kind,
      rule,
      violations.map(({ code }) => code),
      verdicts.map((verdict) => [verdict.rule, verdict.outcome.kind]),
      // Another Node that claims the same address is news, too.
      wakeOn,
    ]);
    if (told === this.#told) return false;
    this.#told = told;
    return true;
  }

  /** When to look again at a request that was not decided: at its deadline, and where something may pass, before. */
  next({ outcome, wakeOn }: Decision, nowMs: number): ReconcileResult {
    const untilMs = outcome.kind === 'wait' ? Math.max(0, outcome.untilMs - nowMs) : undefined;
    const againMs = wakeOn.some(({ kind }) => kind === 'time') ? this.#lookAgainMs() : undefined;
    const delays = [untilMs, againMs].filter((delay) => delay !== undefined);
    return delays.length === 0 ? { kind: 'done' } : { kind: 'again', afterMs: Math.min(...delays) };
  }

  #lookAgainMs(): number {
    const delay = Math.min(FIRST_LOOK_AGAIN_MS * 2 ** this.#looks, LAST_LOOK_AGAIN_MS);
    this.#looks += 1;
    return delay;
  }
}
