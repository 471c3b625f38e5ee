// SPDX-License-Identifier: Apache-2.0
// Finds where in a text a field stands, or would have to stand.

import type { Path } from './problem.js';
import type { YamlNode } from './yaml-tree.js';

/** Where a path leads. */
export interface Located {
  /** The value; undefined when the field is not there. */
  readonly node: YamlNode | undefined;
  /** Offset of the value; of the nearest field around it when it is not there. */
  readonly valueAt: number;
  /** Offset of the name of the field; equal to `valueAt` for values of lists. */
  readonly keyAt: number;
}

/** Follows `path` from `root`. */
export function locate(root: YamlNode, path: Path): Located {
  let here: Located = { node: root, valueAt: root.at, keyAt: root.at };
  for (const step of path) {
    const next = stepInto(here.node, step);
    if (next === undefined) return { node: undefined, valueAt: here.keyAt, keyAt: here.keyAt };
    here = next;
  }
  return here;
}

function stepInto(node: YamlNode | undefined, step: string | number): Located | undefined {
  if (node?.kind === 'list' && typeof step === 'number') {
    const item = node.items[step];
    return item && { node: item, valueAt: item.at, keyAt: item.at };
  }
  if (node?.kind !== 'map') return undefined;
  const field = node.fields.get(String(step));
  return field && { node: field.node, valueAt: field.node.at, keyAt: field.keyAt };
}
