// SPDX-License-Identifier: Apache-2.0
// A node gets a certificate for its own names and addresses only; its status in the API says which they are.

import { canonicalDnsName } from '../../vocabulary/dns-names.js';
import { quoted, quotedList } from '../../vocabulary/printable.js';
import type { RequestFacts } from '../../request/facts.js';
import { type Check, type CheckResult, open, passed, unavailable } from '../check.js';
import type { NodeFacts } from '../evidence.js';

/**
 * Every DNS name and address stands in the status of the requester's Node. A Node may register or change a moment
 * later, so that what it does not list may pass.
 */
export const nodeOwnership: Check = {
  codes: ['NodeNotFound', 'NameNotOwned', 'EvidenceUnavailable'],
  source: 'node',
  run: ({ facts, rule, bindings, ask }) => {
    const [name = ''] = bindings['node.name'] ?? [];
    const looked = { want: `names and addresses of node ${quoted(name)}`, source: 'node' } as const;
    if (rule.owner.length === 0) {
      return [passed('NameNotOwned', { ...looked, saw: 'not asked by the rule' })];
    }
    const answer = ask.node(name);
    if (answer === undefined) return [open('NodeNotFound', looked)];
    if (answer.state === 'unavailable') return [unavailable(looked, answer.why)];
    const node = answer.value;
    if (node === undefined) {
      return [
        mayPass(
          'NodeNotFound',
          { ...looked, saw: 'no such Node' },
          `there is no Node ${quoted(name)} yet`,
        ),
      ];
    }
    const saw = quotedList([...node.dnsNames, ...node.addresses]);
    const foreign = notOwned(facts, node);
    if (foreign.length === 0) return [passed('NameNotOwned', { ...looked, saw })];
    const text = `${quotedList(foreign)} is not among the addresses of node ${quoted(name)}`;
    return [mayPass('NameNotOwned', { ...looked, saw }, text)];
  },
};

const mayPass = (
  code: 'NodeNotFound' | 'NameNotOwned',
  looked: Pick<CheckResult, 'want' | 'saw' | 'source'>,
  message: string,
): CheckResult => ({ code, state: 'violated', transient: 'may pass', ...looked, message });

/** The names and addresses of the request that `node` does not list. */
const notOwned = (facts: RequestFacts, node: NodeFacts): readonly string[] =>
  facts.sans
    .filter(({ kind, value }) =>
      kind === 'ip'
        ? !node.addresses.includes(value)
        : kind !== 'dns' || !node.dnsNames.includes(canonicalDnsName(value) ?? value),
    )
    .map(({ value }) => value);
