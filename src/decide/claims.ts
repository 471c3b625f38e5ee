// SPDX-License-Identifier: Apache-2.0
// Whose claim to a name or address counts: a Node lists what it likes, and the policy's bounds say what it may have.

import { matchesAny } from '../vocabulary/matchers.js';
import { KUBELET_SERVING_SIGNER } from '../request/well-known-signers.js';
import type { CheckInput, ClaimedValue } from './check.js';
import { isInForce } from './match.js';
import type { CompiledPolicy, Rule } from './rule.js';

/**
 * Says whether a Node may have what it lists: some rule in force that speaks of it has bounds that hold the value. A
 * Node that no rule speaks of has no bounds, so whatever it lists counts: nobody is to get its addresses unseen.
 */
export function claimsOf(policy: CompiledPolicy, nowMs: number): CheckInput['mayClaim'] {
  return (node, claimed) => {
    const rules = policy
      .rulesFor(KUBELET_SERVING_SIGNER)
      .filter((rule) => rule.mode !== 'shadow' && isInForce(rule, nowMs) && speaksOf(rule, node));
    return rules.length === 0 || rules.some((rule) => isWithinBounds(rule, node, claimed));
  };
}

/** Of another Node only the name is known here, so what a rule says of the requester's groups does not count. */
const speaksOf = ({ match }: Rule, node: string): boolean =>
  match.nodes === undefined || matchesAny(match.nodes, node, { 'node.name': [node] });

const isWithinBounds = ({ sans }: Rule, node: string, { kind, value }: ClaimedValue): boolean =>
  kind === 'ip'
    ? (sans.ip ?? []).some((range) => range.contains(value))
    : matchesAny(sans.dns ?? [], value, { 'node.name': [node] });
