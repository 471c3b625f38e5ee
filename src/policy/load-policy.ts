// SPDX-License-Identifier: Apache-2.0
// From the texts of a policy to what is in force by them, or to everything that is wrong with them.

import type { SignerEntry } from '../authority/signer-entry.js';
import type { CompiledPolicy, Rule } from '../decide/rule.js';
import type { SignerName } from '../vocabulary/brands.js';
import {
  MAX_POLICY_BYTES,
  MAX_POLICY_PARTS,
  MAX_POLICY_VALUES,
  MAX_PROBLEMS,
  MAX_RULES,
} from '../vocabulary/limits.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { otherVersion } from './api-version.js';
import { compilePolicy } from './compile-policy.js';
import { mergeParts } from './merge-parts.js';
import { inNameOrder, policyHash, type PolicyPart, type PolicyParts } from './policy-part.js';
import { located, problemAt } from './place.js';
import { patternBudgetFault } from './pattern-budget.js';
import { policySchema, type WrittenPolicy } from './policy-schema.js';
import { inOrder, type PolicyProblem } from './problem.js';
import { type ReadPart, readPart } from './read-part.js';
import { ruleFaults } from './rule-demands.js';
import { faultsOfIssue, type FieldFault } from './schema-faults.js';
import { signerFaults } from './signer-demands.js';
import { trustClashes } from './trust-demands.js';
import { fieldNames, isWritten } from './written.js';
import { plainOf, type YamlNode } from './yaml-tree.js';

/** A policy that may be put in force. */
export interface LoadedPolicy {
  readonly policy: CompiledPolicy;
  /** Every rule, sorted by name. */
  readonly rules: readonly Rule[];
  readonly signers: ReadonlyMap<SignerName, SignerEntry>;
  /** Names the texts: see `policyHash`. */
  readonly hash: string;
  /** What it was loaded from, in the order of their names. */
  readonly parts: PolicyParts;
}

/** Loads the policy of one document `text`; `source` names it in problems. */
export const loadPolicy = (
  text: string,
  source: string,
): Result<LoadedPolicy, readonly PolicyProblem[]> =>
  loadPolicyParts([{ name: source, source, text }]);

/**
 * Loads the policy that `parts` are together; each is a whole document. Whether a policy is good depends on its
 * texts alone. All problems are told, part by part and in the order of the text; of a document in another version
 * of the language only that one. Never throws; bounded by `MAX_POLICY_BYTES` for all parts together.
 */
export function loadPolicyParts(
  parts: PolicyParts,
): Result<LoadedPolicy, readonly PolicyProblem[]> {
  const inOrderOfNames = inNameOrder(parts);
  const tooLarge = tooLargeTogether(inOrderOfNames);
  if (tooLarge !== undefined) return fail([tooLarge]);
  const reads = readParts(inOrderOfNames);
  return reads.ok ? loadMerged(reads.value, inOrderOfNames) : reads;
}

/** The policy of a document that stands in a larger `text`, which gives it its hash. */
export function loadPolicyNode(
  part: ReadPart,
  text: string,
): Result<LoadedPolicy, readonly PolicyProblem[]> {
  const { source } = part;
  const foreign = ofOtherVersion(part);
  return foreign.length > 0 ? fail(foreign) : loadMerged([part], [{ name: source, source, text }]);
}

function readParts([first, ...others]: PolicyParts): Result<
  readonly [ReadPart, ...ReadPart[]],
  readonly PolicyProblem[]
> {
  const firstRead = readPart(first);
  const reads = [firstRead, ...others.map(readPart)];
  const good = reads.flatMap((read) => (read.ok ? [read.value] : []));
  const [foreign] = good.flatMap(ofOtherVersion);
  if (foreign !== undefined) return fail([foreign]);
  if (firstRead.ok && good.length === reads.length) {
    return ok([firstRead.value, ...good.slice(1)]);
  }
  return fail(
    sorted(reads.flatMap((read) => (read.ok ? written(read.value).problems : read.error))),
  );
}

