// SPDX-License-Identifier: Apache-2.0
// Makes one document of several: rules and signers of all stand side by side, and nothing overrides anything.

import { locate } from './locate.js';
import { problemAt } from './place.js';
import type { Path, PolicyProblem } from './problem.js';
import type { ReadPart } from './read-part.js';
import type { YamlField, YamlNode } from './yaml-tree.js';

/** Documents as one. */
export interface MergedParts {
  readonly root: YamlNode;
  /** The document that holds what is at `path`, or would have to hold it. */
  readonly partOf: (path: Path) => ReadPart;
  /** What two documents say differently, at its place in the later one. */
  readonly clashes: readonly PolicyProblem[];
}

/** Maps from names to things that several documents may fill together. */
const SHARED_MAPS: readonly string[] = ['rules', 'signers'];

/** A list that is the union of those of all documents. */
const SHARED_LIST = 'apiServerNames';

/** Merges `parts` in their order; one alone stays as it is. What is written twice alike counts once. */
export function mergeParts(parts: readonly [ReadPart, ...ReadPart[]]): MergedParts {
  const [first, ...others] = parts;
  if (others.length === 0) return { root: first.root, partOf: () => first, clashes: [] };
  const merging = new Merging();
  const root = mapOf(parts.reduce<Fields>((into, part) => merging.document(into, part), new Map()));
  return {
    root,
    clashes: merging.clashes,
    partOf: (path) => {
      // From the inside out: what stands deeper belongs to whom the last known value above it belongs to.
      for (let length = path.length; length > 0; length -= 1) {
        const { node } = locate(root, path.slice(0, length));
        const owner = node && merging.owners.get(node);
        if (owner !== undefined) return owner;
      }
      return first;
    },
  };
}

type Fields = ReadonlyMap<string, YamlField>;

/** What is known while documents are merged. */
class Merging {
  readonly owners = new Map<YamlNode, ReadPart>();
  readonly clashes: PolicyProblem[] = [];

  document(into: Fields, part: ReadPart): Fields {
    // What is no map is a fault of its own.
    return part.root.kind === 'map' ? this.#fields(into, part.root.fields, part, []) : into;
  }

  #fields(into: Fields, fields: Fields, part: ReadPart, above: Path): Fields {
    const merged = new Map(into);
    for (const [name, field] of fields) {
      const path = [...above, name];
      const known = merged.get(name);
      merged.set(name, known === undefined ? field : this.#both(known, field, part, path));
      if (known === undefined) this.#own(field.node, part);
    }
    return merged;
  }

  /** Notes whose a value is, and the values in it that a later document may stand beside. */
  #own(node: YamlNode, part: ReadPart): void {
    this.owners.set(node, part);
    const inside =
      node.kind === 'map'
        ? Array.from(node.fields.values(), (field) => field.node)
        : node.kind === 'list'
          ? node.items
          : [];
    for (const each of inside) this.owners.set(each, part);
  }

  #both(known: YamlField, field: YamlField, part: ReadPart, path: Path): YamlField {
    const [one, other] = [known.node, field.node];
    const name = path.length === 1 ? String(path[0]) : '';
    // A value of another kind than the others is a fault of its own.
    if (SHARED_MAPS.includes(name)) {
      if (one.kind !== 'map' || other.kind !== 'map') return known;
      const fields = this.#fields(one.fields, other.fields, part, path);
      return this.#instead(known, mapOf(fields, one.at));
    }
    if (name === SHARED_LIST) {
      if (one.kind !== 'list' || other.kind !== 'list') return known;
      for (const item of other.items) this.owners.set(item, part);
      return this.#instead(known, listOf([...one.items, ...other.items], one.at));
    }
    if (!isSame(one, other)) this.#clash(known, part, path);
    return known;
  }

  #instead(known: YamlField, node: YamlNode): YamlField {
    const owner = this.owners.get(known.node);
    if (owner !== undefined) this.owners.set(node, owner);
    return { keyAt: known.keyAt, node };
  }

  #clash(known: YamlField, part: ReadPart, path: Path): void {
    const fault = { code: 'PolicyConflict', path, on: 'name', message: '' } as const;
    const before = problemAt(fault, this.owners.get(known.node) ?? part);
    const place = `${before.source}:${before.line}:${before.column}`;
    const message = `this is written differently at ${place}; keep one of the two`;
    this.clashes.push(problemAt({ ...fault, message }, part));
  }
}

/** Whether both say the same, whatever the order of their fields. */
function isSame(one: YamlNode, other: YamlNode): boolean {
  if (one.kind === 'scalar') return other.kind === 'scalar' && one.value === other.value;
  if (one.kind === 'list') {
    if (other.kind !== 'list' || one.items.length !== other.items.length) return false;
    return other.items.every((item, index) => isSame(item, one.items[index] ?? item));
  }
  if (other.kind !== 'map' || one.fields.size !== other.fields.size) return false;
  return Array.from(other.fields).every(([name, { node }]) => {
    const same = one.fields.get(name);
    return same !== undefined && isSame(same.node, node);
  });
}

const mapOf = (fields: Fields, at = 0): YamlNode => ({
  kind: 'map',
  at,
  fields,
  ...extentOf(Array.from(fields.values(), ({ node }) => node)),
});

const listOf = (items: readonly YamlNode[], at: number): YamlNode => ({
  kind: 'list',
  at,
  items,
  ...extentOf(items),
});

const extentOf = (parts: readonly YamlNode[]) => ({
  size: parts.reduce((sum, { size }) => sum + size, 1),
  height: parts.reduce((most, { height }) => Math.max(most, height), 0) + 1,
});
