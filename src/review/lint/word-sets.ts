// SPDX-License-Identifier: Apache-2.0
// Compares words of a policy as sets of names: says yes only when it is sure, and stops when the budget is used up.

import {
  type Automaton,
  automatonOf,
  type Holes,
  unionOf,
  wordText,
} from '../../policy/automaton.js';
import { canonicalDnsName } from '../../vocabulary/dns-names.js';
import type { Matcher } from '../../vocabulary/matchers.js';
import { type NameKind, nameKinds } from './name-kinds.js';
import { type Budget, findText, type Found, TextSet } from './text-sets.js';

/** Some names of one kind: what RE2 texts match, any of them. */
export interface NameSet {
  readonly kind: NameKind;
  readonly texts: readonly string[];
}

/** Steps of all comparisons of one run: two or three seconds. A policy of five rules needs 50,000. */
const MAX_STEPS = 6_000_000;

/** What one compiled word, and one new comparison, count for in steps, beside their length. */
const STEPS_TO_COMPILE = 500;
const STEPS_TO_BEGIN = 100;

/** Words that one comparison looks at; lists beyond are not compared. */
const MAX_COMPARED_WORDS = 100;

/** Comparisons of words within one run of lint. */
export class WordSets {
  readonly #budget: Budget;
  readonly #automata = new Map<string, Automaton | undefined>();
  readonly #sets = new Map<string, TextSet | undefined>();
  readonly #found = new Map<string, Found>();

  constructor(maxSteps: number = MAX_STEPS) {
    this.#budget = { left: maxSteps };
  }

  /** False when some comparison may have ended without an answer because there was too much to do. */
  get isComplete(): boolean {
    return this.#budget.left > 0;
  }

  /** Counts `steps` that are taken elsewhere; false when there is no budget for them. */
  isWithinReach(steps: number): boolean {
    this.#budget.left -= steps;
    return this.#budget.left > 0;
  }

  /** Whether no name of the kind lies in all of `within` and in none of `outside`; false when it is not sure. */
  isEmpty(within: readonly NameSet[], outside: readonly NameSet[] = []): boolean {
    // A set that is not known is left out: what is empty without it is empty with it.
    const known = outside.filter((set) => !isTooLong(set) && this.#setOf(set) !== undefined);
    return this.#find(within, known).kind === 'none';
  }

  /** A name that lies in all of `within` and in none of `outside`; undefined when there is none, or it is not sure. */
  example(within: readonly NameSet[], outside: readonly NameSet[]): string | undefined {
    const found = this.#find(within, outside);
    return found.kind === 'found' ? found.text : undefined;
  }

  #find(within: readonly NameSet[], outside: readonly NameSet[]): Found {
    if ([...within, ...outside].some(isTooLong)) return { kind: 'unknown' };
    const key = JSON.stringify([within, outside]);
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    if (!this.isWithinReach(STEPS_TO_BEGIN + key.length)) return { kind: 'unknown' };
    const found = this.#search(within, outside);
    this.#found.set(key, found);
    return found;
  }

  #search(within: readonly NameSet[], outside: readonly NameSet[]): Found {
    const kinds = [...new Set(within.map(({ kind }) => kind))];
    // Only names that can be names of their kind count.
    const usable = kinds.map((kind) => ({ kind, texts: [nameKinds[kind].usable] }));
    const all = this.#known([...within, ...usable]);
    const none = this.#known(outside);
    if (all === undefined || none === undefined) return { kind: 'unknown' };
    return findText(all, none, this.#budget);
  }

  #known(sets: readonly NameSet[]): readonly TextSet[] | undefined {
    const known = sets.map((set) => this.#setOf(set)).filter((each) => each !== undefined);
    return known.length < sets.length ? undefined : known;
  }

  #setOf({ kind, texts }: NameSet): TextSet | undefined {
    const ignoreCase = kind === 'dns';
    const key = JSON.stringify([ignoreCase, ...texts]);
    if (this.#sets.has(key)) return this.#sets.get(key);
    const automata = texts.map((text) => this.#automaton(text, ignoreCase));
    const known = automata.filter((each) => each !== undefined);
    const set = known.length < automata.length ? undefined : new TextSet(unionOf(known));
    this.#sets.set(key, set);
    return set;
  }

  #automaton(text: string, ignoreCase: boolean): Automaton | undefined {
    const key = `${ignoreCase} ${text}`;
    if (this.#automata.has(key)) return this.#automata.get(key);
    if (!this.isWithinReach(STEPS_TO_COMPILE + text.length)) return undefined;
    const automaton = automatonOf(text, ignoreCase);
    this.#automata.set(key, automaton);
    return automaton;
  }
}

const isTooLong = ({ texts }: NameSet): boolean => texts.length > MAX_COMPARED_WORDS;

/** The names that `words` match; templates insert what `holes` say. */
export const setOf = (kind: NameKind, words: readonly Matcher[], holes: Holes = {}): NameSet => ({
  kind,
  texts: words.map((word) => wordText(inCanonicalForm(kind, word), holes)),
});

/** The names that RE2 text matches. */
export const textSet = (kind: NameKind, ...texts: readonly string[]): NameSet => ({ kind, texts });

function inCanonicalForm(kind: NameKind, { kind: form, source }: Matcher) {
  if (kind !== 'dns' || form !== 'literal') return { kind: form, source };
  return { kind: form, source: canonicalDnsName(source) ?? source };
}
