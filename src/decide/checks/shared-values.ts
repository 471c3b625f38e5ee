// SPDX-License-Identifier: Apache-2.0
// What two Nodes list: one of them may lie, and whoever does must neither get the other's addresses nor lock it out.

import { quoted, quotedList } from '../../vocabulary/printable.js';
import {
  type CheckInput,
  type CheckResult,
  type ClaimedValue,
  mayPass,
  open,
  passed,
  unavailable,
} from '../check.js';
import type { ClaimingNode, NodeFacts } from '../evidence.js';
import { apiServerValues } from '../guards/api-server-names.js';

/** The names and addresses that a node wants, canonical. */
export interface Wanted {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

/**
 * No other Node lists any of it, unless that Node may not have it: by the bounds that the policy sets for it, by
 * `sans.shared`, or because it is the API server's, which control-plane nodes alone may have.
 */
export function unshared(input: CheckInput, node: NodeFacts, wanted: Wanted): CheckResult {
  const looked = { want: 'nothing that another Node lists', source: 'node' } as const;
  const isApiServers = apiServersOwn(input);
  const counts = (claimed: ClaimedValue, by: ClaimingNode): boolean =>
    by.isControlPlane || !isApiServers(claimed);
  const asked = valuesOf(wanted).filter((each) => counts(each, node) && !isExempt(input, each));
  const answer = input.ask.claims({
    names: asked.filter(({ kind }) => kind === 'dns').map(({ value }) => value),
    addresses: asked.filter(({ kind }) => kind === 'ip').map(({ value }) => value),
  });
  if (answer === undefined) return open('AddressShared', looked);
  if (answer.state === 'unavailable') return unavailable(looked, answer.why);
  const shared = asked.flatMap((each) => {
    const claiming = answer.value.find(({ value }) => value === each.value)?.nodes ?? [];
    const others = claiming.filter(
      (by) => by.name !== node.name && counts(each, by) && input.mayClaim(by.name, each),
    );
    return others.map(({ name }) => ({ value: each.value, name }));
  });
  if (shared.length === 0) return passed('AddressShared', { ...looked, saw: 'nothing' });
  const others = [...new Set(shared.map(({ name }) => name))].sort();
  const values = quotedList([...new Set(shared.map(({ value }) => value))]);
  const saw = `${values} of ${quotedList(others)}`;
  const text = `${values} is listed by node ${quoted(node.name)} and by ${quotedList(others)}`;
  return {
    ...mayPass('AddressShared', { ...looked, saw }, text, [node.name, ...others]),
    transient: 'contested',
  };
}

const valuesOf = ({ names, addresses }: Wanted): readonly ClaimedValue[] => [
  ...names.map((value) => ({ kind: 'dns', value }) as const),
  ...addresses.map((value) => ({ kind: 'ip', value }) as const),
];

/** A range holds no name. */
const isExempt = ({ rule }: CheckInput, { value }: ClaimedValue): boolean =>
  rule.shared.some((range) => range.contains(value));

/** While it is not known what is the API server's, its guard makes the request wait. */
function apiServersOwn({ apiServer, ask }: CheckInput): (claimed: ClaimedValue) => boolean {
  const answer = ask.apiServer();
  return answer?.state === 'known' ? apiServerValues(apiServer, answer.value) : () => false;
}
