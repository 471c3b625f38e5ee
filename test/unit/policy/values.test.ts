// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { parseApiServerWord, parseRange } from '../../../src/policy/address-words.js';
import {
  parseGivenLifetime,
  parseLifetime,
  parseTransient,
} from '../../../src/policy/durations.js';
import { parseKeyWord } from '../../../src/policy/key-words.js';
import { parseSignerName } from '../../../src/policy/signer-names.js';

describe('a lifetime', () => {
  it.each([
    ['10m', 600],
    ['600s', 600],
    ['8h', 28_800],
    ['90d', 7_776_000],
    ['1h30m', 5400],
    ['1d1h1m1s', 90_061],
    ['2147483647s', 2_147_483_647],
  ])('%s has its seconds', (text, seconds) => {
    expect(parseLifetime(text)).toEqual({ ok: true, value: seconds });
  });

  it.each([
    '',
    '8',
    'h',
    '8 h',
    '8H',
    '-8h',
    '+8h',
    '1.5h',
    '30m1h',
    '8h8h',
    '1w',
    '599s',
    '1e3s',
    '٨h',
    '2147483648s',
    '99999999999s',
  ])('%p is refused', (text) => {
    expect(parseLifetime(text).ok).toBe(false);
  });
});

describe('a lifetime that a signer gives', () => {
  it('may be shorter than what can be asked for', () => {
    expect(parseGivenLifetime('1m')).toEqual({ ok: true, value: 60 });
  });

  it('is at least a minute', () => {
    expect(parseGivenLifetime('59s')).toMatchObject({
      ok: false,
      error: { message: '59s is too short; write 1m or more' },
    });
  });
});

describe('a transient outcome', () => {
  it.each([
    ['wait 10m then leave', 600_000, 'leave'],
    ['wait 1s then deny', 1000, 'deny'],
    ['wait 24h then leave', 86_400_000, 'leave'],
  ])('%s is understood', (text, waitMs, then) => {
    const parsed = parseTransient(text);

    expect(parsed.ok && [parsed.value.waitMs, parsed.value.then]).toEqual([waitMs, then]);
  });

  it.each([
    '',
    'leave',
    'wait',
    'wait 10m',
    'wait 10m then approve',
    'wait  10m then leave',
    'wait 10m then leave ',
    'Wait 10m then leave',
    'wait ten then leave',
  ])('%p is refused', (text) => {
    expect(parseTransient(text).ok).toBe(false);
  });
});

describe('a kind of key', () => {
  it.each([
    ['rsa', 'rsa', 2048],
    ['rsa >= 3072', 'rsa', 3072],
    ['rsa>=4096', 'rsa', 4096],
    ['ecdsa', 'ecdsa', 256],
    ['ecdsa >= 384', 'ecdsa', 384],
    ['ed25519', 'ed25519', 256],
  ])('%s is understood', (source, algorithm, minBits) => {
    expect(parseKeyWord(source)).toEqual({ ok: true, value: { algorithm, minBits, source } });
  });

  it.each([
    '',
    'dsa',
    'RSA',
    'rsa > 2048',
    'rsa = 2048',
    'rsa >= 2047',
    'rsa >= 8193',
    'ecdsa >= 300',
    'ed25519 >= 256',
    'constructor',
    'rsa >= 3072 ',
  ])('%p is refused', (text) => {
    expect(parseKeyWord(text).ok).toBe(false);
  });
});

describe('a range of addresses', () => {
  it.each([
    ['10.0.0.0/16', '10.0.255.255', '10.1.0.0'],
    ['10.1.2.3', '10.1.2.3', '10.1.2.4'],
    ['fd00::/8', 'fdff::1', 'fe00::1'],
    ['0.0.0.0/0', '203.0.113.9', '2001:db8::1'],
  ])('%s holds %s and not %s', (text, inside, outside) => {
    const range = parseRange(text);

    expect(range.ok && [range.value.contains(inside), range.value.contains(outside)]).toEqual([
      true,
      false,
    ]);
  });

  it.each([
    '',
    '10.0.0.1/24',
    'fd00::1/64',
    '10.0.0.0/33',
    '10.0.0/8',
    '010.0.0.0/8',
    'fe80::1%eth0',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    'a'.repeat(65),
  ])('%p is refused', (text) => {
    expect(parseRange(text).ok).toBe(false);
  });
});

describe('a name of the API server', () => {
  it.each([
    ['API.example.com.', 'name', 'api.example.com'],
    ['kubernetes', 'name', 'kubernetes'],
    ['192.0.2.10', 'range', '192.0.2.10'],
    ['fd00::/64', 'range', 'fd00::/64'],
  ])('%s is understood', (text, kind, expected) => {
    const word = parseApiServerWord(text);

    const seen =
      word.ok && (word.value.kind === 'name' ? word.value.name : word.value.range.source);
    expect([word.ok && word.value.kind, seen]).toEqual([kind, expected]);
  });

  it.each([
    '',
    '*.example.com',
    '10.0.1',
    'https://api.example.com',
    'api_1',
    '/api.*/',
    'api:6443',
  ])('%p is refused', (text) => {
    expect(parseApiServerWord(text).ok).toBe(false);
  });
});

describe('a signer name', () => {
  it.each(['example.com/mesh', 'kubernetes.io/kube-apiserver-client', 'a.b/c.d', 'example.com/1'])(
    '%s is one',
    (text) => {
      expect(parseSignerName(text)).toEqual({ ok: true, value: text });
    },
  );

  it.each([
    '',
    'mesh',
    'example/mesh',
    'example.com/',
    '/mesh',
    'example.com/a/b',
    'Example.com/mesh',
    'example.com/Mesh',
    'example..com/mesh',
    'example.com/-a',
    `${'a'.repeat(64)}.com/mesh`,
    `example.com/${'a'.repeat(570)}`,
  ])('%p is none', (text) => {
    expect(parseSignerName(text).ok).toBe(false);
  });
});
