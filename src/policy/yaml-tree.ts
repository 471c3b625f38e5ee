// SPDX-License-Identifier: Apache-2.0
// Values of a YAML text that still know where they stand; duplicate keys and alias bombs do not get this far.

import { type Document, isAlias, isMap, isScalar, isSeq } from 'yaml';

/** What a scalar of the YAML 1.2 core schema can be. */
export type ScalarValue = string | number | boolean | null;

/** A field of a map; `keyAt` is the offset of its name. */
export interface YamlField {
  readonly keyAt: number;
  readonly node: YamlNode;
}

/** A value; `at` is its offset in the text, `size` and `height` count aliases as what they stand for. */
export type YamlNode = { readonly at: number; readonly size: number; readonly height: number } & (
  | { readonly kind: 'scalar'; readonly value: ScalarValue }
  | { readonly kind: 'list'; readonly items: readonly YamlNode[] }
  | { readonly kind: 'map'; readonly fields: ReadonlyMap<string, YamlField> }
);

/** Something that YAML allows and we do not. */
export interface TreeFault {
  readonly at: number;
  readonly tooLarge: boolean;
  readonly message: string;
}

/** Bounds of one document. */
export interface TreeBounds {
  readonly maxDepth: number;
  readonly maxValues: number;
}

/** The tree of `document`; `faults` is empty if and only if the tree may be used. */
export function treeOf(
  document: Document.Parsed,
  bounds: TreeBounds,
): { readonly root: YamlNode; readonly faults: readonly TreeFault[] } {
  const builder = new TreeBuilder(bounds);
  const root = builder.build(document.contents, 0, 1);
  return { root, faults: builder.faults };
}

/** The value as plain data; a map becomes an object whose fields are all its own. */
export function plainOf(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainOf);
  return Object.fromEntries(
    Array.from(node.fields, ([name, field]) => [name, plainOf(field.node)] as const),
  );
}

/** Builds bottom-up; sizes are sums, so that a bomb is counted without being expanded. */
class TreeBuilder {
  readonly faults: TreeFault[] = [];
  readonly #bounds: TreeBounds;
  readonly #anchors = new Map<string, YamlNode>();

  constructor(bounds: TreeBounds) {
    this.#bounds = bounds;
  }

  /** `near` is the offset to name where the parser made a value out of nothing. */
  build(node: unknown, near: number, depth: number): YamlNode {
    const at = offsetOf(node) ?? near;
    if (depth > this.#bounds.maxDepth) return this.#tooLarge(at, 'values are nested too deeply');
    if (isAlias(node)) return this.#alias(node.source, at, depth);
    const built = this.#value(node, at, depth);
    if (built.size > this.#bounds.maxValues) return this.#tooLarge(at, 'there are too many values');
    const anchor = isScalar(node) || isSeq(node) || isMap(node) ? node.anchor : undefined;
    if (anchor !== undefined) this.#anchors.set(anchor, built);
    return built;
  }

  #value(node: unknown, at: number, depth: number): YamlNode {
    if (isMap(node)) return this.#map(node.items, at, depth);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.build(item, at, depth + 1));
      return { kind: 'list', at, items, ...extent(items) };
    }
    return scalar(isScalar(node) ? node.value : null, at);
  }

  #map(pairs: readonly { key: unknown; value: unknown }[], at: number, depth: number): YamlNode {
    const fields = new Map<string, YamlField>();
    for (const { key, value } of pairs) {
      const keyAt = offsetOf(key) ?? at;
      const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined;
      const node = this.build(value, keyAt, depth + 1);
      // Objects of JavaScript and the schema library treat this name as something else than a field.
      const isUsable = name !== undefined && name !== '__proto__';
      if (!isUsable) this.#fault(keyAt, 'this cannot be the name of a field');
      else if (fields.has(name)) this.#fault(keyAt, 'this field is there twice; keep one of them');
      else fields.set(name, { keyAt, node });
    }
    return { kind: 'map', at, fields, ...extent(Array.from(fields.values(), ({ node }) => node)) };
  }

  #alias(name: string, at: number, depth: number): YamlNode {
    const target = this.#anchors.get(name);
    if (target === undefined) {
      this.#fault(at, 'this alias has no anchor before it');
      return scalar(null, at);
    }
    if (depth + target.height - 1 > this.#bounds.maxDepth) {
      return this.#tooLarge(at, 'values are nested too deeply');
    }
    return target;
  }

  #fault(at: number, message: string): void {
    this.faults.push({ at, tooLarge: false, message });
  }

  /** Stands in for what is not kept, so that its size is not counted again further up. */
  #tooLarge(at: number, message: string): YamlNode {
    this.faults.push({ at, tooLarge: true, message });
    return scalar(null, at);
  }
}

const scalar = (value: unknown, at: number): YamlNode => ({
  kind: 'scalar',
  at,
  size: 1,
  height: 1,
  value: isScalarValue(value) ? value : null,
});

const isScalarValue = (value: unknown): value is ScalarValue =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

const extent = (
  parts: readonly YamlNode[],
): { readonly size: number; readonly height: number } => ({
  size: parts.reduce((sum, part) => sum + part.size, 1),
  height: parts.reduce((most, part) => Math.max(most, part.height), 0) + 1,
});

/** Where a node of the parser begins; undefined for values that are not in the text. */
function offsetOf(node: unknown): number | undefined {
  if (!isAlias(node) && !isScalar(node) && !isMap(node) && !isSeq(node)) return undefined;
  return node.range?.[0];
}
