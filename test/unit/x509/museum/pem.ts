// SPDX-License-Identifier: Apache-2.0
// Exhibits whose PEM armour is wrong around a request that is right.

import { forge, forgeDer } from '../../../support/forge.js';
import { writePem } from '../../../../src/x509/pem.js';
import { type Exhibits, refused, stricter } from './exhibit.js';

const der = forgeDer();
const good = writePem('CERTIFICATE REQUEST', der);
const [begin = '', ...rest] = good.trimEnd().split('\n');
const end = rest.at(-1) ?? '';
const body = rest.slice(0, -1);
/** A request whose base64 ends in padding; signatures differ in length, so one is soon found. */
function paddedRequest(): string {
  for (;;) {
    const request = forge();
    if (request.includes('=')) return request;
  }
}
const padded = paddedRequest();
const withBody = (base64: string): string => `${begin}\n${base64}\n${end}\n`;
const base64 = Buffer.from(der).toString('base64');

export const pemExhibits: Exhibits = {
  'nothing at all': refused('PemMissing', ''),
  'DER without PEM': refused('PemMissing', der),
  'base64 without BEGIN and END': refused('PemMissing', `${base64}\n`),
  'DER in hexadecimal': refused('PemMissing', `${Buffer.from(der).toString('hex')}\n`),
  'a BEGIN line after a blank, as in a badly indented YAML block': refused(
    'PemMissing',
    ` ${good}`,
  ),
  'every line indented': refused('PemMissing', good.replaceAll(/^(?=.)/gm, '    ')),
  'a UTF-8 byte-order mark before BEGIN': refused('PemMissing', `\xef\xbb\xbf${good}`),
  'lines that end in CR only': refused('PemMissing', good.replaceAll('\n', '\r')),
  'all line ends removed': refused('PemMissing', good.replaceAll('\n', '')),
  'four dashes before BEGIN': refused('PemMissing', good.slice(1)),
  'the label NEW CERTIFICATE REQUEST': refused(
    'PemLabel',
    writePem('NEW CERTIFICATE REQUEST', der),
  ),
  'the label CERTIFICATE': refused('PemLabel', writePem('CERTIFICATE', der)),
  'the label in lower case': refused('PemLabel', writePem('certificate request', der)),
  'END with another label than BEGIN': refused(
    'PemLabel',
    good.replace(end, '-----END CERTIFICATE-----'),
  ),
  'text before BEGIN': stricter('PemTextAround', `Certificate Request:\n${good}`),
  'text after END': stricter('PemTextAround', `${good}that was it\n`),
  'a NUL after END': stricter('PemTextAround', `${good}\0`),
  'text on the END line': refused('PemTextAround', good.replace(end, `${end}x`)),
  'a second request after the first': stricter('PemSeveralBlocks', `${good}${good}`),
  'a certificate after the request': stricter(
    'PemSeveralBlocks',
    `${good}${writePem('CERTIFICATE', der)}`,
  ),
  'a broken request before a good one': stricter('PemSeveralBlocks', `${withBody('!')}${good}`),
  'a header Proc-Type before the base64': stricter(
    'PemHeader',
    good.replace('\n', '\nProc-Type: 4,CLEAR\n\n'),
  ),
  'no END line': refused('PemIncomplete', `${begin}\n${body.join('\n')}\n`),
  'an END line that is cut, as a truncated upload has it': refused(
    'PemIncomplete',
    good.trimEnd().slice(0, -10),
  ),
  'a second BEGIN before END': stricter('PemIncomplete', `${begin}\n${good}`),
  'END directly after BEGIN': refused('PemEmpty', `${begin}\n${end}\n`),
  'only blank lines between BEGIN and END': refused('PemEmpty', withBody('\n \n')),
  'a character that is not base64': refused('PemBase64', withBody(`!${base64.slice(1)}`)),
  'the URL alphabet of base64': refused(
    'PemBase64',
    withBody(base64.replaceAll('+', '-').replaceAll('/', '_')),
  ),
  'padding left out': refused('PemBase64', padded.replaceAll('=', '')),
  'padding twice': refused('PemBase64', padded.replace(/=+/, '====')),
  'base64 cut in the middle of a group': refused('PemBase64', withBody(base64.slice(0, 101))),
  'spare bits of the last group that are not zero': stricter(
    'PemBase64',
    padded.replace(/(.)(=+)/, (_all, last: string, pad: string) => `${nextInAlphabet(last)}${pad}`),
  ),
  'more bytes than any request has': stricter('RequestTooLarge', good + '\n'.repeat(16 * 1024)),
};

function nextInAlphabet(character: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return alphabet[alphabet.indexOf(character) + 1] ?? '';
}
