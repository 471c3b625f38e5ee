import { describe, expect, it } from '@jest/globals';
import {
  addressOfBytes,
  bytesOfAddress,
  canonicalAddress,
  parseAddressRange,
  unusableClassOf,
} from '../../../src/vocabulary/addresses.js';
import { canonicalDnsName } from '../../../src/vocabulary/dns-names.js';
import { printable, quotedList } from '../../../src/vocabulary/printable.js';

describe('DNS names', () => {
  it.each([
    ['Host.Example.COM', 'host.example.com'],
    ['host.example.com.', 'host.example.com'],
    ['*.example.com', '*.example.com'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['localhost', 'localhost'],
    ['1host', '1host'],
  ])('%s is compared as %s', (name, canonical) => {
    expect(canonicalDnsName(name)).toBe(canonical);
  });

  it.each([
    ['the empty name', ''],
    ['the root', '.'],
    ['two trailing dots', 'a..'],
    ['an empty label', 'a..b'],
    ['a leading dot', '.a'],
    ['an underscore', 'a_b.example'],
    ['a space', 'bad host'],
    ['a label of 64', `${'a'.repeat(64)}.example`],
    [
      '254 characters',
      Array.from({ length: 51 }, () => 'abcd')
        .join('.')
        .slice(0, 254),
    ],
    ['a hyphen at the end of a label', 'a-.example'],
    ['a wildcard inside', 'a.*.example'],
    ['punycode that IDNA does not allow', 'xn--a.example'],
    ['punycode of nothing but ASCII', 'xn--a-.example'],
    [
      'punycode of full-width letters, which IDNA folds to kubernetes',
      'xn--ubernetes-kq64c.example',
    ],
    ['a full-width look-alike', 'ｋubernetes'],
    ['a Kelvin sign that folds to k', '\u212aubernetes'],
    ['a NUL', 'a\0b'],
    ['an IPv4 address', '10.0.0.1'],
    ['an IPv6 address', '::1'],
  ])('%s is no name', (_, name) => {
    expect(canonicalDnsName(name)).toBeUndefined();
  });
});

describe('addresses', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::ffff:a00:1', '10.0.0.1'],
    ['::', '::'],
  ])('%s is compared as %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  it.each(['010.0.0.1', '10.1', '0x0a000001', 'fe80::1%eth0', '10.0.0.1 ', '', '1.2.3.4.5', '::g'])(
    '%j is no address',
    (text) => {
      expect(canonicalAddress(text)).toBeUndefined();
    },
  );

  it.each(['10.0.0.1', '2001:db8::1', '::', '::1', 'fd00:1:2:3:4:5:6:7', 'ff02::'])(
    '%s survives the way through bytes',
    (address) => {
      expect(addressOfBytes(bytesOfAddress(address))).toBe(address);
    },
  );

  it('in bytes have 4 or 16 of them', () => {
    expect([3, 5, 15, 17, 0].map((length) => addressOfBytes(new Uint8Array(length)))).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });

  it.each([
    ['10.0.0.0/16', '10.0.255.255', true],
    ['10.0.0.0/16', '10.1.0.0', false],
    ['10.0.0.5', '10.0.0.5', true],
    ['10.0.0.5', '10.0.0.6', false],
    ['fd00::/8', 'fdff::1', true],
    ['fd00::/8', 'fe00::1', false],
    ['::/0', '10.0.0.1', false],
    ['0.0.0.0/0', 'fd00::1', false],
  ])('%s contains %s: %s', (source, address, contains) => {
    expect(parseAddressRange(source)?.contains(address)).toBe(contains);
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    'fd00::/129',
    'host/8',
    '/8',
  ])('%s is no range', (source) => {
    expect(parseAddressRange(source)).toBeUndefined();
  });

  it.each([
    ['127.0.0.53', 'loopback'],
    ['::1', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['fe80::1', 'link-local'],
    ['239.1.1.1', 'multicast'],
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['10.0.0.1', undefined],
    ['fd00::1', undefined],
  ])('%s is %s', (address, name) => {
    expect(unusableClassOf(address)).toBe(name);
  });
});

describe('text of a requester', () => {
  it.each([
    ['a newline and a forged line', 'a\n{"level":"info"}', String.raw`a\u{a}{\"level\":\"info\"}`],
    ['an ANSI escape', '\u001b[31mred', String.raw`\u{1b}[31mred`],
    ['a right-to-left mark', 'a\u202eb', String.raw`a\u{202e}b`],
    ['a letter of another script', 'Jürgen 山田', 'Jürgen 山田'],
    ['a lone surrogate', '\ud800', String.raw`\u{d800}`],
  ])('is escaped: %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('is cut, and says how much is missing', () => {
    expect(printable('x'.repeat(500), 3)).toBe('xxx… (497 more)');
    expect(quotedList(['a', 'b', 'c'], 2)).toBe('"a", "b", … (1 more)');
    expect(quotedList([])).toBe('nothing');
  });
});
