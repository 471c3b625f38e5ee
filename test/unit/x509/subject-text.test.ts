// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { parseSubjectText } from '../../../src/x509/subject-text.js';

describe('a subject as text', () => {
  const read: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    'CN=mesh CA': [['2.5.4.3', 'mesh CA']],
    'CN=mesh CA, O=Example, c=DE': [
      ['2.5.4.3', 'mesh CA'],
      ['2.5.4.10', 'Example'],
      ['2.5.4.6', 'DE'],
    ],
    'O=Example\\, Inc.,CN=a=b': [
      ['2.5.4.10', 'Example, Inc.'],
      ['2.5.4.3', 'a=b'],
    ],
    'CN=Zürich,OU=a,OU=b,L=x,ST=y': [
      ['2.5.4.3', 'Zürich'],
      ['2.5.4.11', 'a'],
      ['2.5.4.11', 'b'],
      ['2.5.4.7', 'x'],
      ['2.5.4.8', 'y'],
    ],
  };

  it.each(Object.entries(read))('is read: %s', (text, values) => {
    expect(parseSubjectText(text)).toEqual({
      ok: true,
      value: values.map(([oid, value]) => ({ oid, value })),
    });
  });

  const refused: Readonly<Record<string, string>> = {
    '': 'has 0 common names',
    'O=Example': 'has 0 common names',
    'CN=a,CN=b': 'has 2 common names',
    'CN=': 'is not one of CN, O, OU, L, ST, C with a value',
    mesh: '"mesh" is not one of CN',
    'CN=a,DC=example': '"DC=example" is not one of CN',
    'CN=a,C=DEU': 'no country code of two letters',
    'CN=a,C=D': 'no country code of two letters',
    [`CN=${'a'.repeat(65)}`]: 'is too long',
    'CN=a\\': 'a backslash that stands before no comma',
    'CN=a\\b': 'a backslash that stands before no comma',
    'CN=a\u202eb': 'has characters that are not letters',
  };

  it.each(Object.entries(refused))('is refused: %j', (text, says) => {
    expect(parseSubjectText(text)).toEqual({
      ok: false,
      error: expect.stringContaining(says) as unknown,
    });
  });
});
