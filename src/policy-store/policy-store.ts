// SPDX-License-Identifier: Apache-2.0
// The policy in force. A bad text never replaces a good policy; a good one is swapped in whole.

import { type LoadedPolicy, loadPolicyParts } from '../policy/load-policy.js';
import { isSameText, type PolicyParts } from '../policy/policy-part.js';
import type { PolicyProblem } from '../policy/problem.js';
import { fail, type Result } from '../vocabulary/result.js';
import type { OfferedPolicy, PolicyOrigin } from './policy-source.js';

/** A policy in force. */
export interface InForce {
  /** The same object for as long as the policy is in force without a break. */
  readonly loaded: LoadedPolicy;
  readonly origin: PolicyOrigin;
  /** Since when it is in force in this process. */
  readonly loadedAtMs: number;
}

/**
 * Whether what is in force is what was last offered. `none`: there is no policy yet, so nothing is decided; without
 * problems nothing was offered so far. `stale`: an older policy is in force because of `problems`.
 */
export type PolicyState =
  | { readonly kind: 'none'; readonly problems: readonly PolicyProblem[] }
  | ({ readonly kind: 'current' } & InForce)
  | ({
      readonly kind: 'stale';
      readonly problems: readonly PolicyProblem[];
      /** Since when what is offered is not what is in force. */
      readonly staleSinceMs: number;
    } & InForce);

/** What happened to an offer; what was offered before is not told again. */
export type PolicyEvent =
  | { readonly kind: 'loaded'; readonly loaded: LoadedPolicy; readonly origin: PolicyOrigin }
  /** The last good policy of an earlier process is in force, because what is offered is refused. */
  | { readonly kind: 'restored'; readonly loaded: LoadedPolicy; readonly origin: PolicyOrigin }
  | {
      readonly kind: 'refused';
      readonly problems: readonly PolicyProblem[];
      readonly origin: PolicyOrigin;
      /** Hash of the policy that stays in force. */
      readonly inForce: string | undefined;
    };

/** Holds one policy. */
export interface PolicyStore {
  /** Puts what is offered in force if it is good. Never throws. */
  offer(offered: OfferedPolicy): void;
  /** Puts a policy that was good before in force, if there is none and what was offered is refused; else does nothing. */
  restore(
    parts: PolicyParts,
    origin: PolicyOrigin,
  ): Result<'restored' | 'not needed', readonly PolicyProblem[]>;
  current(): LoadedPolicy | undefined;
  state(): PolicyState;
  /** Calls `listener` after each change of the policy in force; the answer ends that. */
  onChange(listener: (loaded: LoadedPolicy) => void): () => void;
}

/** An empty store; `observe` is told of each policy loaded or refused, for log and metrics. */
export function createPolicyStore(options: {
  readonly nowMs: () => number;
  readonly observe: (event: PolicyEvent) => void;
}): PolicyStore {
  const { nowMs, observe } = options;
  const listeners = new Set<(loaded: LoadedPolicy) => void>();
  let state: PolicyState = { kind: 'none', problems: [] };
  let lastOffer: OfferedPolicy | undefined;

  const accept = (found: LoadedPolicy, origin: PolicyOrigin): void => {
    const isOther = state.kind === 'none' || !isSameText(state.loaded.parts, found.parts);
    const loaded = state.kind === 'none' || isOther ? found : state.loaded;
    const loadedAtMs = state.kind === 'none' || isOther ? nowMs() : state.loadedAtMs;
    state = { kind: 'current', loaded, origin, loadedAtMs };
    observe({ kind: 'loaded', loaded, origin });
    if (isOther) for (const listener of listeners) listener(loaded);
  };

  const refuse = (problems: readonly PolicyProblem[], origin: PolicyOrigin): void => {
    if (state.kind === 'none') state = { kind: 'none', problems };
    else {
      const staleSinceMs = state.kind === 'stale' ? state.staleSinceMs : nowMs();
      state = { ...state, kind: 'stale', problems, staleSinceMs };
    }
    const inForce = state.kind === 'none' ? undefined : state.loaded.hash;
    observe({ kind: 'refused', problems, origin, inForce });
  };

  return {
    offer(offered) {
      if (lastOffer !== undefined && isSameOffer(lastOffer, offered)) return;
      lastOffer = offered;
      const result =
        offered.kind === 'nothing' ? fail([notFound(offered)]) : loadPolicyParts(offered.parts);
      if (result.ok) accept(result.value, offered.origin);
      else refuse(result.error, offered.origin);
    },
    restore(parts, origin) {
      const notNeeded = { ok: true, value: 'not needed' } as const;
      if (state.kind !== 'none' || state.problems.length === 0) return notNeeded;
      const { problems } = state;
      const result = loadPolicyParts(parts);
      if (!result.ok) return result;
      const loaded = result.value;
      const atMs = nowMs();
      state = { kind: 'stale', loaded, origin, loadedAtMs: atMs, staleSinceMs: atMs, problems };
      observe({ kind: 'restored', loaded, origin });
      for (const listener of listeners) listener(loaded);
      return { ok: true, value: 'restored' };
    },
    current: () => (state.kind === 'none' ? undefined : state.loaded),
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Whether nothing that counts is different; a ConfigMap also changes in what is no policy. */
function isSameOffer(one: OfferedPolicy, other: OfferedPolicy): boolean {
  if (one.origin.source !== other.origin.source) return false;
  if (one.kind === 'texts') {
    return other.kind === 'texts' && isSameText(one.parts, other.parts);
  }
  return other.kind === 'nothing' && one.why === other.why;
}

const notFound = (offered: {
  readonly why: string;
  readonly origin: PolicyOrigin;
}): PolicyProblem => ({
  code: 'PolicyNotFound',
  source: offered.origin.source,
  line: 1,
  column: 1,
  path: '',
  message: offered.why,
});
