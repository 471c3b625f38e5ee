// SPDX-License-Identifier: Apache-2.0
// What lint says, in words for a person at a terminal, and in numbers.

import type { LintProblem, LintReport } from './lint.js';

/** How many of each level. */
export interface LintCounts {
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
}

/** Counts what all reports say. */
export function countsOf(reports: readonly LintReport[]): LintCounts {
  const problems = reports.flatMap((report) => report.problems);
  const count = (level: LintProblem['level']): number =>
    problems.filter((problem) => problem.level === level).length;
  return { errors: count('error'), warnings: count('warning'), notes: count('note') };
}

/** A line for each problem, what to do under it, and the sum. */
export function lintText(reports: readonly LintReport[]): string {
  const lines = reports.flatMap(({ problems }) => problems.flatMap(problemLines));
  return [...lines, ...(lines.length === 0 ? [] : ['']), sumLine(reports), ''].join('\n');
}

function problemLines(problem: LintProblem): readonly string[] {
  const { source, line, column, level, code, path, message, fix } = problem;
  const field = path === '' ? '' : `${path}: `;
  const first = `${source}:${line}:${column}: ${level} ${code}: ${field}${message}`;
  return fix === null ? [first] : [first, `  → ${fix}`];
}

function sumLine(reports: readonly LintReport[]): string {
  const { errors, warnings, notes } = countsOf(reports);
  const parts = [
    numbered(errors, 'error'),
    numbered(warnings, 'warning'),
    ...(notes === 0 ? [] : [numbered(notes, 'note')]),
  ];
  return `${numbered(reports.length, 'policy')}: ${parts.join(', ')}`;
}

const PLURALS: Readonly<Record<string, string>> = { policy: 'policies' };

const numbered = (count: number, noun: string): string =>
  `${count === 0 ? 'no' : count} ${count === 1 ? noun : (PLURALS[noun] ?? `${noun}s`)}`;
