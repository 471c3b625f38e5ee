// SPDX-License-Identifier: Apache-2.0
// docs/lint.md and the catalogue say the same, both ways. UPDATE_DOCS=1 writes the page anew.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { lintKinds, type LintKind } from '../../../src/review/lint/catalogue.js';
import { reasons } from '../../../src/vocabulary/reasons.js';
import { lintCases } from './lint-cases.js';

const page = new URL('../../../docs/lint.md', import.meta.url);
const kinds = Object.entries<LintKind>(lintKinds);

const intro = `# Warnings of lint

\`csr-approver lint policy.yaml\` checks policies before they are in force. It prints a line for each problem, with file, line, column, field and what to do:

\`\`\`text
policy.yaml:12:28: warning RequesterNamesItself: rules.people.subject.organizations[0]: every requester chooses freely among what "/.*/" matches
  → Bind the name to the requester, for example with \`{requester.username}\`, or let only named requesters ask.
\`\`\`

- An **error** is what keeps a policy from being loaded; its code is one of [reasons.md](reasons.md). A policy with errors is not looked at any further.
- A **warning** is about a policy that loads and is dangerous, or has a part without effect. A **note** tells what an operator may want to know.
- Exit code 0: no errors; 1: errors, with \`--strict\` also warnings; 2: a file could not be read, or the command was not understood.
- \`-\` reads the standard input, \`--merge\` takes all files as the keys of one ConfigMap (named by the last steps of their paths, so that the hash is that of the cluster), \`-o json\` prints \`{policies: [{sources, policyHash, problems: [{level, code, source, line, column, path, message, fix}]}], errors, warnings, notes}\`.
- \`--ignore CODE\` leaves out one kind of warning or note.

Patterns are compared as the sets of names that they match, not by trying examples. Lint says that something never matches, never approves or is made useless only when that is certain; it does not find everything.
A code never changes its meaning; a retired one is never used again.`;

const chapter = (title: string, level: LintKind['level']): readonly string[] => [
  '',
  `## ${title}`,
  ...kinds
    .filter(([, kind]) => kind.level === level)
    .flatMap(([code, { meaning, fix }]) => [
      '',
      `### ${code}`,
      '',
      meaning,
      '',
      `What to do: ${fix}`,
    ]),
];

const rendered = [intro, ...chapter('Warnings', 'warning'), ...chapter('Notes', 'note'), ''].join(
  '\n',
);

if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, rendered);

describe('the catalogue of lint', () => {
  it('equals docs/lint.md, both ways', () => {
    expect(readFileSync(page, 'utf8')).toBe(rendered);
  });

  it('has CamelCase codes, and sentences for what they mean and what to do', () => {
    const badCodes = kinds.filter(([code]) => !/^([A-Z][a-z0-9]+)+$/.test(code));
    const badTexts = kinds
      .flatMap(([, { meaning, fix }]) => [meaning, fix])
      .filter((text) => !/^[A-Z`].*\.$/s.test(text));

    expect([badCodes, badTexts]).toEqual([[], []]);
  });

  it('has no code that means something else as a reason', () => {
    expect(Object.keys(lintKinds).filter((code) => Object.hasOwn(reasons, code))).toEqual([]);
  });

  it('has a test of each kind', () => {
    const tested = Object.entries(lintCases).filter(([, cases]) => Object.keys(cases).length > 0);

    expect([...tested.map(([code]) => code), 'TooMuchToCompare'].toSorted()).toEqual(
      Object.keys(lintKinds).toSorted(),
    );
  });

  it('is used: each code stands somewhere in the code beside the catalogue', () => {
    const source = readSource();

    expect(Object.keys(lintKinds).filter((code) => !source.includes(`'${code}'`))).toEqual([]);
  });
});

function readSource(): string {
  const root = new URL('../../../src/review/', import.meta.url);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('catalogue'))
    .map((file) => readFileSync(new URL(file, root), 'utf8'))
    .join('\n');
}
