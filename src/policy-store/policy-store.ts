// SPDX-License-Identifier: Apache-2.0
// The policy in force. A bad text never replaces a good policy; a good one is swapped in whole.

import { type LoadedPolicy, loadPolicy } from '../policy/load-policy.js';
import type { PolicyProblem } from '../policy/problem.js';
import type { PolicyOrigin } from './policy-source.js';

/**
 * Whether what is in force is what was last offered. `none`: there is no policy yet, so nothing is decided.
 * `stale`: an older policy is in force because of `problems`.
 */
export type PolicyState =
  | { readonly kind: 'none'; readonly problems: readonly PolicyProblem[] }
  | { readonly kind: 'current'; readonly loaded: LoadedPolicy; readonly origin: PolicyOrigin }
  | {
      readonly kind: 'stale';
      readonly loaded: LoadedPolicy;
      readonly origin: PolicyOrigin;
      readonly problems: readonly PolicyProblem[];
    };

/** What happened to an offered text; a text that was offered before is not told again. */
export type PolicyEvent =
  | { readonly kind: 'loaded'; readonly loaded: LoadedPolicy; readonly origin: PolicyOrigin }
  | {
      readonly kind: 'refused';
      readonly problems: readonly PolicyProblem[];
      readonly origin: PolicyOrigin;
      /** Hash of the policy that stays in force. */
      readonly inForce: string | undefined;
    };

/** Holds one policy. */
export interface PolicyStore {
  /** Loads `text` if it is good; undefined means that there is none where it should be. Never throws. */
  offer(text: string | undefined, origin: PolicyOrigin): void;
  current(): LoadedPolicy | undefined;
  state(): PolicyState;
  /** Calls `listener` after each change of the policy in force; the answer ends that. */
  onChange(listener: (loaded: LoadedPolicy) => void): () => void;
}

/** An empty store; `observe` is told of each policy loaded or refused, for log and metrics. */
export function createPolicyStore(options: {
  readonly observe: (event: PolicyEvent) => void;
}): PolicyStore {
  const listeners = new Set<(loaded: LoadedPolicy) => void>();
  let state: PolicyState = { kind: 'none', problems: [] };
  let lastOffer: { readonly text: string | undefined; readonly source: string } | undefined;

  const accept = (loaded: LoadedPolicy, origin: PolicyOrigin): void => {
    const isOther = state.kind === 'none' || state.loaded.text !== loaded.text;
    state = { kind: 'current', loaded, origin };
    options.observe({ kind: 'loaded', loaded, origin });
    if (isOther) for (const listener of listeners) listener(loaded);
  };

  const refuse = (problems: readonly PolicyProblem[], origin: PolicyOrigin): void => {
    if (state.kind === 'none') state = { kind: 'none', problems };
    else state = { ...state, kind: 'stale', problems };
    const inForce = state.kind === 'none' ? undefined : state.loaded.hash;
    options.observe({ kind: 'refused', problems, origin, inForce });
  };

  return {
    offer(text, origin) {
      if (lastOffer?.text === text && lastOffer?.source === origin.source) return;
      lastOffer = { text, source: origin.source };
      const result =
        text === undefined
          ? ({ ok: false, error: [notFound(origin)] } as const)
          : loadPolicy(text, origin.source);
      if (result.ok) accept(result.value, origin);
      else refuse(result.error, origin);
    },
    current: () => (state.kind === 'none' ? undefined : state.loaded),
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const notFound = ({ source }: PolicyOrigin): PolicyProblem => ({
  code: 'PolicyNotFound',
  source,
  line: 1,
  column: 1,
  path: '',
  message: 'there is no policy here',
});
