// SPDX-License-Identifier: Apache-2.0
// Name constraints of a CA: which are understood, and which names lie outside. test/e2e/name-constraints.test.ts asks
// OpenSSL and Go about the same names.

import { describe, expect, it } from '@jest/globals';
import {
  heldNames,
  nameOutside,
  type NameConstraints,
  readNameConstraints,
} from '../../../src/authority/name-constraints.js';
import { context, contextPrimitive, sequence } from '../../../src/x509/der-writer.js';
import {
  baseOf,
  CONSTRAINT_CASES,
  type Constraints,
  constraintsDer,
  type Names,
} from '../../support/name-constraints.js';

const understood = (constraints: Constraints, ca = 'CN=ca'): NameConstraints => {
  const read = readNameConstraints(constraintsDer(constraints), ca);
  if (!read.ok) throw new Error(read.error);
  return read.value;
};

const outsideOf = ({ commonName, sans }: Names, ...all: readonly NameConstraints[]) =>
  nameOutside(heldNames(commonName, sans ?? []), all);

describe.each(Object.entries(CONSTRAINT_CASES))('where %s', (_words, given) => {
  const constraints = understood(given.constraints);

  it.each(Object.entries(given.inside))('inside is %s', (_name, names) => {
    expect(outsideOf(names, constraints)).toBe(undefined);
  });

  it.each(Object.entries(given.outside))('outside is %s', (_name, [names]) => {
    expect(outsideOf(names, constraints)).toMatch(/is outside of the name constraints/);
  });
});

describe('a name that is outside is told', () => {
  it.each<readonly [string, Constraints, Names, string]>([
    [
      'with what is permitted',
      { permitted: ['dns:a.example', 'dns:.b.example', 'ip:10.0.0.0/255.0.0.0'] },
      { sans: [{ kind: 'dns', value: 'c.example' }] },
      'the DNS name "c.example" is outside of the name constraints of the CA "CN=ca": permitted is "a.example", ".b.example"',
    ],
    [
      'with what excludes it',
      { excluded: ['ip:fd00::/ff00::'] },
      { sans: [{ kind: 'ip', value: 'fd00::1' }] },
      'the IP address "fd00::1" is outside of the name constraints of the CA "CN=ca": excluded is "fd00::/8"',
    ],
    [
      'as one that no constraint can hold',
      { excluded: ['dns:a.example'] },
      { sans: [{ kind: 'uri', value: 'urn:shop' }] },
      'the URI "urn:shop" is outside of the name constraints of the CA "CN=ca": it cannot be held against any',
    ],
    [
      'as a common name',
      { permitted: ['dns:a.example'] },
      { commonName: 'b.example' },
      'the common name "b.example" is outside of the name constraints of the CA "CN=ca": permitted is "a.example"',
    ],
  ])('%s', (_how, constraints, names, message) => {
    expect(outsideOf(names, understood(constraints))).toBe(message);
  });

  it('with the CA whose constraints it does not keep', () => {
    const low = understood({ permitted: ['dns:example'] }, 'CN=low');
    const root = understood({ permitted: ['dns:a.example'] }, 'CN=root');

    expect(outsideOf({ sans: [{ kind: 'dns', value: 'a.example' }] }, low, root)).toBe(undefined);
    expect(outsideOf({ sans: [{ kind: 'dns', value: 'b.example' }] }, low, root)).toContain(
      'of the CA "CN=root"',
    );
  });
});

const subtree = (...parts: readonly Uint8Array[]): Uint8Array =>
  sequence(context(0, sequence(...parts)));
const DNS = baseOf('dns:a.example');
const octets = (...values: readonly number[]): Uint8Array =>
  subtree(contextPrimitive(7, Uint8Array.from(values)));

