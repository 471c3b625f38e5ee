// SPDX-License-Identifier: Apache-2.0
// Compiles `/…/`: RE2 syntax, linear time, always over the whole value.

import { RE2JS } from 're2js';
import { MAX_PATTERN_CHARACTERS, MAX_PATTERN_INSTRUCTIONS } from '../vocabulary/limits.js';
import { printable, quoted } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Fault } from './problem.js';

const faulty = (message: string): Result<never, Fault> =>
  fail({ code: 'PolicyBadPattern', message });

/** Whether `text` is meant as a pattern: no literal of a policy begins with a slash. */
export const isPattern = (text: string): boolean => text.startsWith('/');

/** A test of whole values by the pattern `text`, slashes included. `ignoreCase` is for names that fold. */
export function parsePattern(
  text: string,
  ignoreCase: boolean,
): Result<(value: string) => boolean, Fault> {
  if (text.length > MAX_PATTERN_CHARACTERS) {
    return faulty(`the pattern is longer than ${MAX_PATTERN_CHARACTERS} characters`);
  }
  if (text.length < 2 || !text.endsWith('/')) {
    return faulty(
      'a pattern begins and ends with a slash; flags are written inside, as in /(?i)dev-.*/',
    );
  }
  const body = text.slice(1, -1);
  if (body === '') return faulty('the pattern is empty');
  const template = templateInside(body);
  if (template !== undefined) {
    return faulty(
      `${quoted(template)} looks like a template, and a pattern inserts nothing; use a template alone, or write \\{ for a brace`,
    );
  }
  return compile(body, ignoreCase);
}

function compile(body: string, ignoreCase: boolean): Result<(value: string) => boolean, Fault> {
  try {
    const pattern = RE2JS.compile(body, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    if (pattern.programSize() > MAX_PATTERN_INSTRUCTIONS) {
      return faulty('the pattern is too complex; use fewer or smaller repetitions');
    }
    return ok((value) => pattern.testExact(value));
  } catch (error) {
    return faulty(`this is not RE2 syntax: ${printable(reasonOf(error))}`);
  }
}

/** Instructions of the pattern `text`; 0 for one that `parsePattern` refuses. It keeps nothing of the program. */
export function patternSize(text: string): number {
  if (text.length > MAX_PATTERN_CHARACTERS) return 0;
  try {
    return RE2JS.compile(text.slice(1, -1)).programSize();
  } catch {
    return 0;
  }
}

const reasonOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
        .replace(/^error parsing regexp:? ?\(?/, '')
        .replace('`(?i)', '`')
    : 'unknown';

/** `{name}` outside of escapes, `\p{…}` and `\x{…}`: RE2 would read it as plain text, which nobody means. */
const templateInside = (body: string): string | undefined =>
  /\{[A-Za-z][\w.]*\}/.exec(body.replaceAll(/\\(?:[pPx]\{[^}]*\}|[^])/g, ''))?.[0];
