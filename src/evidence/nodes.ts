// SPDX-License-Identifier: Apache-2.0
// What of a Node object counts as evidence; annotations, other labels and providerID are the kubelet's own words.

import { canonicalAddress } from '../vocabulary/addresses.js';
import { canonicalDnsName } from '../vocabulary/dns-names.js';
import { field, isRecord, listAt, stringAt } from '../vocabulary/json.js';
import type { Claim, ClaimsNeed, NodeFacts } from '../decide/evidence.js';

/** Set by administrators and kubeadm; NodeRestriction keeps kubelets from setting it on themselves. */
const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane';

/** The types of status.addresses that may hold names; kubelets put addresses into some of them, too. */
const NAME_TYPES: readonly string[] = ['Hostname', 'InternalDNS', 'ExternalDNS'];
const ADDRESS_TYPES: readonly string[] = ['Hostname', 'InternalIP', 'ExternalIP'];

/** The facts of a Node in the API's JSON; undefined for what has no name. */
export function nodeFacts(json: unknown): NodeFacts | undefined {
  const metadata = field(json, 'metadata');
  const name = stringAt(metadata, 'name');
  if (name === undefined) return undefined;
  const listed = listAt(field(json, 'status'), 'addresses').map((each) => ({
    type: stringAt(each, 'type') ?? '',
    text: stringAt(each, 'address') ?? '',
  }));
  const canonical = (types: readonly string[], parse: (text: string) => string | undefined) => [
    ...new Set(
      listed
        .filter(({ type }) => types.includes(type))
        .map(({ text }) => parse(text))
        .filter((value) => value !== undefined),
    ),
  ];
  const labels = field(metadata, 'labels');
  return {
    name,
    dnsNames: canonical(NAME_TYPES, canonicalDnsName),
    addresses: canonical(ADDRESS_TYPES, canonicalAddress),
    isReady: isReady(json),
    isControlPlane: isRecord(labels) && Object.hasOwn(labels, CONTROL_PLANE_LABEL),
  };
}

/** Whether the node lifecycle still hears of the kubelet (condition Ready). */
const isReady = (json: unknown): boolean =>
  listAt(field(json, 'status'), 'conditions').some(
    (each) => stringAt(each, 'type') === 'Ready' && stringAt(each, 'status') === 'True',
  );

/** Whether two looks at a Node say the same; lists are compared in the order in which the Node has them. */
export const sameFacts = (one: NodeFacts, other: NodeFacts): boolean =>
  one.isControlPlane === other.isControlPlane &&
  one.isReady === other.isReady &&
  sameList(one.dnsNames, other.dnsNames) &&
  sameList(one.addresses, other.addresses);

const sameList = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((value, index) => value === other[index]);

/**
 * The names that nobody else is to get unseen: what the status lists, and the Node's own name, which its status may not list
 * yet. To the Node itself its name proves nothing.
 */
export const claimedNames = (node: NodeFacts | undefined): readonly string[] =>
  node === undefined ? [] : [...new Set([node.name, ...node.dnsNames])];

/** Which of `nodes` list what `need` asks for; one look at every Node, for the few that a file holds. */
export const claimsAmong = (
  nodes: readonly NodeFacts[],
  { names, addresses }: ClaimsNeed,
): readonly Claim[] => [
  ...names.map((value) =>
    claim(
      value,
      nodes.filter((node) => claimedNames(node).includes(value)),
    ),
  ),
  ...addresses.map((value) =>
    claim(
      value,
      nodes.filter((node) => node.addresses.includes(value)),
    ),
  ),
];

const claim = (value: string, nodes: readonly NodeFacts[]): Claim => ({
  value,
  nodes: nodes
    .map(({ name, isControlPlane }) => ({ name, isControlPlane }))
    .sort((a, b) => (a.name < b.name ? -1 : 1)),
});
