// SPDX-License-Identifier: Apache-2.0
// Bounds of a policy: what is too much is refused with its place, and what is as much as may be is taken.
import { describe, expect, it } from '@jest/globals';
import { formatProblem } from '../../../src/policy/problem.js';
import { goodPolicy, problemsOf, withChange } from './good-policy.js';

const head = 'apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nrules:\n';

/** Rules of which each has `patterns` for common names and for groups. */
const rulesWith = (count: number, patterns: (rule: number) => readonly string[]): string =>
  head +
  Array.from({ length: count }, (_, rule) => {
    const list = `[${patterns(rule)
      .map((each) => `'${each}'`)
      .join(', ')}]`;
    return [
      `  r${rule}:`,
      `    match: { signerName: kubernetes.io/kube-apiserver-client, requester: { groups: ${list} } }`,
      `    subject: { commonName: ${list} }\n`,
    ].join('\n');
  }).join('');

const times = (count: number, text: (index: number) => string): readonly string[] =>
  Array.from({ length: count }, (_, index) => text(index));

describe('a number that is none of those that may be is refused at its place:', () => {
  it.each([
    ['infinity', '.inf'],
    ['minus infinity', '-.inf'],
    ['no number', '.nan'],
    ['more than a double holds', '1e999'],
    ['more than is exact', '99999999999999999999999999'],
    ['a fraction', '1.5'],
    ['less than nothing', '-1'],
    ['nothing', '0'],
    ['one too many', '101'],
    ['a hexadecimal one', '0x100'],
    ['a text of digits', "'3'"],
  ])('%s', (_, number) => {
    const problems = problemsOf(withChange('      max: 3\n', `      max: ${number}\n`));

    expect(problems.filter(({ path }) => path === 'rules.workloads.sans.max')).toMatchObject([
      { code: 'PolicyInvalidValue', line: 37, column: 12 },
    ]);
  });

  it.each(['9999999999999999999999h', `${'9'.repeat(100_000)}d`, '24856d', '1e3h'])(
    'a lifetime of %.25s',
    (lifetime) => {
      const [first] = problemsOf(withChange('max: 8h', `max: ${lifetime}`));

      expect([first?.code, first?.path]).toEqual([
        'PolicyInvalidValue',
        'rules.developers.lifetime.max',
      ]);
      expect(first?.message.length).toBeLessThan(400);
    },
  );
});

describe('a name that is there twice is refused at the second place:', () => {
  it.each([
    ['a rule', '  workloads:\n', '  developers:\n', 27, 3],
    ['a rule in quotes', '  workloads:\n', '  "developers":\n', 27, 3],
    ['a signer', '  kubernetes.io/kube-apiserver-client:\n', '  example.com/mesh:\n', 58, 3],
    ['a field deep inside', '      min: 1\n', '      max: 1\n', 37, 7],
    [
      'a field on one line',
      '{ files: { cert: a.crt, key: a.key } }',
      '{ files: { cert: a, cert: b } }',
      59,
      29,
    ],
  ])('%s', (_, from, to, line, column) => {
    const [first] = problemsOf(withChange(from, to));

    expect(first).toMatchObject({ code: 'PolicySyntax', line, column });
    expect(first?.message).toBe('this field is there twice; keep one of them');
  });
});

describe('patterns', () => {
  it.each([
    ['a repetition of repetitions', '/((a{100}){100}){100}/', 'PolicyBadPattern'],
    ['a repetition that is too long', '/a{1001}/', 'PolicyBadPattern'],
    ['one pattern that is too complex', '/(a{30}b{30}){20}/', 'PolicyBadPattern'],
    [
      'many alternatives that are too complex',
      `/(${times(35, (index) => `${index}[a-z]{9}`).join('|')}){3}/`,
      'PolicyBadPattern',
    ],
    ['one that is too long', `/${'a'.repeat(500)}/`, 'PolicyBadPattern'],
  ])('are refused: %s', (_, pattern, code) => {
    const problems = problemsOf(rulesWith(1, () => [pattern]));

    expect(new Set(problems.map((problem) => problem.code))).toEqual(new Set([code]));
  });

  it('are refused when they are too large together, at the one that is too many', () => {
    const startedMs = performance.now();

    const problems = problemsOf(rulesWith(10, () => times(400, (index) => `/.{90${index % 10}}/`)));

    expect(problems.map(({ code, path }) => [code, path])).toEqual([
      ['PolicyTooLarge', 'rules.r0.match.requester.groups[156]'],
    ]);
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  it('are refused when aliases multiply them', () => {
    const list = `[${times(100, () => "'/.{900}/'").join(', ')}]`;
    const text = `${head}  r:\n    match: { signerName: kubernetes.io/kube-apiserver-client, requester: { groups: &p ${list} } }\n    subject: { commonName: *p }\n`;

    expect(problemsOf(text).map(({ code, path }) => [code, path])).toEqual([
      ['PolicyTooLarge', 'rules.r.subject.commonName[57]'],
    ]);
  });

  it('are taken in a policy of 500 rules', () => {
    const text = rulesWith(500, (rule) => [`/team-${rule}-[a-z0-9-]{1,20}/`]);

    expect(problemsOf(text).map(formatProblem)).toEqual([]);
  });
});

describe('values', () => {
  it('are taken in 500 rules of many fields', () => {
    const text = rulesWith(500, () => times(25, (index) => `value-${index}`));

    expect(problemsOf(text).map(formatProblem)).toEqual([]);
  });

  it('are refused when they are too many, before they are parsed', () => {
    const startedMs = performance.now();

    const [first, ...others] = problemsOf(`${goodPolicy}x: [${'{},'.repeat(70_000)}]\n`);

    expect([first?.code, first?.line, others]).toEqual(['PolicyTooLarge', 61, []]);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  });
});
