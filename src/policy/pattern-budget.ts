// SPDX-License-Identifier: Apache-2.0
// Refuses policies whose patterns are too large together, before all of them are compiled: each by itself is bounded, and
// thousands of them would need more memory than a controller has.

import { MAX_POLICY_INSTRUCTIONS } from '../vocabulary/limits.js';
import { isPattern, patternSize } from './patterns.js';
import type { Path } from './problem.js';
import type { FieldFault } from './schema-faults.js';
import type { YamlNode } from './yaml-tree.js';

/** What every pattern takes beside its instructions. */
const INSTRUCTIONS_BESIDE = 50;

/** The first pattern that is one too many, aliases counted as often as they stand there; undefined when there is none. */
export function patternBudgetFault(root: YamlNode): FieldFault | undefined {
  const sizes = new Map<string, number>();
  let sum = 0;
  for (const { text, path } of textsIn(root, [])) {
    if (!isPattern(text)) continue;
    const size = sizes.get(text) ?? patternSize(text);
    sizes.set(text, size);
    sum += INSTRUCTIONS_BESIDE + size;
    if (sum > MAX_POLICY_INSTRUCTIONS) {
      const message =
        'the patterns of the policy are too many or too complex, together with this one; use plain words, or fewer and smaller repetitions';
      return { code: 'PolicyTooLarge', path, on: 'value', message };
    }
  }
  return undefined;
}

/** Every text below `node`, in the order of the document. The depth of a document is bounded. */
function* textsIn(
  node: YamlNode,
  path: Path,
): Generator<{ readonly text: string; readonly path: Path }> {
  if (node.kind === 'scalar') {
    if (typeof node.value === 'string') yield { text: node.value, path };
  } else if (node.kind === 'list') {
    for (const [index, item] of node.items.entries()) yield* textsIn(item, [...path, index]);
  } else {
    for (const [name, field] of node.fields) yield* textsIn(field.node, [...path, name]);
  }
}