function loadMerged(
  reads: readonly [ReadPart, ...ReadPart[]],
  parts: PolicyParts,
): Result<LoadedPolicy, readonly PolicyProblem[]> {
  const { root, partOf, clashes } = mergeParts(reads);
  const whole = written({ ...reads[0], root }, partOf);
  const problems = [
    // Each is a whole document, also where another one has what it lacks.
    ...(reads.length > 1 ? reads.flatMap((part) => written(part).problems) : []),
    ...whole.problems,
    ...clashes,
    ...demandFaults(root).map((fault) => problemAt(fault, { ...partOf(fault.path), root })),
  ];
  if (whole.document === undefined || problems.length > 0) return fail(sorted(problems));
  const hash = policyHash(parts);
  return ok(Object.freeze({ ...compilePolicy(whole.document, hash), hash, parts }));
}

interface Written {
  readonly document: WrittenPolicy | undefined;
  readonly problems: readonly PolicyProblem[];
}

/** What the schema makes of a document; `partOf` says where a path stands when it is not in `part`. */
function written(
  part: ReadPart,
  partOf: (path: FieldFault['path']) => ReadPart = () => part,
): Written {
  const { root } = part;
  const tooComplex = patternBudgetFault(root);
  if (tooComplex !== undefined) {
    const problem = problemAt(tooComplex, { ...partOf(tooComplex.path), root });
    return { document: undefined, problems: [problem] };
  }
  const parsed = policySchema.safeParse(plainOf(root), { jitless: true });
  const faults = (parsed.error?.issues ?? []).flatMap((issue) => faultsOfIssue(issue, root));
  return {
    document: parsed.data,
    problems: faults.map((fault) => problemAt(fault, { ...partOf(fault.path), root })),
  };
}

function ofOtherVersion(part: ReadPart): readonly PolicyProblem[] {
  const fault = otherVersion(part.root);
  return fault === undefined ? [] : located([fault], part);
}

/** Faults between fields, found whether or not each field by itself is good. */
function demandFaults(root: YamlNode): readonly FieldFault[] {
  const rules = fieldNames(root, ['rules']);
  const faults = [
    ...rules.flatMap((name) => ruleFaults(root, ['rules', name])),
    ...fieldNames(root, ['signers']).flatMap((name) => signerFaults(root, ['signers', name], name)),
    ...trustClashes(root),
  ];
  if (rules.length > MAX_RULES) {
    const message = `there are more than ${MAX_RULES} rules`;
    faults.push({ code: 'PolicyTooLarge', path: ['rules'], on: 'name', message });
  }
  if (root.size > MAX_POLICY_VALUES) {
    const message = 'there are too many values';
    faults.push({ code: 'PolicyTooLarge', path: [], on: 'value', message });
  }
  if (root.kind === 'map' && !isWritten(root, ['rules']) && !isWritten(root, ['signers'])) {
    const message = 'is missing: a policy has rules, signers, or both';
    faults.push({ code: 'PolicyMissingField', path: ['rules'], on: 'value', message });
  }
  return faults;
}

/** Each text has this bound by itself; here it is that of all together. */
function tooLargeTogether(parts: PolicyParts): PolicyProblem | undefined {
  const [{ source }, ...others] = parts;
  if (others.length === 0) return undefined;
  const problem = (part: PolicyPart | undefined, message: string): PolicyProblem => ({
    code: 'PolicyTooLarge',
    source: part?.source ?? source,
    line: 1,
    column: 1,
    path: '',
    message,
  });
  if (parts.length > MAX_POLICY_PARTS) {
    return problem(parts[MAX_POLICY_PARTS], `a policy has at most ${MAX_POLICY_PARTS} parts`);
  }
  let bytes = 0;
  for (const part of parts) {
    bytes += Buffer.byteLength(part.text);
    if (bytes > MAX_POLICY_BYTES) {
      return problem(part, `the parts of the policy are longer than ${MAX_POLICY_BYTES} bytes`);
    }
  }
  return undefined;
}

const sorted = (problems: readonly PolicyProblem[]): readonly PolicyProblem[] => {
  const sources = [...new Set(problems.map(({ source }) => source))].sort();
  return sources
    .flatMap((source) => inOrder(problems.filter((problem) => problem.source === source)))
    .slice(0, MAX_PROBLEMS);
};
