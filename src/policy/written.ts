// SPDX-License-Identifier: Apache-2.0
// Looks into a policy as it was written, whether or not its values are good, so that all faults are told at once.

import { plainOf, type YamlNode } from './yaml-tree.js';
import type { Path } from './problem.js';
import { locate } from './locate.js';

/** The value at `path`, as plain data; undefined when it is not there. */
export function writtenAt(root: YamlNode, path: Path): unknown {
  const { node } = locate(root, path);
  return node === undefined ? undefined : plainOf(node);
}

/** Whether there is a value at `path`. */
export const isWritten = (root: YamlNode, path: Path): boolean =>
  locate(root, path).node !== undefined;

/** The names of the fields at `path`; none where there is no map. */
export function fieldNames(root: YamlNode, path: Path): readonly string[] {
  const { node } = locate(root, path);
  return node?.kind === 'map' ? [...node.fields.keys()] : [];
}

/** The text at `path`; undefined for everything that is not text. */
export function textAt(root: YamlNode, path: Path): string | undefined {
  const { node } = locate(root, path);
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** The texts at `path`, of a list or one alone, with the path of each. */
export function textsAt(
  root: YamlNode,
  path: Path,
): readonly { readonly text: string; readonly path: Path }[] {
  const { node } = locate(root, path);
  const paths = node?.kind === 'list' ? node.items.map((_, index) => [...path, index]) : [path];
  return paths.flatMap((each) => {
    const text = textAt(root, each);
    return text === undefined ? [] : [{ text, path: each }];
  });
}
