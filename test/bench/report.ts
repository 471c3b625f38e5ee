// SPDX-License-Identifier: Apache-2.0
// The result as text: for the terminal, and as docs/benchmarks.md.

import { machineLines } from './machine.js';
import type { Row, Section } from './row.js';

const HEAD = ['what', 'figure', 'beside it, in the same run', 'ratio', 'goal', 'met'];

const cells = ({ what, figure, beside = '–', ratio = '–', goal }: Row): string[] => [
  what,
  figure,
  beside,
  ratio,
  goal?.text ?? '–',
  goal === undefined ? '–' : goal.isMet ? 'yes' : '**no**',
];

/** Columns aligned, for a terminal. */
export function plainText(sections: readonly Section[]): string {
  const table = sections.flatMap(({ title, rows }) => [[`# ${title}`], ...rows.map(cells)]);
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...table.map((row) => (row.length > 1 ? (row[column] ?? '').length : 0))),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(HEAD), ...table.map((row) => (row.length > 1 ? line(row) : `\n${row[0]}`)), ''].join(
    '\n',
  );
}

/** The whole page. */
export const markdown = (
  sections: readonly Section[],
  { count, rounds }: { readonly count: number; readonly rounds: number },
): string =>
  [
    '# Benchmarks',
    '',
    `Written by \`npm run bench -- --write --count ${count} --rounds ${rounds}\`. Do not edit by hand.`,
    '',
    ...machineLines().map((line) => `- ${line}`),
    '',
    'How to read it: what is compared was measured in the same run, in turns (A B, then B A), and each figure is the median of its rounds.',
    'A ratio is the median of the ratios of each round. Ratios travel between machines, figures do not.',
    'With an API server, the server with its etcd, the load and the approver share the cores named above; a figure per second moves by',
    'some 10 % from run to run, more while anything else runs on the machine.',
    '',
    ...sections.flatMap(sectionLines),
  ].join('\n');

const sectionLines = ({ title, how, rows }: Section): readonly string[] => [
  `## ${title}`,
  '',
  how,
  '',
  `| ${HEAD.join(' | ')} |`,
  `|${'---|'.repeat(HEAD.length)}`,
  ...rows.map((row) => `| ${cells(row).join(' | ')} |`),
  '',
];
