// SPDX-License-Identifier: Apache-2.0
// Which rules speak of a request: by signer name, requester and, for kubelet presets, node name; by nothing else.

import { type Bindings, matchesAny } from '../vocabulary/matchers.js';
import type { Case } from '../request/case.js';
import type { Requester } from '../request/csr-object.js';
import type { Rule } from './rule.js';

const NODE_PREFIX = 'system:node:';
const NODES = 'system:nodes';
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** The name of the node that a kubelet asks as: `system:node:<name>` in the group system:nodes; else undefined. */
export function nodeOf({ username, groups }: Requester): string | undefined {
  return groups.includes(NODES) ? afterPrefix(username) : undefined;
}

/** The values that templates of a rule may insert for this request; a node name only for presets that prove it. */
export function bindingsOf(rule: Rule, subject: Case): Bindings {
  const { csr } = subject;
  const node = nodeNameOf(rule, subject);
  const account = serviceAccountOf(csr.requester);
  return {
    'requester.username': [csr.requester.username],
    'requester.groups': csr.requester.groups,
    'requester.serviceAccount.namespace': account === undefined ? [] : [account.namespace],
    'requester.serviceAccount.name': account === undefined ? [] : [account.name],
    'node.name': node === undefined ? [] : [node],
  };
}

/** Whether `rule` is in force at `nowMs`. */
export const isInForce = ({ validUntilMs }: Rule, nowMs: number): boolean =>
  validUntilMs === undefined || nowMs < validUntilMs;

/** Whether `rule` speaks of this request. An unreadable request has no common name to match node names with. */
export function matches(rule: Rule, subject: Case): boolean {
  const { csr } = subject;
  if (rule.match.signerName !== csr.signerName) return false;
  if (rule.preset === 'kubelet-serving' && nodeOf(csr.requester) === undefined) return false;
  const bindings = bindingsOf(rule, subject);
  if (!matchesRequester(rule.match.requester, csr.requester, bindings)) return false;
  if (rule.match.nodes === undefined) return true;
  const [node] = bindings['node.name'] ?? [];
  return node !== undefined && matchesAny(rule.match.nodes, node, bindings);
}

/** The node's name from the username; for a bootstrap request, where the requester chooses it, from the common name. */
function nodeNameOf({ preset }: Rule, { csr, reading }: Case): string | undefined {
  const { username } = csr.requester;
  if (preset === undefined) return undefined;
  if (preset === 'kubelet-serving') return nodeOf(csr.requester);
  if (username.startsWith(NODE_PREFIX)) return afterPrefix(username);
  return afterPrefix((reading.ok ? reading.value.commonName : undefined) ?? '');
}

/** What follows `system:node:`; undefined for another name, and for one with nothing behind the prefix. */
function afterPrefix(name: string): string | undefined {
  const node = name.startsWith(NODE_PREFIX) ? name.slice(NODE_PREFIX.length) : '';
  return node === '' ? undefined : node;
}

function matchesRequester(
  wanted: Rule['match']['requester'],
  requester: Requester,
  bindings: Bindings,
): boolean {
  if (wanted === 'anyone') return true;
  const { username, groups, extra } = requester;
  const { usernames, serviceAccounts } = wanted;
  if (usernames !== undefined && !matchesAny(usernames, username, bindings)) return false;
  if (wanted.groups !== undefined) {
    const group = groups.some((each) => matchesAny(wanted.groups ?? [], each, bindings));
    if (!group) return false;
  }
  for (const [key, words] of Object.entries(wanted.extra ?? {})) {
    const values = Object.hasOwn(extra, key) ? (extra[key] ?? []) : [];
    if (!values.some((value) => matchesAny(words, value, bindings))) return false;
  }
  if (serviceAccounts === undefined) return true;
  const account = serviceAccountOf(requester);
  if (account === undefined) return false;
  return matchesAny(serviceAccounts, `${account.namespace}/${account.name}`, bindings);
}

/** The service account that asks; undefined for every other user. */
function serviceAccountOf({ username }: Requester) {
  const [, namespace, name] = SERVICE_ACCOUNT.exec(username) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}
