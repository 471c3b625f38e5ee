// SPDX-License-Identifier: Apache-2.0
// Any request that the strict reader must take, for properties: all kinds of keys, names, strings and extensions.

import { generateKeyPairSync } from 'node:crypto';

import fc from 'fast-check';

import {
  ia5String,
  namedBits,
  nullValue,
  objectIdentifier,
  octetString,
  printableString,
  sequence,
  setOf,
  utf8String,
} from '../../src/x509/der-writer.js';
import {
  attribute,
  challengePassword,
  dns,
  email,
  extension,
  extensionRequest,
  type ForgedKey,
  forgedKey,
  ip,
  requestAttribute,
  uri,
  usualKey,
} from './forge.js';
import { usualRsaKey } from './forge-keys.js';

const ecdsa = (namedCurve: string, hash: string, oid: string): ForgedKey => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  return forgedKey(privateKey, publicKey, { algorithm: sequence(objectIdentifier(oid)), hash });
};
const ed25519 = generateKeyPairSync('ed25519');

const keys: readonly ForgedKey[] = [
  usualKey,
  ecdsa('P-384', 'sha384', '1.2.840.10045.4.3.3'),
  ecdsa('P-521', 'sha512', '1.2.840.10045.4.3.4'),
  usualRsaKey,
  forgedKey(ed25519.privateKey, ed25519.publicKey, {
    algorithm: sequence(objectIdentifier('1.3.101.112')),
  }),
];

const text = (alphabet: string, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), minLength: 1, maxLength });
const letters = 'abcXYZ019';
const encodedText = fc.oneof(
  text(`${letters} '(),-./:=?`, 40).map(printableString),
  text(`${letters}_@*&<>;"\\#,=`, 40).map(ia5String),
  // No + here: openssl joins the values of one RDN with it.
  text(`${letters}_@*&<>;"\\#,=éß東😀`, 40).map(utf8String),
);

const single = [
  '2.5.4.6',
  '2.5.4.7',
  '2.5.4.8',
  '2.5.4.5',
  '1.2.840.113549.1.9.1',
  '2.5.4.42',
  '2.5.4.12',
];
const others = fc
  .subarray(single)
  .chain((oids) =>
    fc.tuple(...oids.map((oid) => encodedText.map((value) => setOf(attribute(oid, value))))),
  );
const groups = (oid: string) =>
  fc.array(
    fc
      .array(encodedText, { minLength: 1, maxLength: 3 })
      .map((values) => setOf(...values.map((value) => attribute(oid, value)))),
    { maxLength: 3 },
  );
const subject = fc
  .tuple(others, groups('2.5.4.10'), groups('2.5.4.11'), fc.option(encodedText, { nil: undefined }))
  .chain(([rest, organizations, units, commonName]) => {
    const rdns: readonly Uint8Array[] = [
      ...rest,
      ...organizations,
      ...units,
      ...(commonName === undefined ? [] : [setOf(attribute('2.5.4.3', commonName))]),
    ];
    return fc.shuffledSubarray([...rdns], { minLength: rdns.length });
  })
  .map((rdns) => sequence(...rdns));

// The text of an address is no DNS name, so every name here has a letter in front.
const label = text('abcxyz019', 12).map((each) => `n${each}`);
const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
const octets = (length: number) =>
  fc.array(fc.integer({ min: 0, max: 255 }), { minLength: length, maxLength: length });
const names = fc.array(
  fc.oneof(
    host.map(dns),
    host.map((name) => dns(`*.${name}`)),
    octets(4).map((address) => ip(...address)),
    octets(16).map((address) => ip(...address)),
    fc.tuple(host, text('abc/-._~', 20)).map(([name, path]) => uri(`spiffe://${name}/${path}`)),
    fc.tuple(label, host).map(([user, name]) => email(`${user}@${name}`)),
  ),
  { minLength: 1, maxLength: 12 },
);

const optionalExtensions = fc.subarray([
  extension('2.5.29.15', namedBits([0, 2]), true),
  extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.2'))),
  extension('2.5.29.19', sequence(), true),
  extension('2.5.29.14', octetString(Buffer.alloc(20, 7))),
  extension('1.3.6.1.4.1.99999.7', nullValue()),
]);
const attributes = fc
  .tuple(fc.option(names, { nil: undefined }), optionalExtensions, fc.boolean(), fc.boolean())
  .map(([sans, extensions, hasPassword, hasOther]) => {
    const all = [
      ...extensions,
      ...(sans === undefined ? [] : [extension('2.5.29.17', sequence(...sans))]),
    ];
    return [
      ...(all.length === 0 ? [] : [extensionRequest(...all)]),
      ...(hasPassword ? [challengePassword('secret')] : []),
      ...(hasOther ? [requestAttribute('1.3.6.1.4.1.99999.8', utf8String('x'))] : []),
    ];
  });

/** The parts of a request, for `forge`. */
export const anyRequest = fc.record({ subject, attributes, key: fc.constantFrom(...keys) });
