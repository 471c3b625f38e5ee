// SPDX-License-Identifier: Apache-2.0
// The report of `csr-approver test` as JUnit XML, which most CI systems show.

import { printable } from '../vocabulary/printable.js';
import type { PolicyTestReport, TestedCase, TestedFile } from './policy-test-report.js';

/** One `testsuite` per file; a file that could not be run is an error of its suite. */
export function junitOf({ files }: PolicyTestReport): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites>',
    ...files.flatMap(suite),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite({ file, problems, cases }: TestedFile): readonly string[] {
  const failures = cases.filter(({ passed }) => !passed).length;
  const isRun = problems.length === 0;
  const tests = isRun ? cases.length : 1;
  const errors = isRun ? 0 : 1;
  return [
    `  <testsuite name="${escaped(file)}" tests="${tests}" failures="${failures}" errors="${errors}">`,
    ...(isRun
      ? cases.flatMap((each) => testcase(file, each))
      : [
          `    <testcase classname="${escaped(file)}" name="the file can be run">`,
          `      <error message="${escaped(problems.join('; '))}"/>`,
          '    </testcase>',
        ]),
    '  </testsuite>',
  ];
}

function testcase(
  file: string,
  { name, passed, differences, hints, checks }: TestedCase,
): readonly string[] {
  const open = `    <testcase classname="${escaped(file)}" name="${escaped(name)}"`;
  if (passed) return [`${open}/>`];
  const looked = checks.map(
    ({ rule, code, outcome, want, saw }) => `${rule}: ${code} ${outcome}: want ${want}; saw ${saw}`,
  );
  const message = escaped(differences.join('; '));
  return [
    `${open}>`,
    `      <failure message="${message}">${escaped([...hints, ...looked].join('; '))}</failure>`,
    '    </testcase>',
  ];
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const MAX_CHARACTERS = 4000;

/** XML cannot hold control characters at all, so that they are escaped first. */
const escaped = (text: string): string =>
  printable(text, MAX_CHARACTERS)
    .replaceAll('\\"', '"')
    .replaceAll('\\\\', '\\')
    .replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
