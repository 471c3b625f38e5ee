// SPDX-License-Identifier: Apache-2.0
// Makes text that a requester chose safe to stand in a log line, a condition or on a terminal.

const MAX_PRINTED = 200;

/** Printable ASCII but for the quote and the backslash: nearly every text is made of it. */
const NOTHING_TO_ESCAPE = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/**
 * `text` in which everything but printable ASCII (and letters and digits of any script) is written as `\u{…}`,
 * cut after `max` characters with the number of characters left out. It closes log injection by
 * newlines, ANSI escapes and bidirectional marks.
 */
export function printable(text: string, max: number = MAX_PRINTED): string {
  if (text.length <= max && NOTHING_TO_ESCAPE.test(text)) return text;
  const characters = Array.from(text.slice(0, max * 2)).slice(0, max);
  const escaped = characters.map(escapeCharacter).join('');
  const shown = characters.join('').length;
  return shown < text.length ? `${escaped}… (${text.length - shown} more)` : escaped;
}

/** `text` printable and in double quotes. */
export const quoted = (text: string, max: number = MAX_PRINTED): string =>
  `"${printable(text, max)}"`;

/** Several texts, quoted, joined by commas; after `most` of them only the number of the others. */
export function quotedList(texts: readonly string[], most: number = 8): string {
  const shown = texts.slice(0, most).map((text) => quoted(text));
  if (texts.length > most) shown.push(`… (${texts.length - most} more)`);
  return shown.length === 0 ? 'nothing' : shown.join(', ');
}

function escapeCharacter(character: string): string {
  if (character === '\\' || character === '"') return `\\${character}`;
  if (/^[\x20-\x7e]$/.test(character) || /^[\p{L}\p{N}]$/u.test(character)) return character;
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
