// SPDX-License-Identifier: Apache-2.0
// What is wrong with a text that the operator wrote, and where.

import { MAX_PROBLEMS } from '../vocabulary/limits.js';
import type { ReasonCode } from '../vocabulary/reasons.js';

/** One thing that is wrong; line and column count from 1. */
export interface PolicyProblem {
  readonly code: ReasonCode;
  /** Where the text came from: a file name, or `configmap ns/name key policy.yaml`. */
  readonly source: string;
  readonly line: number;
  readonly column: number;
  /** The field, for example `rules.developers.lifetime.max`; empty for the text as a whole. */
  readonly path: string;
  /** What is wrong and what to do, printable. */
  readonly message: string;
}

/** A fault found where no position is known yet. */
export interface Fault {
  readonly code: ReasonCode;
  readonly message: string;
}

/** The way to a value: names of fields and indexes of lists. */
export type Path = readonly (string | number)[];

/** `policy.yaml:3:17: rules.developers.lifetime.max: message`. */
export function formatProblem({ source, line, column, path, message }: PolicyProblem): string {
  const field = path === '' ? '' : `${path}: `;
  return `${source}:${line}:${column}: ${field}${message}`;
}

/** `rules.mesh.sans.uri[0]`; a name that is not a plain word stands in brackets. */
export function formatPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[A-Za-z0-9-]{1,63}$/.test(step)) return `[${JSON.stringify(step.slice(0, 100))}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

/** `problems` without repetitions, in the order of the text, at most `MAX_PROBLEMS`. */
export function inOrder(problems: readonly PolicyProblem[]): readonly PolicyProblem[] {
  const seen = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...seen.values()]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .slice(0, MAX_PROBLEMS);
}
