// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';

import { readCertificationRequest } from '../../../src/x509/certification-request.js';
import { writePem } from '../../../src/x509/pem.js';
import { forgeDer, toPem } from '../../support/forge.js';

const der = forgeDer();
const good = toPem(der);
const base64 = Buffer.from(der).toString('base64');
const oneLine = `-----BEGIN CERTIFICATE REQUEST-----\n${base64}\n-----END CERTIFICATE REQUEST-----\n`;

describe('the PEM reader is kind about habit and takes', () => {
  it.each<readonly [string, string]>([
    ['a block as Go and openssl write it', good],
    ['CRLF', good.replaceAll('\n', '\r\n')],
    ['blanks and tabs after the dashes', good.replaceAll('-----\n', '----- \t\n')],
    ['blanks after the dashes and CRLF', good.replaceAll('-----\n', '-----  \r\n')],
    ['no final line end', good.trimEnd()],
    ['blank lines before and after', `\n \t\n\r\n${good}\n\n  \n`],
    ['the whole base64 on one line', oneLine],
    [
      'base64 of four characters a line',
      oneLine.replace(base64, base64.replaceAll(/.{4}/g, '$&\n')),
    ],
    [
      'tabs and blanks within the base64',
      oneLine.replace(base64, base64.replaceAll(/.{10}/g, '$&\t ')),
    ],
    ['blank lines within the base64', oneLine.replace(base64, `\n\n${base64}\n\n`)],
    ['indented base64 between dashes that are not', oneLine.replace(base64, `    ${base64}`)],
  ])('%s', (_name, pem) => {
    const read = readCertificationRequest(Buffer.from(pem));

    expect(read.ok ? Buffer.from(read.value.der).equals(der) : read.error).toBe(true);
  });
});

describe('the PEM writer', () => {
  it('writes 64 columns, LF and a final line end', () => {
    const pem = writePem('CERTIFICATE', Buffer.alloc(50, 1));

    expect(pem).toBe(
      `-----BEGIN CERTIFICATE-----\n${'AQEB'.repeat(16)}\nAQE=\n-----END CERTIFICATE-----\n`,
    );
  });

  it('writes no empty line when the last one is full', () => {
    expect(writePem('X', Buffer.alloc(48))).toBe(
      `-----BEGIN X-----\n${'A'.repeat(64)}\n-----END X-----\n`,
    );
  });
});
