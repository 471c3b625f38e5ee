// SPDX-License-Identifier: Apache-2.0
// The report of `csr-approver test` in words, for a person at a terminal.

import { printable } from '../vocabulary/printable.js';
import type { Untouched } from './policy-test-coverage.js';
import type {
  CheckOfRule,
  DecidedCase,
  ExpectedCase,
  PolicyTestReport,
  TestedCase,
  TestedFile,
} from './policy-test-report.js';

/** Lines of plain text; names of cases, which anybody may write, are escaped. */
export function policyTestText(report: PolicyTestReport): string {
  const ran = report.files.filter(({ problems }) => problems.length === 0);
  const lines = [
    ...ran.flatMap(fileLines),
    ...report.untouched.flatMap(untouchedLines),
    summaryOf(report),
  ];
  return `${lines.join('\n')}\n`;
}

const fileLines = (file: TestedFile): readonly string[] => [
  `${file.file} (policy ${file.policyHash})`,
  ...file.cases.flatMap(caseLines),
  '',
];

function caseLines(tested: TestedCase): readonly string[] {
  const { name, line, passed, expected, decided, hints, checks } = tested;
  const shown = printable(name);
  if (passed) return [`  ✓ ${shown}: ${told(decided)}`];
  const others = expected.rules?.map((each) => each.name) ?? [];
  const saidByOthers = decided.rules
    .filter((each) => others.includes(each.name))
    .map((each) => `; rule ${each.name}: ${said(each)}`);
  return [
    `  ✗ ${shown} (line ${line})`,
    `      expected ${expectedText(expected)}`,
    `      decided  ${told(decided)}${saidByOthers.join('')}`,
    ...hints.map((hint) => `      ! ${hint}`),
    ...checks.map(checkLine),
  ];
}

const told = ({ decision, rule, codes }: DecidedCase): string =>
  `${decision}${rule === null ? '' : ` by ${rule}`}${listed(codes)}`;

const said = ({ decision, codes }: Pick<ExpectedCase, 'decision' | 'codes'>): string =>
  `${decision}${listed(codes)}`;

function expectedText({ decision, rule, codes, rules = [] }: ExpectedCase): string {
  const by = rule === undefined ? '' : rule === null ? ' by no rule' : ` by ${printable(rule)}`;
  const others = rules.map((each) => `; rule ${printable(each.name)}: ${said(each)}`);
  return `${decision}${by}${listed(codes)}${others.join('')}`;
}

const listed = (codes: readonly string[] | undefined): string =>
  codes === undefined ? '' : ` (${codes.join(', ')})`;

const MARKS = { pass: '✓', violation: '✗', transient: '…', unknown: '?', skipped: '-' } as const;

function checkLine({ rule, code, outcome, want, saw, source }: CheckOfRule): string {
  const looked =
    outcome === 'skipped' ? 'not asked any more' : `want ${want}; saw ${saw} (${source})`;
  return `      ${MARKS[outcome]} ${rule}: ${code.padEnd(24)} ${looked}`;
}

const untouchedLines = ({ policyHash, files, rules, checks }: Untouched): readonly string[] => [
  `policy ${policyHash}: no case in ${files.join(', ')} touches`,
  ...rules.map((rule) => `  rule ${rule}`),
  ...checks.map(({ rule, codes }) => `  in rule ${rule}: ${codes.join(', ')}`),
  '',
];

function summaryOf({ passed, failed, files }: PolicyTestReport): string {
  const notRun = files.filter(({ problems }) => problems.length > 0).length;
  const cases = `${passed} passed, ${failed} failed`;
  return notRun === 0 ? cases : `${cases}, ${notRun} of ${files.length} files could not be run`;
}
