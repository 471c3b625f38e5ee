// SPDX-License-Identifier: Apache-2.0
// Makes a PKCS#10 request and its key, or reads one that was made by others.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { KeyObject, webcrypto } from 'node:crypto';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  Pkcs10CertificateRequest,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509';

const P256 = { name: 'ECDSA', namedCurve: 'P-256' };

/**
 * The text that goes into spec.request, and the key if it is ours.
 * @param {import('./requests.mjs').DemoRequest} request
 * @returns {Promise<{ pem: string, key?: KeyObject }>}
 */
export async function requestOf({ file, contents = {} }) {
  if (file !== undefined) {
    return { pem: await readFile(join(import.meta.dirname, 'requests', file), 'utf8') };
  }
  const first = await make(contents);
  if (contents.followedBy === undefined) return first;
  const second = await make(contents.followedBy);
  return { pem: first.pem + second.pem, key: first.key };
}

/**
 * What the first PEM block asks for, as lines to show; one line if it cannot be read.
 * @param {string} pem
 */
export function shownContents(pem) {
  const block = /-----BEGIN[^-]+-----[^-]+-----END CERTIFICATE REQUEST-----/.exec(pem)?.[0];
  if (block === undefined) return ['(not readable)'];
  const request = new Pkcs10CertificateRequest(block);
  const names = request
    .getExtensions('2.5.29.17')
    .flatMap((extension) => new SubjectAlternativeNameExtension(extension.rawData).names.toJSON());
  const constraints = request.getExtension('2.5.29.19');
  return [
    request.subject === '' ? '(no subject)' : request.subject,
    ...names.map(({ type, value }) => `${type} ${value}`),
    ...(constraints !== null ? ['basicConstraints CA:TRUE'] : []),
    ...(pem.trim() === block ? [] : ['and a second PEM block']),
  ];
}

/**
 * The public key that a PEM request holds, as DER.
 * @param {string} pem
 */
export function publicKeyOf(pem) {
  return Buffer.from(new Pkcs10CertificateRequest(pem).publicKey.rawData);
}

/** @param {import('./requests.mjs').Contents} contents */
async function make({ cn, o = [], dns = [], ip = [], isCa = false }) {
  const names = [
    ...dns.map((value) => /** @type {const} */ ({ type: 'dns', value })),
    ...ip.map((value) => /** @type {const} */ ({ type: 'ip', value })),
  ];
  const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [...o.map((value) => ({ O: [value] })), ...(cn === undefined ? [] : [{ CN: [cn] }])],
    keys,
    signingAlgorithm: { ...P256, hash: 'SHA-256' },
    extensions: [
      ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
      ...(isCa ? [new BasicConstraintsExtension(true, undefined, true)] : []),
    ],
  });
  return { pem: `${request.toString('pem')}\n`, key: KeyObject.from(keys.privateKey) };
}
