// SPDX-License-Identifier: Apache-2.0
// Which Nodes list a name or an address, kept up to date one Node at a time.

import type { Claim, ClaimsNeed, NodeFacts } from '../decide/evidence.js';
import { claimedNames, sameFacts } from './nodes.js';

/** The name of the only Node that lists a value, as nearly always, or of all of them. */
type Listing = string | Set<string>;

/**
 * The facts of all Nodes by what they list. A question costs one look for each value that it asks for, and a change of a
 * Node what that Node lists; neither grows with the number of Nodes.
 */
export class NodeIndex {
  readonly #nodes = new Map<string, NodeFacts>();
  readonly #byName = new Map<string, Listing>();
  readonly #byAddress = new Map<string, Listing>();

  get size(): number {
    return this.#nodes.size;
  }

  /**
   * Takes what is known of a Node now; undefined when it is gone. Answers whether anything that counts has changed: most
   * updates of a Node are heartbeats.
   */
  set(name: string, facts: NodeFacts | undefined): boolean {
    const before = this.#nodes.get(name);
    if (before === undefined && facts === undefined) return false;
    if (before !== undefined && facts !== undefined && sameFacts(before, facts)) return false;
    for (const value of claimedNames(before)) remove(this.#byName, value, name);
    for (const value of before?.addresses ?? []) remove(this.#byAddress, value, name);
    for (const value of claimedNames(facts)) add(this.#byName, value, name);
    for (const value of facts?.addresses ?? []) add(this.#byAddress, value, name);
    if (facts === undefined) this.#nodes.delete(name);
    else this.#nodes.set(name, facts);
    return true;
  }

  /** Who lists the values of `need`; what nobody lists is left out. */
  claims({ names, addresses }: Pick<ClaimsNeed, 'names' | 'addresses'>): readonly Claim[] {
    return [
      ...names.flatMap((value) => this.#claim(value, this.#byName.get(value))),
      ...addresses.flatMap((value) => this.#claim(value, this.#byAddress.get(value))),
    ];
  }

  #claim(value: string, listing: Listing | undefined): readonly Claim[] {
    if (listing === undefined) return [];
    const names = typeof listing === 'string' ? [listing] : [...listing].sort();
    const nodes = names.map((name) => {
      const isControlPlane = this.#nodes.get(name)?.isControlPlane === true;
      return { name, isControlPlane };
    });
    return [{ value, nodes }];
  }
}

function add(index: Map<string, Listing>, value: string, node: string): void {
  const listing = index.get(value);
  if (listing === undefined) index.set(value, node);
  else if (typeof listing === 'string') index.set(value, new Set([listing, node]));
  else listing.add(node);
}

function remove(index: Map<string, Listing>, value: string, node: string): void {
  const listing = index.get(value);
  if (typeof listing !== 'object') {
    index.delete(value);
    return;
  }
  listing.delete(node);
  const [only, ...others] = listing;
  if (only !== undefined && others.length === 0) index.set(value, only);
}
