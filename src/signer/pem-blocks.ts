// SPDX-License-Identifier: Apache-2.0
// Finds the PEM blocks in a file of the operator, among whatever text tools write around them.

/** One block; `headers` are the lines of RFC 1421 that mark encrypted keys, empty for all others. */
export interface PemBlock {
  readonly label: string;
  readonly headers: string;
  readonly der: Buffer;
}

const BLOCK = /^-----BEGIN ([A-Z0-9 ]+)-----\s*$([\s\S]*?)^-----END \1-----\s*$/gm;
const HEADERS = /^(?:[A-Za-z-]+:.*\r?\n(?:[ \t].*\r?\n)*)+/;

/** The blocks of `text` in their order. The text is the operator's and of bounded size; requests are read by x509/pem.ts. */
export const pemBlocksOf = (text: string): readonly PemBlock[] =>
  [...text.matchAll(BLOCK)].map(([, label = '', content = '']) => {
    const body = content.trimStart();
    const headers = HEADERS.exec(body)?.[0] ?? '';
    return { label, headers, der: Buffer.from(body.slice(headers.length), 'base64') };
  });
