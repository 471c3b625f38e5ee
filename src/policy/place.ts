// SPDX-License-Identifier: Apache-2.0
// Says where in a text a fault was found.

import { locate } from './locate.js';
import { formatPath, inOrder, type PolicyProblem } from './problem.js';
import type { YamlText } from './read-yaml.js';
import type { FieldFault } from './schema-faults.js';
import type { YamlNode } from './yaml-tree.js';

/** A document, and the text that it stands in. */
export interface Place {
  /** Names the text in problems. */
  readonly source: string;
  readonly text: Pick<YamlText, 'positionOf'>;
  /** Undefined for a text without a document: everything is found at its beginning. */
  readonly root: YamlNode | undefined;
}

/** `fault` with its line and column in `place`. */
export function problemAt({ code, path, on, message }: FieldFault, place: Place): PolicyProblem {
  const { root, source, text } = place;
  const found = root === undefined ? undefined : locate(root, path);
  const offset = (on === 'name' ? found?.keyAt : found?.valueAt) ?? 0;
  return { code, source, ...text.positionOf(offset), path: formatPath(path), message };
}

/** All faults of one text, in its order. */
export const located = (faults: readonly FieldFault[], place: Place): readonly PolicyProblem[] =>
  inOrder(faults.map((fault) => problemAt(fault, place)));
