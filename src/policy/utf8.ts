// SPDX-License-Identifier: Apache-2.0
// Reads bytes that have to be UTF-8, and says where they are not: a replaced character would be a name that nobody wrote.

/** The first byte that is no UTF-8. */
export interface Utf8Fault {
  /** Line and column, from 1. */
  readonly line: number;
  readonly column: number;
  readonly byte: number;
}

/** Bytes as text. */
export interface Utf8Text {
  /** A byte order mark stays; U+FFFD stands for what is no UTF-8. */
  readonly text: string;
  /** Undefined where all bytes are UTF-8. */
  readonly fault: Utf8Fault | undefined;
}

const REPLACEMENT = '\uFFFD';
const REPLACEMENT_BYTES = [0xef, 0xbf, 0xbd];

/** Reads `bytes`. Never throws; linear. */
export function readUtf8(bytes: Uint8Array): Utf8Text {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  let offset = 0;
  let from = 0;
  for (let at = text.indexOf(REPLACEMENT); at >= 0; at = text.indexOf(REPLACEMENT, from)) {
    // Up to the first fault the text has just the bytes that were read.
    offset += Buffer.byteLength(text.slice(from, at));
    if (!isWritten(bytes, offset)) return { text, fault: faultAt(text, at, bytes[offset] ?? 0) };
    offset += REPLACEMENT_BYTES.length;
    from = at + 1;
  }
  return { text, fault: undefined };
}

/** What to tell of a fault. */
export const utf8Message = ({ byte }: Utf8Fault): string =>
  `the byte 0x${byte.toString(16).padStart(2, '0')} is not UTF-8; save the text in UTF-8`;

/** Whether the replacement character itself stands at `offset`. */
const isWritten = (bytes: Uint8Array, offset: number): boolean =>
  REPLACEMENT_BYTES.every((byte, index) => bytes[offset + index] === byte);

function faultAt(text: string, at: number, byte: number): Utf8Fault {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return { line, column: at - before.lastIndexOf('\n'), byte };
}
