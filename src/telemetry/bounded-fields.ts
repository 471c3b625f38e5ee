// SPDX-License-Identifier: Apache-2.0
// Holds the fields of a line to what is declared of them: unseen characters escaped, texts and lists cut.

import type { Field } from './log-field.js';

type Fields = Readonly<Record<string, Field>>;
type Values = Record<string, unknown>;

/** For a field that nobody declared: a defect, of which a test tells, and still no reason to write without bounds. */
const UNDECLARED_CHARACTERS = 1024;
const UNDECLARED_ITEMS = 32;
const MAX_DEPTH = 4;

/**
 * The values as they may be written. Of a list that is too long the first items stay, and `<field>LeftOut` says how many
 * do not. What is undefined is left out.
 */
export function boundedFields(values: object, declared: Fields, depth = 0): Values {
  const bounded: Values = {};
  for (const [key, value] of Object.entries(values) as [string, unknown][]) {
    if (value === undefined) continue;
    const field = declared[key];
    bounded[key] = boundedValue(value, field, depth);
    const leftOut = Array.isArray(value) ? value.length - mostOf(field) : 0;
    if (leftOut > 0) bounded[`${key}LeftOut`] = leftOut;
  }
  return bounded;
}

function boundedValue(value: unknown, field: Field | undefined, depth: number): unknown {
  if (typeof value === 'string') return boundedText(value, field);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) {
    const of = field?.kind === 'list' ? field.of : undefined;
    return value.slice(0, mostOf(field)).map((item) => boundedValue(item, of, depth + 1));
  }
  if (field?.kind === 'record') return boundedFields(value, field.fields, depth + 1);
  const of = field?.kind === 'map' ? field.of : undefined;
  const entries = Object.entries(value).slice(0, mostOf(field)) as [string, unknown][];
  return Object.fromEntries(
    entries.map(([key, each]) => [
      seen(key, UNDECLARED_CHARACTERS),
      boundedValue(each, of, depth + 1),
    ]),
  );
}

const mostOf = (field: Field | undefined): number =>
  field?.kind === 'list' || field?.kind === 'map' ? field.most : UNDECLARED_ITEMS;

function boundedText(value: string, field: Field | undefined): string {
  if (field?.kind === 'exact') return value.slice(0, field.most);
  return seen(value, field?.kind === 'text' ? field.most : UNDECLARED_CHARACTERS);
}

/** Everything but letters, digits, punctuation, symbols and the space: what is not seen, or moves what is. */
const UNSEEN = /[^\p{L}\p{N}\p{P}\p{S} ]/gu;

/** What nearly every text is; a decision must not wait for its line. */
const PLAIN = /^[\x20-\x7e\n]*$/;

/** `value` with a `\u{…}` for each such character, cut to `most` characters; what is escaped already stays as it is. */
function seen(value: string, most: number): string {
  if (value.length <= most && PLAIN.test(value) && !value.includes('\n')) return value;
  const escaped = value.slice(0, most).replace(UNSEEN, escapedCharacter);
  const total = escaped.length + value.length - Math.min(value.length, most);
  if (total <= most) return escaped;
  const mark = (left: number): string => `… (${left} more)`;
  const kept = escaped.slice(0, most - mark(total).length).replace(/[\ud800-\udbff]$/, '');
  return kept + mark(total - kept.length);
}

/** A line of JSON in which every such character is written as an escape of JSON: it reads the same, and moves no text. */
export const withUnseenEscaped = (line: string): string =>
  PLAIN.test(line)
    ? line
    : line.replace(/[^\p{L}\p{N}\p{P}\p{S} \n]/gu, (character) =>
        character
          .split('')
          .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join(''),
      );

const escapedCharacter = (character: string): string =>
  `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
