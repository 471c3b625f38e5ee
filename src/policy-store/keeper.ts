// SPDX-License-Identifier: Apache-2.0
// Keeps the last good policy for the next start, starts from it when there is no better one, and tells of refused ones.

import type { Fence } from '../controller/fence.js';
import type { Reconcile, ReconcileResult } from '../controller/run-loop.js';
import type { WriteOutcome } from '../controller/write.js';
import type { LoadedPolicy } from '../policy/load-policy.js';
import { isSameText } from '../policy/policy-part.js';
import { formatProblem, type PolicyProblem } from '../policy/problem.js';
import { type ConfigMapName, nameOf } from './config-map.js';
import { changeToKeep, type KeptPolicy, keptParts, readKeptPolicy } from './kept-policy.js';
import type { PolicyStore } from './policy-store.js';

/** What reading the ConfigMap came to; absent is an answer. */
export type ReadKept =
  | { readonly kind: 'found'; readonly object: unknown }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable'; readonly why: string };

/** Why the last good policy is not kept, or cannot be used. */
export interface KeeperTrouble {
  readonly kind: 'not kept' | 'not readable' | 'not usable';
  readonly detail: string;
}

/** A policy that was refused, for people who look at its ConfigMap. */
export interface RefusedPolicy {
  readonly problems: readonly PolicyProblem[];
  /** Hash of the policy that decides meanwhile; undefined when nothing is decided. */
  readonly inForce: string | undefined;
}

/** What the keeper needs from others. */
export interface KeeperPorts {
  /** Where the last good policy is kept. */
  readonly place: ConfigMapName;
  /** Whether this process may write at all. */
  readonly fence: Fence;
  readonly read: () => Promise<ReadKept>;
  /** One write of data (null removes a key), locked on what was read. */
  readonly write: (
    lock: Pick<KeptPolicy, 'uid' | 'resourceVersion'>,
    data: Readonly<Record<string, string | null>>,
  ) => Promise<WriteOutcome>;
  /** Told once of each refused policy; false when it has to be told again. */
  readonly announce: (refused: RefusedPolicy) => Promise<boolean>;
  /** Told of each policy that was written. */
  readonly kept: (hash: string) => void;
  /** Told once of each trouble, until it is another. */
  readonly warn: (trouble: KeeperTrouble) => void;
}

const done: ReconcileResult = { kind: 'done' };
const retry: ReconcileResult = { kind: 'retry' };

/** One look at the store, level-triggered and idempotent: for each offer, and when writing becomes allowed. */
export function createKeeper(store: PolicyStore, ports: KeeperPorts): Reconcile {
  /** What is known to be kept. */
  let kept: LoadedPolicy | undefined;
  let announced = '';
  let warned = '';

  return async () => {
    const isRestored = await restore();
    const isAnnounced = await announce();
    const isKept = await keep();
    return isRestored && isAnnounced && isKept ? done : retry;
  };

  /** Each of the three answers false when it has to be tried again. */
  async function restore(): Promise<boolean> {
    const before = store.state();
    if (before.kind !== 'none' || before.problems.length === 0) return true;
    const answer = await read();
    if (answer.kind !== 'found') return answer.kind === 'absent';
    const { data, resourceVersion } = readKeptPolicy(answer.object);
    const parts = keptParts(data, ports.place);
    if (parts === undefined) return true;
    const origin = { source: nameOf(ports.place), resourceVersion };
    const result = store.restore(parts, origin);
    if (!result.ok) warn('not usable', result.error.map(formatProblem).join('\n'));
    return true;
  }

  async function announce(): Promise<boolean> {
    const state = store.state();
    if (state.kind === 'current' || state.problems.length === 0) {
      announced = '';
      return true;
    }
    const { problems } = state;
    const inForce = state.kind === 'stale' ? state.loaded.hash : undefined;
    const refused = JSON.stringify([inForce, problems]);
    if (refused === announced) return true;
    if (!(await ports.announce({ problems, inForce }))) return false;
    announced = refused;
    return true;
  }

  async function keep(): Promise<boolean> {
    const state = store.state();
    if (state.kind !== 'current' || state.loaded === kept) return true;
    if (!ports.fence.isHeld()) return false;
    const answer = await read();
    if (answer.kind !== 'found') return answer.kind === 'absent';
    const { data, ...lock } = readKeptPolicy(answer.object);
    const { loaded } = state;
    if (!isSameText(keptParts(data, ports.place) ?? [], loaded.parts)) {
      const outcome = await ports.write(lock, changeToKeep(loaded.parts, data));
      if (outcome.kind !== 'written') return notWritten(outcome);
      ports.kept(loaded.hash);
    }
    kept = loaded;
    warned = '';
    return true;
  }

  function notWritten(outcome: Exclude<WriteOutcome, { readonly kind: 'written' }>): false {
    if (outcome.kind === 'forbidden') warn('not kept', outcome.message);
    if (outcome.kind === 'failed') warn('not kept', `${outcome.code}: ${outcome.message}`);
    return false;
  }

  async function read(): Promise<ReadKept> {
    const answer = await ports.read();
    if (answer.kind === 'unavailable') warn('not readable', answer.why);
    if (answer.kind === 'absent') warn('not kept', 'there is no such ConfigMap');
    return answer;
  }

  function warn(kind: KeeperTrouble['kind'], detail: string): void {
    if (`${kind} ${detail}` === warned) return;
    warned = `${kind} ${detail}`;
    ports.warn({ kind, detail });
  }
}