describe('an extension', () => {
  it.each<readonly [string, Uint8Array]>([
    ['of a permitted name', subtree(DNS)],
    ['of an excluded name', sequence(context(1, sequence(DNS)))],
    ['whose minimum is written out as zero', subtree(DNS, contextPrimitive(0, Uint8Array.of(0)))],
    ['of an IPv4 range', octets(10, 0, 0, 0, 255, 0, 0, 0)],
    ['of a mailbox', constraintsDer({ permitted: ['email:jane@a.example'] })],
  ])('%s is understood', (_words, der) => {
    expect(readNameConstraints(der, 'CN=ca').ok).toBe(true);
  });

  it.each<readonly [string, Uint8Array, string]>([
    ['without a list', sequence(), 'there is no subtree where one must be'],
    ['with an empty list', sequence(context(0)), 'there is no subtree where one must be'],
    [
      'with an empty list beside another',
      sequence(context(0, sequence(DNS)), context(1)),
      'there is no subtree where one must be',
    ],
    [
      'with the lists in another order',
      sequence(context(1, sequence(DNS)), context(0, sequence(DNS))),
      'the extension has a field that it must not have',
    ],
    ['that is cut', subtree(DNS).subarray(0, -1), 'an element is longer than what holds it'],
    [
      'with bytes after it',
      Buffer.concat([subtree(DNS), Uint8Array.of(5, 0)]),
      'bytes follow the end of the element',
    ],
    ['with a subtree without a name', subtree(), 'its name is missing in a subtree'],
    [
      'with a minimum',
      subtree(DNS, contextPrimitive(0, Uint8Array.of(1))),
      'a subtree of kind dNSName has a minimum',
    ],
    [
      'with a maximum',
      subtree(DNS, contextPrimitive(1, Uint8Array.of(3))),
      'a subtree has a field that it must not have',
    ],
    [
      'with a directory name',
      constraintsDer({ permitted: ['dns:a.example', 'dir:x'] }),
      'a subtree of kind directoryName cannot be obeyed',
    ],
    [
      'with a registered ID',
      subtree(contextPrimitive(8, Uint8Array.of(0x2a))),
      'a subtree of kind registeredID cannot be obeyed',
    ],
    [
      'with another name',
      subtree(context(0, context(0, sequence()))),
      'a subtree of kind otherName cannot be obeyed',
    ],
    [
      'with a DNS name that is constructed',
      subtree(context(2, sequence())),
      'a subtree of kind dNSName cannot be obeyed',
    ],
    [
      'with a kind that does not exist',
      subtree(contextPrimitive(9, Uint8Array.of())),
      'a subtree of kind unknown cannot be obeyed',
    ],
    [
      'with an address of seven octets',
      octets(10, 0, 0, 0, 255, 0, 0),
      'a subtree of kind iPAddress is malformed',
    ],
    [
      'with an address without mask',
      octets(10, 0, 0, 0),
      'a subtree of kind iPAddress is malformed',
    ],
    [
      'with a mask with a hole',
      octets(10, 0, 0, 0, 255, 0, 255, 0),
      'a subtree of kind iPAddress is malformed',
    ],
    [
      'with an address beyond its mask',
      octets(10, 0, 0, 1, 255, 0, 0, 0),
      'a subtree of kind iPAddress is malformed',
    ],
    ...Object.entries({
      'dns:*.a.example': 'dNSName',
      'dns:a.example.': 'dNSName',
      'dns:.': 'dNSName',
      'dns:a..example': 'dNSName',
      'dns:10.0.0.1': 'dNSName',
      'dns:a example': 'dNSName',
      'dns:größe.example': 'dNSName',
      'email:@a.example': 'rfc822Name',
      'email:jane@.a.example': 'rfc822Name',
      'email:jane@': 'rfc822Name',
      'email:jane doe@a.example': 'rfc822Name',
      'uri:https://a.example': 'uniformResourceIdentifier',
      'uri:10.0.0.1': 'uniformResourceIdentifier',
    }).map(
      ([words, kind]) =>
        [
          `with ${words}`,
          constraintsDer({ permitted: [words] }),
          `a subtree of kind ${kind} is malformed`,
        ] as const,
    ),
  ])('%s is not understood', (_words, der, text) => {
    const read = readNameConstraints(der, 'CN=ca');

    expect(read.ok ? 'understood' : read.error).toContain(text);
  });
});
