// SPDX-License-Identifier: Apache-2.0
// From the text of a policy to what is in force by it, or to everything that is wrong with it.

import { createHash } from 'node:crypto';
import type { SignerEntry } from '../authority/signer-entry.js';
import type { CompiledPolicy } from '../decide/rule.js';
import type { SignerName } from '../vocabulary/brands.js';
import {
  MAX_POLICY_BYTES,
  MAX_POLICY_DEPTH,
  MAX_POLICY_VALUES,
  MAX_RULES,
} from '../vocabulary/limits.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { compilePolicy } from './compile-policy.js';
import { locate } from './locate.js';
import { policySchema } from './policy-schema.js';
import { formatPath, inOrder, type PolicyProblem } from './problem.js';
import { readYaml, type YamlText } from './read-yaml.js';
import { ruleFaults } from './rule-demands.js';
import { faultsOfIssue, type FieldFault } from './schema-faults.js';
import { signerFaults } from './signer-demands.js';
import { fieldNames, isWritten } from './written.js';
import { plainOf, type YamlNode } from './yaml-tree.js';

/** A policy that may be put in force. */
export interface LoadedPolicy {
  readonly policy: CompiledPolicy;
  readonly signers: ReadonlyMap<SignerName, SignerEntry>;
  /** First 8 hex digits of the SHA-256 of `text` (UTF-8). */
  readonly hash: string;
  readonly text: string;
}

/**
 * Loads the policy document `text`; `source` names it in problems. Whether a policy is good depends on its
 * text alone. All problems are told, in the order of the text. Never throws; bounded by `MAX_POLICY_BYTES`.
 */
export function loadPolicy(
  text: string,
  source: string,
): Result<LoadedPolicy, readonly PolicyProblem[]> {
  const read = readYaml(text, {
    source,
    maxBytes: MAX_POLICY_BYTES,
    bounds: { maxDepth: MAX_POLICY_DEPTH, maxValues: MAX_POLICY_VALUES },
    codes: { syntax: 'PolicySyntax', tooLarge: 'PolicyTooLarge' },
  });
  if (!read.ok) return fail(read.error);
  const [root, second] = read.value.documents;
  if (root === undefined || (root.kind === 'scalar' && root.value === null)) {
    const fault: FieldFault = {
      code: 'PolicySyntax',
      path: [],
      on: 'value',
      message: 'the text is empty',
    };
    return fail(located([fault], { source, text: read.value, root }));
  }
  if (second !== undefined) {
    const message = 'a second document begins here; a policy is one document';
    const { line, column } = read.value.positionOf(second.at);
    return fail([{ code: 'PolicySyntax', source, line, column, path: '', message }]);
  }
  const parsed = policySchema.safeParse(plainOf(root), { jitless: true });
  const faults = [
    ...(parsed.error?.issues ?? []).flatMap((issue) => faultsOfIssue(issue, root)),
    ...demandFaults(root),
  ];
  if (!parsed.success || faults.length > 0) {
    return fail(located(faults, { source, text: read.value, root }));
  }
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
  return ok(Object.freeze({ ...compilePolicy(parsed.data, hash), hash, text }));
}

/** Faults between fields, found whether or not each field by itself is good. */
function demandFaults(root: YamlNode): readonly FieldFault[] {
  const rules = fieldNames(root, ['rules']);
  const faults = [
    ...rules.flatMap((name) => ruleFaults(root, ['rules', name])),
    ...fieldNames(root, ['signers']).flatMap((name) => signerFaults(root, ['signers', name], name)),
  ];
  if (rules.length > MAX_RULES) {
    const message = `there are more than ${MAX_RULES} rules`;
    faults.push({ code: 'PolicyTooLarge', path: ['rules'], on: 'name', message });
  }
  if (root.kind === 'map' && !isWritten(root, ['rules']) && !isWritten(root, ['signers'])) {
    const message = 'is missing: a policy has rules, signers, or both';
    faults.push({ code: 'PolicyMissingField', path: ['rules'], on: 'value', message });
  }
  return faults;
}

interface Place {
  readonly source: string;
  readonly text: YamlText;
  readonly root: YamlNode | undefined;
}

function located(faults: readonly FieldFault[], place: Place): readonly PolicyProblem[] {
  const { root, source, text } = place;
  return inOrder(
    faults.map(({ code, path, on, message }) => {
      const found = root === undefined ? undefined : locate(root, path);
      const offset = (on === 'name' ? found?.keyAt : found?.valueAt) ?? 0;
      return { code, source, ...text.positionOf(offset), path: formatPath(path), message };
    }),
  );
}
