// SPDX-License-Identifier: Apache-2.0
// Finds PEM blocks as Go's encoding/pem does: what is malformed counts as text between blocks and is passed over.

export interface PemBlock {
  readonly label: string;
  readonly hasHeaders: boolean;
  readonly der: Buffer;
}

const BEGIN = '-----BEGIN ';
const END = '-----END ';
const DASHES = '-----';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The well-formed blocks of a text, one after the other. */
export function* pemBlocks(text: string): Generator<PemBlock, void, undefined> {
  let position = startOfLine(text, BEGIN, 0);
  while (position !== undefined) {
    const attempt = readBlock(text, position);
    if (attempt.block !== undefined) yield attempt.block;
    position = startOfLine(text, BEGIN, attempt.next);
  }
}

/** Where, from a position that begins a line, the next line with this prefix begins. */
function startOfLine(text: string, prefix: string, from: number): number | undefined {
  if (text.startsWith(prefix, from)) return from;
  const found = text.indexOf(`\n${prefix}`, from);
  return found === -1 ? undefined : found + 1;
}

/** The line without trailing blanks, and where the next one begins. */
function lineAt(text: string, from: number): { readonly line: string; readonly next: number } {
  const end = text.indexOf('\n', from);
  const stop = end === -1 ? text.length : end;
  const line = text
    .slice(from, stop)
    .replace(/\r$/, '')
    .replace(/[ \t]+$/, '');
  return { line, next: end === -1 ? text.length : end + 1 };
}

function readBlock(
  text: string,
  begin: number,
): { readonly block?: PemBlock; readonly next: number } {
  const first = lineAt(text, begin);
  if (!first.line.endsWith(DASHES)) return { next: first.next };
  const label = first.line.slice(BEGIN.length, -DASHES.length);
  let body = first.next;
  let hasHeaders = false;
  for (let header = lineAt(text, body); header.line.includes(':'); header = lineAt(text, body)) {
    hasHeaders = true;
    body = header.next;
  }
  // After headers, even an empty body has a line of its own.
  const isEmpty = !hasHeaders && text.startsWith(END, body);
  const end = isEmpty ? body : text.indexOf(`\n${END}`, body) + 1;
  if (end === 0) return { next: body };
  const last = lineAt(text, end);
  const base64 = text.slice(body, end).replace(/[ \t\r\n]/g, '');
  if (last.line !== `${END}${label}${DASHES}` || !BASE64.test(base64)) return { next: body };
  return { block: { label, hasHeaders, der: Buffer.from(base64, 'base64') }, next: last.next };
}
