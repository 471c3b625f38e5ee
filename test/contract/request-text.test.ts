// SPDX-License-Identifier: Apache-2.0
// Which texts the API server takes for a request. It reads the first block that it can decode;
// whoever reads differently judges another request than the one that others see.

import { beforeAll, describe, expect, it } from '@jest/globals';
import { CSR_PATH, csrObject, makeCsr } from '../support/control-plane-requests.js';
import { csrPath, serverUnderTest } from './server-under-test.js';

const { api, name } = serverUnderTest();

const BEGIN = '-----BEGIN CERTIFICATE REQUEST-----';
const END = '-----END CERTIFICATE REQUEST-----';

let good = '';
let other = '';
beforeAll(async () => {
  good = await makeCsr({ cn: 'good' });
  other = await makeCsr({ cn: 'other' });
});

const base64Of = (pem: string): string =>
  pem.replace(BEGIN, '').replace(END, '').replace(/\s/g, '');

const create = (label: string, pem: string) =>
  api.create(CSR_PATH, csrObject(pem, { name: name(label) }));

/** The request with one bit of its signature turned. */
const withBrokenSignature = (pem: string): string => {
  const der = Buffer.from(base64Of(pem), 'base64');
  const last = der.length - 1;
  der.writeUInt8(der.readUInt8(last) ^ 1, last);
  return `${BEGIN}\n${der.toString('base64')}\n${END}\n`;
};

describe('PEM texts', () => {
  const accepted: Record<string, () => string> = {
    'one block': () => good,
    'two blocks, of which the first counts (API-11)': () => good + other,
    'text before and after the block': () => `hello\n${good}good bye\n`,
    'PEM headers (API-11)': () => good.replace(`${BEGIN}\n`, `${BEGIN}\nComment: mine\n\n`),
    'CRLF line ends': () => good.replaceAll('\n', '\r\n'),
    'spaces and tabs after the dashes': () => good.replaceAll('-----\n', '----- \t\n'),
    'blank lines and tabs within the base64': () => good.replace(`${BEGIN}\n`, `${BEGIN}\n\n\t`),
    'the base64 on one line': () => `${BEGIN}\n${base64Of(good)}\n${END}\n`,
    'no newline at the end': () => good.trimEnd(),
    'a broken block before a good one, which counts then': () => `${BEGIN}\n!!!!\n${END}\n${good}`,
    'a mismatched END before a good block': () =>
      `${BEGIN}\naGVsbG8=\n-----END CERTIFICATE-----\n${good}`,
    'a megabyte of text before the block (API-2)': () => `${'x'.repeat(1_000_000)}\n${good}`,
  };

  it.each(Object.entries(accepted))('%s: accepted (API-9, API-12)', async (sentence, text) => {
    const label = `accepted-${Object.keys(accepted).indexOf(sentence)}`;

    const response = await create(label, text());

    expect(response.failure?.message).toBeUndefined();
    expect(response.status).toBe(201);
    // A megabyte would ride along in every list that another test asks for.
    await api.delete(csrPath(response.body));
  });

  const refused: Record<string, () => string> = {
    'no PEM at all': () => 'hello',
    'only the base64': () => base64Of(good),
    'NEW CERTIFICATE REQUEST': () =>
      good.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'),
    'another block before the request': () =>
      `-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n${good}`,
    'a truncated block': () => good.slice(0, good.length / 2),
    'text on the line of BEGIN, before it': () => `x${good}`,
    'a byte order mark directly before BEGIN': () => `\uFEFF${good}`,
    'indented lines': () => good.replaceAll(/^/gm, '  '),
    'CR line ends': () => good.replaceAll('\n', '\r'),
    'no newlines': () => good.replaceAll('\n', ''),
    'text after the dashes of END': () => good.replace(END, `${END} x`),
    'base64 of the URL alphabet': () =>
      `${BEGIN}\n${base64Of(good).replaceAll('/', '_').replaceAll('+', '-')}-_\n${END}\n`,
  };

  it.each(Object.entries(refused))('%s: refused (API-9, API-12)', async (sentence, text) => {
    const label = `refused-${Object.keys(refused).indexOf(sentence)}`;

    const response = await create(label, text());

    expect(response.status).toBe(422);
    expect(response.failure?.message).toContain('PEM block type must be CERTIFICATE REQUEST');
  });

  it('a first block whose signature is broken is not skipped: refused (API-10)', async () => {
    const response = await create('signature-first', withBrokenSignature(good) + other);

    expect(response.status).toBe(422);
    expect(response.failure?.message).toContain('spec.request');
  });

  it.each([
    ['a broken signature', () => withBrokenSignature(good)],
    ['a block of zero bytes', () => `${BEGIN}\n${END}\n`],
    ['a block that is no PKCS#10', () => `${BEGIN}\naGVsbG8=\n${END}\n`],
  ])('%s is refused (API-10)', async (sentence, text) => {
    const response = await create(sentence.replaceAll(/[^a-z]+/g, '-'), text());

    expect(response.status).toBe(422);
    expect(response.failure?.message).toContain('spec.request');
  });
});
