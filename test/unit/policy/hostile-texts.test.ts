// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadPolicy } from '../../../src/policy/load-policy.js';
import { parseYamlDocuments } from '../../../src/policy/object-documents.js';
import { goodPolicy, problemsOf } from './good-policy.js';

const bomb = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x]',
  ...Array.from(
    { length: 11 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join()}]`,
  ),
].join('\n');

const staircase = Array.from({ length: 400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n');

describe('a hostile text is refused soon, with its place:', () => {
  it.each([
    ['aliases that multiply', bomb, 'PolicyTooLarge'],
    ['an alias inside its own anchor', 'a: &a [*a]', 'PolicySyntax'],
    [
      'a deep chain of aliases',
      `${goodPolicy}a: &a [[[[[[[[x]]]]]]]]\nb: [[[[[[[[*a]]]]]]]]`,
      'PolicyTooLarge',
    ],
    ['brackets in brackets', '['.repeat(200_000), 'PolicyTooLarge'],
    ['braces in braces', '{a: '.repeat(50_000), 'PolicyTooLarge'],
    ['lists in lists', '- '.repeat(200_000), 'PolicyTooLarge'],
    ['keys in keys', '? '.repeat(200_000), 'PolicyTooLarge'],
    ['keys in one line', 'a: '.repeat(100_000), 'PolicyTooLarge'],
    ['a staircase of maps', staircase, 'PolicyTooLarge'],
    ['seventeen levels', `${'['.repeat(17)}${']'.repeat(17)}`, 'PolicyTooLarge'],
    ['very many values', `a: [${'x,'.repeat(100_001)}]`, 'PolicyTooLarge'],
    [
      'very many fields',
      Array.from({ length: 20_000 }, (_, i) => `k${i}: v`).join('\n'),
      'PolicyMissingField',
    ],
    ['very many equal fields', 'a: 1\n'.repeat(20_000), 'PolicySyntax'],
    ['very many quotes', 'a: "\n'.repeat(20_000), 'PolicySyntax'],
    ['very many documents', '---\n'.repeat(20_000), 'PolicySyntax'],
    ['very, very many documents', '---\n'.repeat(100_000), 'PolicyTooLarge'],
    ['very many anchors', 'a: &a &b &c x', 'PolicySyntax'],
    ['a very long number', `a: ${'9'.repeat(500_000)}`, 'PolicyMissingField'],
  ])('%s', (_, text, code) => {
    const startedMs = performance.now();

    const [first] = problemsOf(text);

    expect(first?.code).toBe(code);
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  it('tells nothing of what comes after too much: it was not read', () => {
    expect(problemsOf(bomb).map(({ code }) => code)).toEqual(['PolicyTooLarge']);
  });

  it('quotes what the parser says so that it need not be escaped', () => {
    const [problem] = problemsOf('a: "x\n');

    expect(problem?.message).toBe("missing closing 'quote");
  });

  it('tells at most a hundred problems', () => {
    expect(problemsOf(Array.from({ length: 1000 }, (_, i) => `k${i}: v`).join('\n'))).toHaveLength(
      100,
    );
  });
});

/** Pieces of which random text looks like a policy. */
const pieces = fc.constantFrom(
  'rules:',
  'signers:',
  'mode:',
  ' enforce',
  '\n',
  '\n  ',
  '\n    ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  ': ',
  ', ',
  '&a ',
  '*a',
  '"',
  "'",
  '|',
  '>',
  '!',
  '%',
  '@',
  '#',
  '---\n',
  '...\n',
  '\t',
  '\r',
  '? ',
  '<<',
  '/',
  '/(a+)+/',
  '{requester.username}',
  'match:',
  'sans:',
  'preset: kubelet-client',
  '\u0000',
  '\uFEFF',
  '\u2028',
  '😀',
  '\uD800',
  '1e999',
  '0x',
  '~',
  'null',
  '__proto__',
  'constructor',
);

const problemsAreWellFormed = (text: string): void => {
  const lines = text.split(/\r?\n/).length;
  const result = loadPolicy(text, 'policy.yaml');
  if (result.ok) return;
  expect(result.error.length).toBeGreaterThan(0);
  for (const { line, column } of result.error) {
    expect(line).toBeGreaterThanOrEqual(1);
    expect(line).toBeLessThanOrEqual(lines + 1);
    expect(column).toBeGreaterThanOrEqual(1);
  }
};

describe('no text makes the loader throw or lose the place:', () => {
  it('random pieces of YAML', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) =>
        problemsAreWellFormed(parts.join('')),
      ),
      { numRuns: 1000 },
    );
  });

  it('random text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), problemsAreWellFormed), {
      numRuns: 500,
    });
  });

  it('a good policy with something put in, taken out or repeated', () => {
    const place = fc.nat({ max: goodPolicy.length });
    fc.assert(
      fc.property(place, place, fc.oneof(pieces, fc.string()), (from, to, piece) => {
        const [start, end] = from < to ? [from, Math.min(to, from + 40)] : [to, to];
        problemsAreWellFormed(goodPolicy.slice(0, start) + piece + goodPolicy.slice(end));
      }),
      { numRuns: 250 },
    );
  });

  it('random documents of objects', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        expect(typeof parseYamlDocuments(parts.join(''), 'objects.yaml').ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  });
});
