// SPDX-License-Identifier: Apache-2.0
// How one value of a policy (literal, pattern or template) is compared with one value of a request.

import { quotedList } from './printable.js';

/** Values that a template may insert, by their name (`requester.username`); several mean any of them. */
export type Bindings = Readonly<Record<string, readonly string[]>>;

/** One entry of a list in a policy. Matching is over the whole value. */
export interface Matcher {
  readonly kind: 'literal' | 'suffix' | 'pattern' | 'template';
  /** As it was written, for messages. */
  readonly source: string;
  matches(value: string, bindings: Bindings): boolean;
  /** What it stands for here, printable: a template with what its bindings insert, else the source. */
  shown(bindings: Bindings): string;
}

/** Brings a value into the form in which it is compared; identity unless the kind of name folds. */
export type Fold = (value: string) => string;

/** A piece of a template: text, or the name of a binding. */
export type TemplatePart = { readonly text: string } | { readonly insert: string };

const asIs: Fold = (value) => value;

/** Matches the one value that was written. */
export function literalMatcher(source: string, fold: Fold = asIs): Matcher {
  const wanted = fold(source);
  return {
    kind: 'literal',
    source,
    matches: (value) => fold(value) === wanted,
    shown: () => source,
  };
}

/** Matches what ends in `source` (`.corp.example`, `@corp.example`) and is longer. */
export function suffixMatcher(source: string, fold: Fold = asIs): Matcher {
  const wanted = fold(source);
  const ends = (value: string): boolean => value.length > wanted.length && value.endsWith(wanted);
  return { kind: 'suffix', source, matches: (value) => ends(fold(value)), shown: () => source };
}

/** Matches by `test`, a compiled linear-time pattern over the whole value. */
export const patternMatcher = (
  source: string,
  test: (value: string) => boolean,
  fold: Fold = asIs,
): Matcher => ({
  kind: 'pattern',
  source,
  matches: (value) => test(fold(value)),
  shown: () => source,
});

/**
 * Matches what the template becomes with its bindings inserted literally; a binding with several
 * values means any of them, an absent or empty one matches nothing.
 */
export function templateMatcher(
  source: string,
  parts: readonly TemplatePart[],
  fold: Fold = asIs,
): Matcher {
  const expand = (bindings: Bindings): readonly string[] =>
    parts.reduce<readonly string[]>(
      (texts, part) => {
        const values = 'text' in part ? [part.text] : (bindings[part.insert] ?? []);
        return texts.flatMap((text) => values.map((value) => text + value));
      },
      [''],
    );
  return {
    kind: 'template',
    source,
    matches: (value, bindings) => expand(bindings).some((text) => fold(text) === fold(value)),
    shown: (bindings) => `${source} (${quotedList(expand(bindings))})`,
  };
}

/** Whether any of `matchers` matches `value`. */
export const matchesAny = (
  matchers: readonly Matcher[],
  value: string,
  bindings: Bindings,
): boolean => matchers.some((matcher) => matcher.matches(value, bindings));

/** `matchers` in words, for messages; `none` where nothing is allowed. */
export const shownMatchers = (
  matchers: readonly Matcher[] | undefined,
  bindings: Bindings,
): string => matchers?.map((matcher) => matcher.shown(bindings)).join(', ') || 'none';
