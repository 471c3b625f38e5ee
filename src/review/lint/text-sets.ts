// SPDX-License-Identifier: Apache-2.0
// Looks for a text that lies in some sets and not in others, with bounded work; it never guesses.

import type { Automaton } from '../../policy/automaton.js';

/** Whether there is such a text; `unknown` when the work would be too much to tell. */
export type Found =
  | { readonly kind: 'found'; readonly text: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown' };

/** Steps that may still be taken, over all searches of one run. */
export interface Budget {
  left: number;
}

/** Steps of one search; a pair of usual patterns needs some hundreds. */
const MAX_STEPS = 200_000;

/** The nodes in which an automaton can be between two characters, and where each character leads from there. */
interface State {
  /** Steps that can come next, ascending. */
  readonly nodes: readonly number[];
  readonly accepts: boolean;
  /** Among the states of its automaton. */
  readonly id: number;
  readonly next: Map<number, State>;
}

/** Behind a text with which nothing begins. */
const NOWHERE: State = { nodes: [], accepts: false, id: -1, next: new Map() };

/** A set of texts that remembers where its states lead. */
export class TextSet {
  readonly #automaton: Automaton;
  readonly #states = new Map<string, State>();
  readonly ranges: readonly number[];
  readonly start: State;

  constructor(automaton: Automaton) {
    this.#automaton = automaton;
    this.ranges = automaton.nodes.flatMap((node) => (node.kind === 'step' ? node.ranges : []));
    this.start = this.#stateOf(automaton.starts, true);
  }

  /** The state behind one character; `spend` hears what it costs to find it out. */
  step(from: State, character: number, spend: (steps: number) => void): State {
    const known = from === NOWHERE ? NOWHERE : from.next.get(character);
    if (known !== undefined) return known;
    spend(from.nodes.length);
    const reached = this.#reached(from.nodes, character);
    const state = reached.length === 0 ? NOWHERE : this.#stateOf(reached, false);
    from.next.set(character, state);
    return state;
  }

  #reached(from: readonly number[], character: number): readonly number[] {
    const reached: number[] = [];
    for (const index of from) {
      const node = this.#automaton.nodes[index];
      if (node?.kind === 'step' && isInRanges(node.ranges, character)) reached.push(node.next);
    }
    return reached;
  }

  /** Follows everything that takes no character. */
  #stateOf(from: readonly number[], isBegin: boolean): State {
    const inside = closureOf(this.#automaton, from, { begin: isBegin, end: false });
    const { matches } = inside.ends
      ? closureOf(this.#automaton, from, { begin: isBegin, end: true })
      : inside;
    const nodes = inside.steps.sort((a, b) => a - b);
    const key = `${nodes.join(',')}${matches ? '!' : ''}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const state: State = { nodes, accepts: matches, id: this.#states.size, next: new Map() };
    this.#states.set(key, state);
    return state;
  }
}

/**
 * The shortest text, not empty, that all of `within` hold and none of `outside`. Texts are compared code point by code
 * point, over their whole length.
 */
export function findText(
  within: readonly TextSet[],
  outside: readonly TextSet[],
  budget: Budget,
): Found {
  const limit = Math.min(MAX_STEPS, budget.left);
  let spent = 0;
  const found = explore({
    sets: [...within, ...outside],
    within: within.length,
    spend: (steps) => (spent += steps) <= limit,
  });
  budget.left -= Math.min(spent, limit);
  return found;
}

interface Search {
  /** Those that have to hold the text first. */
  readonly sets: readonly TextSet[];
  readonly within: number;
  /** False when no more steps may be taken. */
  readonly spend: (steps: number) => boolean;
}

interface Visit {
  readonly states: readonly State[];
  readonly before: Visit | undefined;
  readonly character: number;
}

function explore(search: Search): Found {
  const characters = charactersOf(search.sets);
  const first = search.sets.map(({ start }) => start);
  const queue: Visit[] = [{ states: first, before: undefined, character: 0 }];
  // The beginning is not seen yet: a text that is not empty may lead back to it.
  const seen = new Set<string>();
  // The queue grows while it is read.
  for (const visit of queue) {
    if (!search.spend(characters.length)) return { kind: 'unknown' };
    for (const character of characters) {
      const states = stepAll(search, visit.states, character);
      if (states === undefined || seen.has(keyOf(states))) continue;
      seen.add(keyOf(states));
      const next: Visit = { states, before: visit, character };
      const isInside = states.every(({ accepts }, index) => accepts === index < search.within);
      if (isInside) return { kind: 'found', text: textOf(next) };
      queue.push(next);
    }
  }
  return { kind: 'none' };
}

const keyOf = (states: readonly State[]): string => states.map(({ id }) => id).join();

function textOf(visit: Visit): string {
  const characters: number[] = [];
  for (let at = visit; at.before !== undefined; at = at.before) characters.push(at.character);
  return characters
    .toReversed()
    .map((each) => String.fromCodePoint(each))
    .join('');
}

/** Undefined when some set that has to hold the text cannot hold it any more. */
function stepAll(
  { sets, within, spend }: Search,
  states: readonly State[],
  character: number,
): readonly State[] | undefined {
  const next: State[] = [];
  for (const [index, set] of sets.entries()) {
    const from = states[index];
    if (from === undefined) return undefined;
    const state = set.step(from, character, spend);
    if (index < within && state.nodes.length === 0 && !state.accepts) return undefined;
    next.push(state);
  }
  return next;
}

/** `ranges` ascend. */
function isInRanges(ranges: readonly number[], character: number): boolean {
  for (let index = 0; index < ranges.length; index += 2) {
    if (character < (ranges[index] ?? 0)) return false;
    if (character <= (ranges[index + 1] ?? 0)) return true;
  }
  return false;
}

interface Closure {
  readonly steps: number[];
  readonly matches: boolean;
  /** Whether the end of the text was asked for on the way. */
  readonly ends: boolean;
}

function closureOf(
  { nodes }: Automaton,
  from: readonly number[],
  passes: { readonly begin: boolean; readonly end: boolean },
): Closure {
  const seen = new Set<number>();
  const steps: number[] = [];
  let matches = false;
  let ends = false;
  const pending = [...from];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (seen.has(index)) continue;
    seen.add(index);
    const node = nodes[index];
    if (node?.kind === 'step') steps.push(index);
    else if (node?.kind === 'match') matches = true;
    else if (node?.kind === 'split') pending.push(...node.next);
    else if (node?.kind === 'begin' && passes.begin) pending.push(node.next);
    else if (node?.kind === 'end') {
      ends = true;
      if (passes.end) pending.push(node.next);
    }
  }
  return { steps, matches, ends };
}

/** One character for each class of characters that no range tells apart, letters before other signs. */
function charactersOf(sets: readonly TextSet[]): readonly number[] {
  const cuts = new Set<number>();
  for (const { ranges } of sets) {
    ranges.forEach((bound, index) => cuts.add(index % 2 === 0 ? bound : bound + 1));
  }
  const sorted = [...cuts].sort((a, b) => a - b);
  const classes = sorted.map((low, index) => ({ low, high: (sorted[index + 1] ?? low + 1) - 1 }));
  return classes.map(preferred).sort((a, b) => rankOf(a) - rankOf(b) || a - b);
}

const PREFERRED = ['a', 'x', '0', 'A', '-', '.'].map((each) => each.charCodeAt(0));

const preferred = ({ low, high }: { readonly low: number; readonly high: number }): number =>
  PREFERRED.find((each) => low <= each && each <= high) ??
  (low < 0x21 && high >= 0x21 ? 0x21 : low);

const rankOf = (character: number): number =>
  character >= 0x61 && character <= 0x7a ? 0 : character >= 0x21 && character <= 0x7e ? 1 : 2;
