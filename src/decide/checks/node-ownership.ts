// SPDX-License-Identifier: Apache-2.0
// A node gets a certificate for its own names and addresses only; the sources of `sans.owner` prove which they are.

import { canonicalDnsName } from '../../vocabulary/dns-names.js';
import { quoted, quotedList } from '../../vocabulary/printable.js';
import type { RequestFacts } from '../../request/facts.js';
import {
  type Check,
  type CheckInput,
  type CheckResult,
  mayPass,
  open,
  passed,
  unavailable,
} from '../check.js';
import type { NodeFacts } from '../evidence.js';
import type { OwnerSource } from '../rule.js';
import { unshared, type Wanted } from './shared-values.js';

/** Names whose addresses are printed; a request may have a hundred. */
const MAX_SHOWN_SETS = 8;

/** The requester's Node, and what the request wants of it. */
interface Ownership {
  readonly input: CheckInput;
  readonly node: NodeFacts;
  readonly wanted: Wanted;
}

/**
 * Every DNS name and address is the requester's by all sources of the rule, and no other Node that may have it lists it.
 * A Node registers and changes, DNS follows, and another Node may lie: nothing of this is a fact of the request.
 */
export const nodeOwnership: Check = {
  codes: ['NodeNotFound', 'NameNotOwned', 'AddressShared', 'EvidenceUnavailable'],
  source: 'node',
  run: (input) => {
    const [name = ''] = input.bindings['node.name'] ?? [];
    const looked = { want: `names and addresses of node ${quoted(name)}`, source: 'node' } as const;
    if (input.rule.owner.length === 0) {
      return [passed('NameNotOwned', { ...looked, saw: 'not asked by the rule' })];
    }
    const answer = input.ask.node(name);
    if (answer === undefined) return [open('NodeNotFound', looked)];
    if (answer.state === 'unavailable') return [unavailable(looked, answer.why)];
    if (answer.value === undefined) {
      const text = `there is no Node ${quoted(name)} yet`;
      return [mayPass('NodeNotFound', { ...looked, saw: 'no such Node' }, text, [name])];
    }
    return owned({ input, node: answer.value, wanted: wantedBy(input.facts) });
  },
};

function wantedBy({ sans }: RequestFacts): Wanted {
  return {
    names: sans
      .filter(({ kind }) => kind !== 'ip')
      .map(({ value }) => canonicalDnsName(value) ?? value),
    addresses: sans.filter(({ kind }) => kind === 'ip').map(({ value }) => value),
  };
}

type Proof = (ownership: Ownership) => CheckResult;

const proofs: Readonly<Record<OwnerSource, Proof>> = { node: provenByNode, dns: provenByDns };

function owned(ownership: Ownership): readonly CheckResult[] {
  const { input, node, wanted } = ownership;
  const results = input.rule.owner.map((source) => proofs[source](ownership));
  if (results.some(({ state }) => state !== 'passed')) return results;
  const addresses = [...new Set([...wanted.addresses, ...reliedOn(ownership)])].sort();
  return [...results, unshared(input, node, { ...wanted, addresses })];
}

/** What the names resolve to counts as much as what is asked for: it is by these addresses that they are the node's. */
function reliedOn({ input: { rule, ask }, node, wanted }: Ownership): readonly string[] {
  if (!rule.owner.includes('dns')) return [];
  const sets = wanted.names.map((name) => ask.dns(name));
  const resolved = sets.flatMap((answer) => (answer?.state === 'known' ? answer.value : []));
  // The node's own single-label name is its own whatever DNS has under it.
  return resolved.filter((address) => node.addresses.includes(address));
}

/** Source `node`: the Node's own status lists everything. The kubelet writes it, so bounds and `unshared` go with it. */
function provenByNode({ node, wanted }: Ownership): CheckResult {
  const listed = [...node.dnsNames, ...node.addresses];
  const looked = {
    want: `what the status of node ${quoted(node.name)} lists`,
    saw: quotedList(listed),
    source: 'node',
  } as const;
  const foreign = [
    ...wanted.names.filter((each) => !node.dnsNames.includes(each)),
    ...wanted.addresses.filter((each) => !node.addresses.includes(each)),
  ];
  if (foreign.length === 0) return passed('NameNotOwned', looked);
  const text =
    listed.length === 0
      ? `node ${quoted(node.name)} has no addresses yet`
      : `${quotedList(foreign)} is not among the addresses of node ${quoted(node.name)}`;
  return mayPass('NameNotOwned', looked, text, [node.name]);
}

/**
 * Source `dns`: a name's forward set is complete, not empty, and all of it the Node's; an address is one that an owned
 * name of this request resolves to. The node's own single-label name is nobody else's in DNS and needs no set.
 */
function provenByDns({ input: { ask }, node, wanted }: Ownership): CheckResult {
  const looked = {
    want: `names that resolve to node ${quoted(node.name)}`,
    source: 'dns',
  } as const;
  const sets = new Map<string, readonly string[]>();
  const unknown: { readonly name: string; readonly why: string }[] = [];
  let isOpen = false;
  for (const name of wanted.names) {
    const answer = ask.dns(name);
    if (answer === undefined) isOpen = true;
    else if (answer.state === 'known') sets.set(name, answer.value);
    else unknown.push({ name, why: answer.why });
  }
  if (isOpen) return open('NameNotOwned', looked);
  const ownedNames = wanted.names.filter((name) => isOwnedSet(sets.get(name) ?? [], node));
  const reached = new Set(ownedNames.flatMap((name) => sets.get(name) ?? []));
  const foreign = [
    ...wanted.names.filter((name) => !ownedNames.includes(name) && !isOwnLabel(name, node)),
    ...wanted.addresses.filter((address) => !reached.has(address)),
  ];
  const saw = [...sets].slice(0, MAX_SHOWN_SETS).map(shownSet).join('; ') || 'no name';
  if (foreign.length === 0) return passed('NameNotOwned', { ...looked, saw });
  const [first] = unknown;
  if (first !== undefined) return unavailable(looked, `${quoted(first.name)}: ${first.why}`);
  const text = `${quotedList(foreign)} is not proven by DNS to be node ${quoted(node.name)}`;
  return {
    ...mayPass('NameNotOwned', { ...looked, saw }, text, [node.name]),
    wakeOn: [{ kind: 'time' }, { kind: 'node', name: node.name }],
  };
}

const shownSet = ([name, set]: readonly [string, readonly string[]]): string =>
  `${quoted(name)}: ${quotedList(set)}`;

const isOwnedSet = (set: readonly string[], node: NodeFacts): boolean =>
  set.length > 0 && set.every((address) => node.addresses.includes(address));

const isOwnLabel = (name: string, node: NodeFacts): boolean =>
  name === node.name && !name.includes('.') && node.dnsNames.includes(name);
