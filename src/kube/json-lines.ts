// SPDX-License-Identifier: Apache-2.0
// Cuts a stream of bytes into JSON lines; a line that is too long or no JSON breaks the stream, it is never skipped.

import { StringDecoder } from 'node:string_decoder';

/** What came next: a value, or the reason why nothing further can be trusted. */
export type JsonLine =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'broken'; readonly code: 'LineTooLong' | 'LineMalformed' };

/** Collects chunks; a line ends with `\n`. What stands after the last `\n` when the stream ends is not a line. */
export class JsonLines {
  readonly #maxLineCharacters: number;
  readonly #decoder = new StringDecoder('utf8');
  /** Pieces of the line that has not ended, so that a long line is joined only once. */
  #pieces: string[] = [];
  #pending = 0;

  constructor(maxLineCharacters: number) {
    this.#maxLineCharacters = maxLineCharacters;
  }

  /** Characters of a line that has not ended yet. */
  get pending(): number {
    return this.#pending;
  }

  /** The lines that `chunk` completes; nothing follows a `broken`. */
  *push(chunk: Uint8Array): Generator<JsonLine, void, undefined> {
    const text = this.#decoder.write(chunk);
    let begin = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', begin)) {
      const line = this.#complete(text.slice(begin, end));
      begin = end + 1;
      if (line.trim() === '') continue;
      const parsed = parseLine(line, this.#maxLineCharacters);
      yield parsed;
      if (parsed.kind === 'broken') return;
    }
    if (begin === text.length) return;
    this.#pieces.push(text.slice(begin));
    this.#pending += text.length - begin;
    if (this.#pending > this.#maxLineCharacters) yield { kind: 'broken', code: 'LineTooLong' };
  }

  #complete(rest: string): string {
    if (this.#pending === 0) return rest;
    const line = this.#pieces.join('') + rest;
    this.#pieces = [];
    this.#pending = 0;
    return line;
  }
}

function parseLine(line: string, maxCharacters: number): JsonLine {
  if (line.length > maxCharacters) return { kind: 'broken', code: 'LineTooLong' };
  try {
    return { kind: 'json', value: JSON.parse(line) };
  } catch {
    return { kind: 'broken', code: 'LineMalformed' };
  }
}
