// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lintKinds } from '../../../src/review/lint/catalogue.js';
import { lintOf, quietPolicy } from './lint-quiet-policy.js';

const examples = new URL('../../../examples/', import.meta.url);

const policies = [
  quietPolicy,
  ...readdirSync(examples, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('policy.yaml'))
    .map((name) => readFileSync(new URL(name, examples), 'utf8')),
];

/** What stands in a policy in place of a word, and often still loads. */
const words = fc.oneof(
  fc.constantFrom(
    'anyone',
    'system:nodes',
    "'/.*/'",
    "'/(?i)x\\b.*/'",
    "'/^$/'",
    "'/[^\\x00-\\x{10ffff}]/'",
    "'/(?:)/'",
    "'/\\p{L}+(?i:é)/'",
    "'/(.*a.{15})+/'",
    "'{requester.username}'",
    "'{requester.groups}{requester.username}'",
    "'{node.name}'",
    "'{requester.serviceAccount.name}'",
    '.example',
    "'@'",
    'a/b',
    '0.0.0.0/0',
    "'::/0'",
    '127.0.0.1',
    'any',
    'cert sign',
    'enforce',
    'review',
    'kubelet-client',
    '10m',
    '1970-01-01T00:00:00Z',
    'kubernetes.io/legacy-unknown',
    'sans',
    'match',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

const mutated = fc
  .record({
    policy: fc.constantFrom(...policies),
    changes: fc.array(fc.record({ at: fc.nat(), word: words }), { maxLength: 4 }),
  })
  .map(({ policy, changes }) => {
    const tokens = policy.split(/('[^'\n]*'|[\w:./-]{3,})/);
    for (const { at, word } of changes) tokens[(at * 2 + 1) % (tokens.length - 1)] = word;
    return tokens.join('');
  });

describe('no policy makes lint throw, lose the place or take long:', () => {
  it('examples with words put in place of others', () => {
    let linted = 0;
    fc.assert(
      fc.property(mutated, (text) => {
        const lines = text.split('\n').length;

        const problems = lintOf(text);

        if (problems.every(({ level }) => level !== 'error')) linted += 1;
        for (const { level, code, line, column, message, fix } of problems) {
          expect([line >= 1, line <= lines + 1, column >= 1, message !== '']).not.toContain(false);
          expect(level === 'error' || (Object.hasOwn(lintKinds, code) && fix !== null)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );

    expect(linted).toBeGreaterThan(10);
  });

  const rules = (count: number, fields: (index: number) => string): string =>
    [
      'apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nrules:',
      ...Array.from({ length: count }, (_, index) => `  r${index}:\n${fields(index)}`),
    ].join('\n');

  const people = (groups: string, organizations: string): string =>
    [
      `    match: { signerName: kubernetes.io/kube-apiserver-client, requester: { groups: [${groups}] } }`,
      `    subject: { commonName: '{requester.username}', organizations: [${organizations}] }`,
      '    lifetime: { max: 8h }',
    ].join('\n');

  const many = (count: number, prefix: string): string =>
    Array.from({ length: count }, (_, index) => `${prefix}${index}`).join(', ');

  it.each([
    [
      'hundreds of rules with patterns that are alike',
      rules(80, (index) => people("'/team-.*/'", `'/o.*x.{0,${index % 50}}/'`)),
    ],
    [
      'patterns with very many states',
      rules(10, (index) => people(`'/.*a.{2${index % 10}}/'`, "'/(.*[ab].{18})+/'")),
    ],
    ['long lists', rules(8, (index) => people(many(500, `g${index}-`), many(500, 'o')))],
  ])('%s', (_, text) => {
    const startedMs = performance.now();

    const problems = lintOf(text);

    expect(problems.filter(({ level }) => level === 'error')).toEqual([]);
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });
});
