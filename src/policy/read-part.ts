// SPDX-License-Identifier: Apache-2.0
// Reads one text of a policy: one YAML document, whose places are known.

import { MAX_POLICY_BYTES, MAX_POLICY_DEPTH, MAX_POLICY_VALUES } from '../vocabulary/limits.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { located, type Place } from './place.js';
import type { PolicyPart } from './policy-part.js';
import type { PolicyProblem } from './problem.js';
import { readYaml } from './read-yaml.js';
import { utf8Message } from './utf8.js';
import type { YamlNode } from './yaml-tree.js';

/** The document of one text. */
export type ReadPart = Place & { readonly root: YamlNode };

/** Reads the document of a part. Never throws; bounded by `MAX_POLICY_BYTES`. */
export function readPart(part: PolicyPart): Result<ReadPart, readonly PolicyProblem[]> {
  const { text, source } = part;
  const encoding = encodingProblem(part);
  if (encoding !== undefined) return fail([encoding]);
  const read = readYaml(text, {
    source,
    maxBytes: MAX_POLICY_BYTES,
    bounds: { maxDepth: MAX_POLICY_DEPTH, maxValues: MAX_POLICY_VALUES },
    codes: { syntax: 'PolicySyntax', tooLarge: 'PolicyTooLarge' },
  });
  if (!read.ok) return read;
  const [root, second] = read.value.documents;
  const place = { source, text: read.value };
  const refused = (at: YamlNode | undefined, message: string) =>
    fail(
      located([{ code: 'PolicySyntax', path: [], on: 'value', message }], { ...place, root: at }),
    );
  if (root === undefined || (root.kind === 'scalar' && root.value === null)) {
    return refused(root, 'the text is empty');
  }
  if (second !== undefined) {
    return refused(second, 'a second document begins here; a policy is one document');
  }
  return ok({ ...place, root });
}

/** Of a text that is too long nobody reads the end, where a character may be cut. */
function encodingProblem({ text, source, notUtf8 }: PolicyPart): PolicyProblem | undefined {
  if (notUtf8 === undefined || Buffer.byteLength(text) > MAX_POLICY_BYTES) return undefined;
  const { line, column } = notUtf8;
  return { code: 'PolicySyntax', source, line, column, path: '', message: utf8Message(notUtf8) };
}
