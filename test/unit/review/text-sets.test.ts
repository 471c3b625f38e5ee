// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { automatonOf, unionOf, wordText } from '../../../src/policy/automaton.js';
import { parsePattern } from '../../../src/policy/patterns.js';
import { findText, TextSet } from '../../../src/review/lint/text-sets.js';

const setOf = (...bodies: readonly string[]): TextSet => {
  const automata = bodies.map((body) => automatonOf(body, false));
  const known = automata.filter((each) => each !== undefined);
  if (known.length < automata.length) throw new RangeError(bodies.join());
  return new TextSet(unionOf(known));
};

const find = (within: readonly string[], outside: readonly string[]) =>
  findText(
    within.map((body) => setOf(body)),
    outside.map((body) => setOf(body)),
    { left: 1_000_000 },
  );

describe('a text that lies in sets', () => {
  it.each([
    ['in one', ['ab+'], [], 'ab'],
    ['in both', ['[a-m]+', '[k-z]+'], [], 'k'],
    ['in one and not in the other', ['a*'], ['a', 'aa'], 'aaa'],
    ['in a class and not in a part of it', ['[a-z]'], ['[a-y]'], 'z'],
    ['in a pattern without end, not in one with an end', ['.*'], ['.{0,3}'], 'aaaa'],
    ['only beginnings and ends of the whole text count', ['^a$'], ['^b$'], 'a'],
    ['without regard to case', ['(?i)K'], ['[kK]'], '\u212a'],
    ['beyond the basic plane', ['\\x{1f600}'], [], '\u{1f600}'],
    ['never the empty text', ['a*'], [], 'a'],
  ])('is found: %s', (_, within, outside, text) => {
    expect(find(within, outside)).toEqual({ kind: 'found', text });
  });

  it.each([
    ['in none', ['[a-c]', '[d-f]'], []],
    ['in no part that is left', ['dev-[a-z]+'], ['[a-z-]+']],
    ['in a part of a part', ['(ab){2,4}'], ['(ab)+']],
    ['beginning in the middle', ['a^b'], []],
    ['ending in the middle', ['a$b'], []],
    ['in nothing', ['[^\\x00-\\x{10ffff}]'], []],
    ['in a union of several', ['[a-z]'], ['[a-m]|[n-z]']],
  ])('is not there: %s', (_, within, outside) => {
    expect(find(within, outside)).toEqual({ kind: 'none' });
  });

  it('is not searched for beyond the budget', () => {
    const budget = { left: 100 };

    const found = findText([setOf('(.*a.{15})+')], [setOf('(.*b.{15})+')], budget);

    expect([found, budget.left]).toEqual([{ kind: 'unknown' }, 0]);
  });

  it.each(['\\bdev', '(?m)^dev', '(?i)é', '('])(
    'is not known where the pattern is not: %s',
    (body) => {
      expect(automatonOf(body, false)).toBeUndefined();
    },
  );

  it('is what the pattern matches, whatever the pattern', () => {
    const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '\\.', '(?i:B)', 'ab', '^', '$');
    const pattern = fc
      .array(fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{1,2}', '|')), {
        minLength: 1,
        maxLength: 5,
      })
      .map((parts) => parts.map(([one, times]) => one + (/[$^]/.test(one) ? '' : times)).join(''))
      .map((text) => text.replace(/\|$/, ''));
    fc.assert(
      fc.property(pattern, pattern, (one, other) => {
        const tests = [one, other].map((body) => parsePattern(`/${body}/`, false));
        const [isOne, isOther] = tests.map((test) => (test.ok ? test.value : undefined));
        if (isOne === undefined || isOther === undefined) return;

        const found = find([one], [other]);

        // Short ones are tried all; what was found is tried, too.
        const isRight = (text: string): boolean => isOne(text) && !isOther(text);
        const there = textsOf('ab.B', 3).filter(isRight);
        const wrong =
          found.kind === 'found' ? [found.text].filter((text) => !isRight(text)) : there;
        expect(wrong).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a word as a set', () => {
  it.each([
    ['a literal', 'literal', 'a.b', {}, 'a\\.b'],
    ['a suffix', 'suffix', '.b', {}, '.+\\.b'],
    ['a pattern', 'pattern', '/a|b/', {}, '(?:a|b)'],
    ['a template', 'template', 'x.{name}', { name: 'a|b' }, 'x\\.(?:a|b)'],
  ] as const)('%s', (_, kind, source, holes, text) => {
    expect(wordText({ kind, source }, holes)).toBe(text);
  });

  it('of a template that inserts nothing is empty', () => {
    expect(find([wordText({ kind: 'template', source: 'x{name}' }, {})], [])).toEqual({
      kind: 'none',
    });
  });
});

/** Every text of these letters, from one to `most` of them. */
function textsOf(letters: string, most: number): readonly string[] {
  if (most === 0) return [];
  const shorter = ['', ...textsOf(letters, most - 1)];
  return [...new Set(shorter.flatMap((text) => Array.from(letters, (letter) => text + letter)))];
}
