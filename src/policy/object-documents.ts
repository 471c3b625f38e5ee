// SPDX-License-Identifier: Apache-2.0
// Reads files of Kubernetes objects, as kubectl writes and takes them, into plain data for other parsers.

import {
  MAX_OBJECT_DEPTH,
  MAX_OBJECT_FILE_BYTES,
  MAX_OBJECT_FILE_VALUES,
} from '../vocabulary/limits.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { field, isRecord, stringAt } from '../vocabulary/json.js';
import type { PolicyProblem } from './problem.js';
import { readYaml } from './read-yaml.js';
import { plainOf, type YamlNode } from './yaml-tree.js';

/**
 * The objects of `text`: YAML or JSON, several documents, empty ones skipped, a `kind: List` (or
 * `…List`) replaced by its items. Problems carry `ObjectFileInvalid`.
 */
export function parseYamlDocuments(
  text: string,
  source: string,
): Result<readonly unknown[], readonly PolicyProblem[]> {
  const read = readYaml(text, {
    source,
    maxBytes: MAX_OBJECT_FILE_BYTES,
    bounds: { maxDepth: MAX_OBJECT_DEPTH, maxValues: MAX_OBJECT_FILE_VALUES },
    codes: { syntax: 'ObjectFileInvalid', tooLarge: 'ObjectFileInvalid' },
  });
  if (!read.ok) return fail(read.error);
  return ok(read.value.documents.filter((node) => !isNull(node)).flatMap(objectsOf));
}

/** Whether `value` has what every object of the API has; a policy has not. */
export const isKubernetesObject = (value: unknown): boolean =>
  stringAt(value, 'kind') !== undefined && isRecord(field(value, 'metadata'));

const isNull = (node: YamlNode): boolean => node.kind === 'scalar' && node.value === null;

function objectsOf(node: YamlNode): readonly unknown[] {
  if (node.kind !== 'map') return [plainOf(node)];
  const kind = node.fields.get('kind')?.node;
  const items = node.fields.get('items')?.node;
  const isList = kind?.kind === 'scalar' && String(kind.value).endsWith('List');
  return isList && items?.kind === 'list' ? items.items.map(plainOf) : [plainOf(node)];
}
