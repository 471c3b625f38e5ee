// SPDX-License-Identifier: Apache-2.0
// Forges certification requests of any shape on purpose; each is validly signed, so that only its shape is wrong.

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

import {
  bitString,
  boolean,
  context,
  contextPrimitive,
  inSetOrder,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  smallInteger,
  utf8String,
} from '../../src/x509/der-writer.js';
import { EXTENSION, REQUEST_ATTRIBUTE } from '../../src/x509/object-identifiers.js';
import { writePem } from '../../src/x509/pem.js';

/** A key of the forge: what a request shows of it, and how it signs. */
export interface ForgedKey {
  readonly spki: Uint8Array;
  /** The AlgorithmIdentifier of its signatures. */
  readonly algorithm: Uint8Array;
  sign(signed: Uint8Array): Uint8Array;
}

/** The parts of a request, each a complete encoding; whatever is given is written as it is. */
export interface RequestParts {
  readonly version: Uint8Array;
  readonly subject: Uint8Array;
  readonly key: ForgedKey;
  /** The elements of `[0] Attributes`. */
  readonly attributes: readonly Uint8Array[];
  /** Replaces the whole `[0] Attributes` element; empty leaves it out. */
  readonly attributesElement: Uint8Array;
  /** Elements after the attributes, inside what is signed. */
  readonly furtherFields: readonly Uint8Array[];
  /** Changes what is signed, before it is signed. */
  readonly rewriteInfo: (info: Uint8Array) => Uint8Array;
  /** Changes the signature BIT STRING. */
  readonly rewriteSignature: (signature: Uint8Array) => Uint8Array;
}

/** The AlgorithmIdentifier of ecdsa-with-SHA256. */
export const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

/** A key that node:crypto holds and signs with. */
export const forgedKey = (
  privateKey: KeyObject,
  publicKey: KeyObject,
  {
    algorithm,
    hash,
    pssSalt,
  }: { readonly algorithm: Uint8Array; readonly hash?: string; readonly pssSalt?: number },
): ForgedKey => ({
  spki: publicKey.export({ type: 'spki', format: 'der' }),
  algorithm,
  sign: (signed) =>
    sign(
      hash,
      signed,
      pssSalt === undefined ? privateKey : { key: privateKey, padding: 6, saltLength: pssSalt }, // 6 is RSA_PKCS1_PSS_PADDING
    ),
});

/** A new key on a named curve of OpenSSL, signing with SHA-256. */
export function curveKey(
  namedCurve: string,
  paramEncoding: 'named' | 'explicit' = 'named',
): ForgedKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve, paramEncoding });
  return forgedKey(privateKey, publicKey, { algorithm: ecdsaWithSha256, hash: 'sha256' });
}

/** The key with which requests are signed unless another is named. */
export const usualKey: ForgedKey = curveKey('P-256');

/** One attribute of a subject; `value` is a complete encoding. */
export const attribute = (oid: string, value: Uint8Array): Uint8Array =>
  sequence(objectIdentifier(oid), value);

/** A Name of RDNs, each with the given attributes. */
export const name = (...rdns: readonly (readonly Uint8Array[])[]): Uint8Array =>
  sequence(...rdns.map((attributes) => setOf(...attributes)));

/** CN=<text> in UTF8String, as an RDN. */
export const commonName = (text: string): readonly Uint8Array[] => [
  attribute('2.5.4.3', utf8String(text)),
];

/** O=<text> in UTF8String, as an RDN. */
export const organization = (text: string): readonly Uint8Array[] => [
  attribute('2.5.4.10', utf8String(text)),
];

/** An extension; `value` is the DER inside the OCTET STRING. */
export const extension = (oid: string, value: Uint8Array, critical = false): Uint8Array =>
  sequence(objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octetString(value));

/** The attribute extensionRequest with one list of `extensions`. */
export const extensionRequest = (...extensions: readonly Uint8Array[]): Uint8Array =>
  sequence(objectIdentifier(REQUEST_ATTRIBUTE.extensionRequest), setOf(sequence(...extensions)));

/** The extension subjectAltName of `names`, each a complete GeneralName. */
export const altNames = (...names: readonly Uint8Array[]): Uint8Array =>
  extension(EXTENSION.subjectAltName, sequence(...names));

/** A GeneralName of kind dNSName; text is written byte for byte as Latin-1. */
export const dns = (text: string): Uint8Array => contextPrimitive(2, Buffer.from(text, 'latin1'));
/** A GeneralName of kind rfc822Name. */
export const email = (text: string): Uint8Array => contextPrimitive(1, Buffer.from(text, 'latin1'));
/** A GeneralName of kind uniformResourceIdentifier. */
export const uri = (text: string): Uint8Array => contextPrimitive(6, Buffer.from(text, 'latin1'));
/** A GeneralName of kind iPAddress. */
export const ip = (...octets: readonly number[]): Uint8Array =>
  contextPrimitive(7, Uint8Array.from(octets));

/** An attribute of a request with one value. */
export const requestAttribute = (oid: string, ...values: readonly Uint8Array[]): Uint8Array =>
  sequence(objectIdentifier(oid), setOf(...values));

/** The attribute challengePassword. */
export const challengePassword = (text: string): Uint8Array =>
  requestAttribute(REQUEST_ATTRIBUTE.challengePassword, utf8String(text));

/** DER of a request that is as usual but for `change`. */
export function forgeDer(change: Partial<RequestParts> = {}): Uint8Array {
  const parts: RequestParts = {
    version: smallInteger(0),
    subject: name(organization('dev'), commonName('alice')),
    key: usualKey,
    attributes: [extensionRequest(altNames(dns('alice.example')))],
    attributesElement: context(0, ...inSetOrder(change.attributes ?? USUAL_ATTRIBUTES)),
    furtherFields: [],
    rewriteInfo: (info) => info,
    rewriteSignature: (signature) => signature,
    ...change,
  };
  const info = parts.rewriteInfo(
    sequence(
      parts.version,
      parts.subject,
      parts.key.spki,
      parts.attributesElement,
      ...parts.furtherFields,
    ),
  );
  const signature = parts.rewriteSignature(bitString(parts.key.sign(info)));
  return sequence(info, parts.key.algorithm, signature);
}

const USUAL_ATTRIBUTES = [extensionRequest(altNames(dns('alice.example')))];

/** PEM of a request that is as usual but for `change`. */
export const forge = (change: Partial<RequestParts> = {}): string => toPem(forgeDer(change));

/** `der` as a request in PEM. */
export const toPem = (der: Uint8Array): string => writePem('CERTIFICATE REQUEST', der);

/** A request with these extensions and nothing else that is unusual. */
export const forgeWithExtensions = (...extensions: readonly Uint8Array[]): string =>
  forge({ attributes: [extensionRequest(...extensions)] });

/** A request with these names and nothing else that is unusual. */
export const forgeWithNames = (...names: readonly Uint8Array[]): string =>
  forgeWithExtensions(altNames(...names));

/** `bytes` with the one occurrence of `from` replaced by `to`, both in hex; throws unless there is exactly one. */
export function replaceBytes(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const hex = Buffer.from(bytes).toString('hex');
  const parts = hex.split(from);
  if (parts.length !== 2) throw new Error(`${from} occurs ${parts.length - 1} times`);
  return Buffer.from(parts.join(to), 'hex');
}
