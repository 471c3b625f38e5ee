// SPDX-License-Identifier: Apache-2.0
// Words as automata, so that what they match can be compared as sets and not only tried with examples.

import { RE2JS } from 're2js';
import { field } from '../vocabulary/json.js';
import type { Matcher } from '../vocabulary/matchers.js';

/** One place of a program; `next` are indexes of nodes. Ranges are pairs of code points, both included. */
export type AutomatonNode =
  | { readonly kind: 'step'; readonly ranges: readonly number[]; readonly next: number }
  | { readonly kind: 'split'; readonly next: readonly number[] }
  | { readonly kind: 'begin' | 'end'; readonly next: number }
  | { readonly kind: 'match' }
  | { readonly kind: 'fail' };

/** A set of texts: those that lead from a start to a match, over the whole text. */
export interface Automaton {
  readonly starts: readonly number[];
  readonly nodes: readonly AutomatonNode[];
}

/** What a template may insert, as RE2 text by name; a name that is not here inserts nothing. */
export type Holes = Readonly<Record<string, string>>;

/** Code points that end the ranges of RE2. */
const MAX_CODE_POINT = 0x10ffff;
const NEW_LINE = 10;

/** Letters that fold to ASCII besides their two cases: the long s and the Kelvin sign. */
const FOLDED: Readonly<Record<string, number>> = { s: 0x17f, k: 0x212a };

/** Instructions of RE2JS by number (its class Inst); a test compiles each of them. */
const OP = {
  alt: 1,
  altMatch: 2,
  capture: 3,
  emptyWidth: 4,
  fail: 5,
  match: 6,
  nop: 7,
  rune: 8,
  rune1: 9,
  runeAny: 10,
  runeAnyNotNewLine: 11,
} as const;

/** Conditions of an empty-width instruction that are of the whole text, not of lines or words. */
const BEGIN_TEXT = 4;
const END_TEXT = 8;

/** RE2 text for `word`, which the policy took; templates become what `holes` say. */
export function wordText({ kind, source }: Pick<Matcher, 'kind' | 'source'>, holes: Holes): string {
  switch (kind) {
    case 'literal':
      return RE2JS.quote(source);
    case 'suffix':
      return `.+${RE2JS.quote(source)}`;
    case 'pattern':
      return `(?:${source.slice(1, -1)})`;
    case 'template':
      return source
        .split(/\{([^{}]*)\}/)
        .map((part, index) =>
          index % 2 === 0 ? RE2JS.quote(part) : `(?:${holes[part] ?? '[^\\x00-\\x{10ffff}]'})`,
        )
        .join('');
  }
}

/** The texts that RE2 text `body` matches as a whole; undefined where it looks at lines or words, or is no RE2. */
export function automatonOf(body: string, ignoreCase: boolean): Automaton | undefined {
  try {
    const pattern = RE2JS.compile(body, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    const program: unknown = pattern.re2().prog;
    const instructions: unknown = field(program, 'inst');
    const start: unknown = field(program, 'start');
    if (!Array.isArray(instructions) || typeof start !== 'number') return undefined;
    const nodes = instructions.map(nodeOf);
    const known = nodes.filter((node) => node !== undefined);
    return known.length < nodes.length ? undefined : { starts: [start], nodes: known };
  } catch {
    return undefined;
  }
}

/** The texts of any of `automata`. */
export function unionOf(automata: readonly Automaton[]): Automaton {
  const nodes: AutomatonNode[] = [];
  const starts: number[] = [];
  for (const automaton of automata) {
    const offset = nodes.length;
    starts.push(...automaton.starts.map((each) => each + offset));
    for (const node of automaton.nodes) nodes.push(moved(node, offset));
  }
  return { starts, nodes };
}

function moved(node: AutomatonNode, by: number): AutomatonNode {
  if (node.kind === 'match' || node.kind === 'fail') return node;
  if (node.kind === 'split') return { kind: 'split', next: node.next.map((each) => each + by) };
  return { ...node, next: node.next + by };
}

function nodeOf(instruction: unknown): AutomatonNode | undefined {
  const op = field(instruction, 'op');
  const next = numberAt(instruction, 'out');
  const arg = numberAt(instruction, 'arg');
  switch (op) {
    case OP.alt:
    case OP.altMatch:
      return { kind: 'split', next: [next, arg] };
    case OP.capture:
    case OP.nop:
      return { kind: 'split', next: [next] };
    case OP.emptyWidth:
      if (arg === BEGIN_TEXT) return { kind: 'begin', next };
      return arg === END_TEXT ? { kind: 'end', next } : undefined;
    case OP.fail:
      return { kind: 'fail' };
    case OP.match:
      return { kind: 'match' };
    case OP.runeAny:
      return { kind: 'step', ranges: [0, MAX_CODE_POINT], next };
    case OP.runeAnyNotNewLine:
      return { kind: 'step', ranges: [0, NEW_LINE - 1, NEW_LINE + 1, MAX_CODE_POINT], next };
    case OP.rune:
    case OP.rune1: {
      const ranges = rangesOf(field(instruction, 'runes'), (arg & 1) !== 0);
      return ranges && { kind: 'step', ranges, next };
    }
    default:
      return undefined;
  }
}

function rangesOf(runes: unknown, ignoreCase: boolean): readonly number[] | undefined {
  if (typeof runes !== 'object' || runes === null) return undefined;
  const list = Object.values(runes).filter((each) => typeof each === 'number');
  const [only] = list;
  if (list.length !== 1 || only === undefined) return list;
  if (!ignoreCase) return [only, only];
  if (only > 0x7f) return undefined;
  const letter = String.fromCodePoint(only);
  const cases = [letter.toUpperCase(), letter.toLowerCase()].map((each) => each.charCodeAt(0));
  const folded = FOLDED[letter.toLowerCase()];
  const all = new Set(folded === undefined ? cases : [...cases, folded]);
  return [...all].flatMap((each) => [each, each]);
}

function numberAt(value: unknown, key: string): number {
  const found = field(value, key);
  return typeof found === 'number' ? found : 0;
}
