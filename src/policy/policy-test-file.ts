// SPDX-License-Identifier: Apache-2.0
// From the text of a policy test file to its cases, or to everything that is wrong with it. Reads no other file.

import {
  MAX_OBJECT_DEPTH,
  MAX_POLICY_TEST_BYTES,
  MAX_POLICY_TEST_VALUES,
} from '../vocabulary/limits.js';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { locate } from './locate.js';
import { type LoadedPolicy, loadPolicyNode } from './load-policy.js';
import { problemAt } from './place.js';
import { policyTestSchema, type WrittenPolicyTest } from './policy-test-schema.js';
import { inOrder, type Path, type PolicyProblem } from './problem.js';
import type { ReadPart } from './read-part.js';
import { readYaml } from './read-yaml.js';
import { type FieldFault, faultsOfIssue } from './schema-faults.js';
import { plainOf } from './yaml-tree.js';

/** A test file that was read. */
export interface PolicyTestFile {
  readonly written: WrittenPolicyTest;
  /** The policy, where it stands in the file itself. */
  readonly policy: LoadedPolicy | undefined;
  /** Line, from 1, of the value at `path`. */
  lineOf(path: Path): number;
  /** A problem that is found later, at the value at `path`. */
  problemAt(path: Path, message: string): PolicyProblem;
}

/**
 * Reads the test file `text`; `source` names it in problems, which carry `PolicyTestInvalid`, or the codes of a policy
 * where one stands inside. All problems are told, in the order of the text. Never throws.
 */
export function readPolicyTest(
  text: string,
  source: string,
): Result<PolicyTestFile, readonly PolicyProblem[]> {
  const read = readYaml(text, {
    source,
    maxBytes: MAX_POLICY_TEST_BYTES,
    bounds: { maxDepth: MAX_OBJECT_DEPTH, maxValues: MAX_POLICY_TEST_VALUES },
    codes: { syntax: 'PolicyTestInvalid', tooLarge: 'PolicyTestInvalid' },
  });
  if (!read.ok) return read;
  const [root, second] = read.value.documents;
  if (root === undefined || second !== undefined) {
    const message = root === undefined ? 'the text is empty' : 'a test file is one document';
    return fail([problemAt(fault([], message), { source, text: read.value, root: second })]);
  }
  return fromRoot({ source, text: read.value, root }, text);
}

const INVALID = 'PolicyTestInvalid';

const fault = (path: Path, message: string): FieldFault => ({
  code: INVALID,
  path,
  on: 'value',
  message,
});

function fromRoot(
  document: ReadPart,
  text: string,
): Result<PolicyTestFile, readonly PolicyProblem[]> {
  const { root } = document;
  const parsed = policyTestSchema.safeParse(plainOf(root), { jitless: true });
  const faults = [
    ...(parsed.error?.issues ?? []).flatMap((issue) => faultsOfIssue(issue, root)),
    ...(parsed.success ? repeatedNames(parsed.data) : []),
  ];
  const otherKind = faults.filter(({ path: [field] }) => field === 'kind');
  if (otherKind.length > 0) {
    // What else is wrong with a document of another kind helps nobody.
    return fail(otherKind.map((each) => problemAt({ ...each, code: INVALID }, document)));
  }
  const inline = inlinePolicy(document, text);
  const problems = [
    // The schema speaks of policies; here everything is a fault of the test file.
    ...faults.map((each) => problemAt({ ...each, code: INVALID }, document)),
    ...(inline === undefined || inline.ok ? [] : inline.error),
  ];
  if (!parsed.success || problems.length > 0) return fail(inOrder(problems));
  return ok({
    written: parsed.data,
    policy: inline?.ok === true ? inline.value : undefined,
    lineOf: (path) => document.text.positionOf(locate(root, path).valueAt).line,
    problemAt: (path, message) => problemAt(fault(path, message), document),
  });
}

/** The policy that is written out in the file; undefined where the file names another one. */
function inlinePolicy(
  document: ReadPart,
  text: string,
): ReturnType<typeof loadPolicyNode> | undefined {
  const { node } = locate(document.root, ['policy']);
  if (node?.kind !== 'map') return undefined;
  const loaded = loadPolicyNode({ ...document, root: node }, text);
  if (loaded.ok) return loaded;
  return fail(
    loaded.error.map((problem) => ({
      ...problem,
      path: problem.path === '' ? 'policy' : `policy.${problem.path}`,
    })),
  );
}

function repeatedNames({ cases }: WrittenPolicyTest): readonly FieldFault[] {
  const seen = new Set<string>();
  return cases.flatMap(({ name }, index) => {
    const path = ['cases', index, 'name'];
    if (name.trim() === '') return [fault(path, 'the name is empty')];
    if (seen.has(name)) return [fault(path, `there is another case named ${quoted(name)}`)];
    seen.add(name);
    return [];
  });
}
