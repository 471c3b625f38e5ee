// SPDX-License-Identifier: Apache-2.0
// PEM (RFC 7468): reads exactly one block and nothing beside it; writes as Go's encoding/pem does.

import { refuse } from './refused.js';

const BEGIN_LINE = /^-----BEGIN ([\x20-\x2c\x2e-\x7e]*)-----[ \t]*$/;
const END_LINE = /^-----END ([\x20-\x2c\x2e-\x7e]*)-----[ \t]*$/;
const BLANK_LINE = /^[ \t\r]*$/;

/**
 * The bytes of the one PEM block with exactly `label` in `text`; refuses (see refused.ts) everything that another
 * scanner could read differently: a second block, text around the block, headers, lax base64.
 * Habits of real tools are fine: CRLF, blanks after the dashes, blank lines, one long line, no final newline.
 */
export function readPem(text: Uint8Array, label: string): Buffer {
  const lines = linesOf(text);
  const begin = findBegin(lines, label);
  const end = findEnd(lines, begin);
  refuseAnythingAfter(lines, end);
  const body = lines.slice(begin + 1, end);
  const header = body.findIndex((line) => line.includes(':'));
  if (header !== -1) {
    refuse('PemHeader', at(begin + 1 + header), 'PEM headers are not allowed in a request');
  }
  return decodeStrictly(body.join('').replace(/[ \t\r]+/g, ''), at(begin + 1));
}

/** `der` as one PEM block: 64 columns, LF, final newline (SGN-3). */
export function writePem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

const at = (index: number): string => `pem line ${index + 1}`;

/** Lines end in LF or CRLF; a CR alone ends nothing, as in Go's scanner. */
const linesOf = (text: Uint8Array): readonly string[] =>
  Buffer.from(text.buffer, text.byteOffset, text.byteLength)
    .toString('latin1')
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));

function findBegin(lines: readonly string[], label: string): number {
  const first = lines.findIndex((line) => !BLANK_LINE.test(line));
  const found = BEGIN_LINE.exec(lines[first] ?? '');
  if (found === null) {
    const later = lines.findIndex((line) => BEGIN_LINE.test(line));
    if (later !== -1) refuse('PemTextAround', at(first), 'text stands before the PEM block');
    refuse('PemMissing', 'pem', `no line is exactly "-----BEGIN ${label}-----"`);
  }
  if (found[1] !== label) refuse('PemLabel', at(first), `the PEM label is not "${label}"`);
  return first;
}

/** The line of END that closes the block begun in line `begin`; its label must be the same. */
function findEnd(lines: readonly string[], begin: number): number {
  const label = BEGIN_LINE.exec(lines[begin] ?? '')?.[1] ?? '';
  const end = lines.findIndex((line, index) => index > begin && line.startsWith('-----'));
  const line = lines[end] ?? '';
  const found = END_LINE.exec(line);
  if (found === null) {
    if (!line.startsWith(`-----END ${label}-----`)) {
      const where = end === -1 ? 'pem' : at(end);
      refuse('PemIncomplete', where, 'the PEM block does not end with a whole END line');
    }
    refuse('PemTextAround', at(end), 'text stands after the dashes of END');
  }
  if (found[1] !== label) refuse('PemLabel', at(end), `the label of END is not "${label}"`);
  return end;
}

function refuseAnythingAfter(lines: readonly string[], end: number): void {
  const after = lines.findIndex((line, index) => index > end && !BLANK_LINE.test(line));
  if (after === -1) return;
  if (lines.some((line, index) => index > end && line.startsWith('-----BEGIN '))) {
    refuse('PemSeveralBlocks', at(after), 'there is more than one PEM block');
  }
  refuse('PemTextAround', at(after), 'text stands after the PEM block');
}

/** Encoding again must give the same text: that closes other alphabets, lax padding and spare bits at once. */
function decodeStrictly(base64: string, where: string): Buffer {
  if (base64 === '') refuse('PemEmpty', where, 'the PEM block has no content');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) {
    refuse('PemBase64', where, 'the content is not exact base64 (RFC 4648 section 4)');
  }
  return bytes;
}
