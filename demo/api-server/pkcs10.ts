// SPDX-License-Identifier: Apache-2.0
// What the API server checks of a PKCS#10 request and of a certificate; it is far less than a signer should.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { constants, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { Pkcs10CertificateRequest } from '@peculiar/x509';
import { pemBlocks } from './pem.js';

const CURVES: ReadonlySet<string> = new Set(['secp224r1', 'prime256v1', 'secp384r1', 'secp521r1']);
const HASH_BYTES: Readonly<Record<string, number>> = {
  'SHA-1': 20,
  'SHA-256': 32,
  'SHA-384': 48,
  'SHA-512': 64,
};
const MIN_RSA_BITS = 1024;

/** The organizations of the subject, or what is wrong with the request, in the words of the server. */
export type Pkcs10Reading =
  | { readonly ok: true; readonly organizations: readonly string[] }
  | { readonly ok: false; readonly why: string };

/** Backed by memory of its own, as the library wants it. */
const bytesOf = (der: Buffer): Uint8Array<ArrayBuffer> => new Uint8Array(der);

/** Reads the first PEM block of a text (API-9, API-10, API-13, API-14). */
export function readPkcs10(text: string): Pkcs10Reading {
  if (lastRead?.text !== text) lastRead = { text, reading: read(text) };
  return lastRead.reading;
}

/** Validation and admission look at the same request, one directly after the other. */
let lastRead: { readonly text: string; readonly reading: Pkcs10Reading } | undefined;

function read(text: string): Pkcs10Reading {
  const block = pemBlocks(text).next().value;
  if (block?.label !== 'CERTIFICATE REQUEST') {
    return { ok: false, why: 'PEM block type must be CERTIFICATE REQUEST' };
  }
  try {
    const why = problemWith(block.der);
    if (why !== undefined) return { ok: false, why };
    const { subjectName } = new Pkcs10CertificateRequest(bytesOf(block.der));
    return { ok: true, organizations: subjectName.getField('O') };
  } catch {
    return { ok: false, why: 'asn1: structure error: no PKCS#10 certificate request' };
  }
}

function problemWith(der: Buffer): string | undefined {
  const outer = tlvAt(der, 0);
  if (outer.end !== der.length) return 'asn1: syntax error: trailing data';
  const request = new Pkcs10CertificateRequest(bytesOf(der));
  const oids = request.extensions.map(({ type }) => type);
  if (new Set(oids).size !== oids.length) {
    return 'x509: certificate request contains duplicate requested extensions';
  }
  const signed = der.subarray(outer.contents, tlvAt(der, outer.contents).end);
  return signatureProblem(request, signed);
}

function signatureProblem(request: Pkcs10CertificateRequest, signed: Buffer): string | undefined {
  const key = createPublicKey({
    key: Buffer.from(request.publicKey.rawData),
    format: 'der',
    type: 'spki',
  });
  const { namedCurve, modulusLength = MIN_RSA_BITS } = key.asymmetricKeyDetails ?? {};
  if (namedCurve !== undefined && !CURVES.has(namedCurve))
    return 'x509: unsupported elliptic curve';
  if (modulusLength < MIN_RSA_BITS) return 'crypto/rsa: key is too small';

  const algorithm: Readonly<Record<string, unknown>> = { ...request.signatureAlgorithm };
  const name = request.signatureAlgorithm.name;
  const hash = name === 'Ed25519' ? undefined : request.signatureAlgorithm.hash.name;
  const isPss = name === 'RSA-PSS';
  const isKnown = ['RSASSA-PKCS1-v1_5', 'RSA-PSS', 'ECDSA', 'Ed25519'].includes(name);
  const isSaltAsLongAsHash = !isPss || algorithm['saltLength'] === HASH_BYTES[hash ?? ''];
  if (!isKnown || !isSaltAsLongAsHash || (hash !== undefined && !(hash in HASH_BYTES))) {
    return 'x509: cannot verify signature: algorithm unimplemented';
  }
  const padding = isPss ? { padding: constants.RSA_PKCS1_PSS_PADDING } : {};
  const digest = hash === undefined ? null : hash.replace('-', '');
  const signature = Buffer.from(request.signature);
  return verify(digest, signed, { key, ...padding }, signature)
    ? undefined
    : 'x509: the signature does not verify';
}

/** What is wrong with the text of an issued certificate (API-25, API-26). */
export function certificateProblem(text: string): string | undefined {
  let blocks = 0;
  for (const { label, hasHeaders, der } of pemBlocks(text)) {
    blocks += 1;
    if (label !== 'CERTIFICATE') {
      return `only CERTIFICATE PEM blocks are allowed, found "${label}"`;
    }
    if (hasHeaders) return 'no PEM block headers are permitted';
    if (der.length === 0) return 'found CERTIFICATE PEM block containing 0 certificates';
    if (!holdsCertificates(der)) return 'x509: malformed certificate';
  }
  return blocks === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}

/** Whether the bytes are certificates, one directly after the other. */
function holdsCertificates(der: Buffer): boolean {
  try {
    for (let begin = 0; begin < der.length;) {
      const { end } = tlvAt(der, begin);
      void new X509Certificate(der.subarray(begin, end));
      begin = end;
    }
    return true;
  } catch {
    return false;
  }
}

/** Where the contents of the DER element begin and where it ends. Throws when it does not fit. */
function tlvAt(der: Buffer, offset: number): { readonly contents: number; readonly end: number } {
  const first = der.readUInt8(offset + 1);
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  const contents = offset + 2 + lengthBytes;
  const length = lengthBytes === 0 ? first : der.readUIntBE(offset + 2, lengthBytes);
  if (contents + length > der.length) throw new RangeError('an element does not fit');
  return { contents, end: contents + length };
}
