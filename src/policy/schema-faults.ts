// SPDX-License-Identifier: Apache-2.0
// Says in our words, and at its place, what the schema found wrong.

import type * as z from 'zod';
import type { ReasonCode } from '../vocabulary/reasons.js';
import { quoted } from '../vocabulary/printable.js';
import { locate } from './locate.js';
import type { Fault, Path } from './problem.js';
import type { YamlNode } from './yaml-tree.js';

/** A fault of one field; `on` says whether its name or its value is pointed at. */
export interface FieldFault extends Fault {
  readonly path: Path;
  readonly on: 'name' | 'value';
}

type Issue = z.core.$ZodIssue;

/** The faults behind one issue of the schema. `root` is the document, `above` the path to the issue's own. */
export function faultsOfIssue(issue: Issue, root: YamlNode, above: Path = []): FieldFault[] {
  const path = [...above, ...issue.path.map(stepOf)];
  const fault = (code: ReasonCode, message: string): FieldFault[] => [
    { code, message, path, on: 'value' },
  ];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((name) => ({
        code: 'PolicyUnknownField',
        message: `there is no such field here (known: ${issue.message})`,
        path: [...path, name],
        on: 'name',
      }));
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({
        code: 'PolicyInvalidValue',
        message,
        path,
        on: 'name',
      }));
    case 'invalid_union':
      return faultsOfUnion(issue, root, path);
    case 'custom':
      return fault(codeOf(issue.params), issue.message);
    case 'invalid_type':
    case 'invalid_value':
      return mismatch(issue.message, root, path);
    case 'too_small':
    case 'too_big':
      return issue.origin === 'array'
        ? fault('PolicyInvalidValue', issue.message)
        : mismatch(issue.message, root, path);
    case 'invalid_format':
    case 'invalid_element':
    case 'not_multiple_of':
      break;
  }
  return fault('PolicyInvalidValue', issue.message);
}

function faultsOfUnion(
  union: z.core.$ZodIssueInvalidUnion,
  root: YamlNode,
  path: Path,
): FieldFault[] {
  const meant = union.errors.find((issues) => !issues.some(isOtherBranch));
  if (meant === undefined) return mismatch(union.message, root, path);
  return meant.flatMap((issue) => faultsOfIssue(issue, root, path));
}

/** A branch of a union was not meant when the value as a whole is of another type. */
const isOtherBranch = (issue: Issue): boolean =>
  issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');

function mismatch(expected: string, root: YamlNode, path: Path): FieldFault[] {
  const { node } = locate(root, path);
  if (node === undefined) {
    return [{ code: 'PolicyMissingField', message: `is missing: ${expected}`, path, on: 'value' }];
  }
  const message = `expected ${expected}, found ${nameOf(node)}${adviceFor(expected, node)}`;
  return [{ code: 'PolicyInvalidValue', message, path, on: 'value' }];
}

/** What YAML reads as something else than the text that was meant. */
function adviceFor(expected: string, node: YamlNode): string {
  if (!expected.startsWith('text')) return '';
  if (node.kind === 'map') return '; a template needs quotes around it';
  return node.kind === 'scalar' && node.value !== null ? '; put it in quotes' : '';
}

function nameOf(node: YamlNode): string {
  if (node.kind !== 'scalar') return node.kind === 'list' ? 'a list' : 'a map';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'string') return quoted(node.value);
  return `the ${typeof node.value === 'number' ? 'number' : 'word'} ${node.value}`;
}

const stepOf = (step: PropertyKey): string | number =>
  typeof step === 'number' ? step : String(step);

const CODES: readonly string[] = [
  'PolicyBadPattern',
  'PolicyInvalidValue',
] satisfies readonly ReasonCode[];

/** Transforms of the schema put the code of their fault into the parameters of the issue. */
function codeOf(params: Record<string, unknown> | undefined): ReasonCode {
  const code = params?.['code'];
  return typeof code === 'string' && CODES.includes(code)
    ? (code as ReasonCode)
    : 'PolicyInvalidValue';
}
