// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { loadPolicyParts } from '../../../src/policy/load-policy.js';
import { asKeys, isSameText, partOfBytes } from '../../../src/policy/policy-part.js';
import { readUtf8 } from '../../../src/policy/utf8.js';
import { MAX_POLICY_BYTES } from '../../../src/vocabulary/limits.js';
import { goodPolicy } from './good-policy.js';

const bytes = (...pieces: readonly (string | number)[]): Uint8Array =>
  Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : Buffer.of(piece))),
  );

describe('bytes of a text', () => {
  it.each([
    ['with letters of all lengths', 'a é ☃ 😀'],
    ['with the replacement character, written', 'a \uFFFD b\uFFFD'],
    ['with a byte order mark, which stays', '\uFEFFa: 1'],
    ['that are none', ''],
  ])('%s are read as they are', (_, text) => {
    expect(readUtf8(bytes(text))).toEqual({ text, fault: undefined });
  });

  it.each([
    ['a letter of Latin-1', bytes('a: 1\nb: team-', 0xe9, 'am'), 2, 9, 0xe9],
    [
      'a wrong byte behind written replacement characters',
      bytes('\uFFFD\n\uFFFD', 0xff),
      2,
      2,
      255,
    ],
    ['a wrong byte at the start', bytes(0x80, '\uFFFD'), 1, 1, 0x80],
    ['a letter that is cut', bytes('é', 0xe2, 0x98), 1, 2, 0xe2],
    ['half of a surrogate pair', bytes('a', 0xed, 0xa0, 0x80), 1, 2, 0xed],
  ])('with %s say where', (_, given, line, column, byte) => {
    expect(readUtf8(given).fault).toEqual({ line, column, byte });
  });
});

describe('a policy whose bytes', () => {
  const place = { name: 'policy.yaml', source: 'policy.yaml' };
  const [before = '', after = ''] = goodPolicy.split('dev-team');

  it('are UTF-8, with or without a byte order mark, is loaded', () => {
    for (const mark of ['', '\uFEFF']) {
      expect(loadPolicyParts([partOfBytes(bytes(mark, goodPolicy), place)]).ok).toBe(true);
    }
  });

  it('are Latin-1 is refused at the line and column', () => {
    const loaded = loadPolicyParts([partOfBytes(bytes(before, 'd', 0xe9, 'v-team', after), place)]);

    expect(loaded).toEqual({
      ok: false,
      error: [
        {
          code: 'PolicySyntax',
          source: 'policy.yaml',
          line: 15,
          column: 19,
          path: '',
          message: 'the byte 0xe9 is not UTF-8; save the text in UTF-8',
        },
      ],
    });
  });

  it('are too many is refused for that, wherever its last letter was cut', () => {
    const cut = Buffer.alloc(MAX_POLICY_BYTES + 2, 'é').subarray(0, MAX_POLICY_BYTES + 1);

    const loaded = loadPolicyParts([partOfBytes(cut, place)]);

    expect(loaded).toMatchObject({ ok: false, error: [{ code: 'PolicyTooLarge' }] });
  });

  it('are wrong is not the same text as one with the replacement character', () => {
    const wrong = partOfBytes(bytes('a', 0xff), place);
    const written = partOfBytes(bytes('a\uFFFD'), place);

    expect(isSameText([wrong], [written])).toBe(false);
    expect(isSameText([wrong], [wrong])).toBe(true);
  });
});

describe('files as the keys of one ConfigMap', () => {
  const part = (name: string) => ({ name, source: `./${name}`, text: '' });

  it('are named by the last step of their paths', () => {
    expect(asKeys([part('b.yaml'), part('teams/a/a.yaml')])).toMatchObject({
      ok: true,
      value: [
        { name: 'b.yaml', source: './b.yaml' },
        { name: 'a.yaml', source: './teams/a/a.yaml' },
      ],
    });
  });

  it('cannot have the same name', () => {
    expect(asKeys([part('a/base.yaml'), part('b/base.yaml')])).toEqual({
      ok: false,
      error: './a/base.yaml and ./b/base.yaml would both be the key "base.yaml" of one ConfigMap',
    });
  });
});
