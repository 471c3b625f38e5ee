// SPDX-License-Identifier: Apache-2.0
// A CA certificate with those above it: in order, each allowed to be above the one below, up to what clients trust.

import { canonicalAddress } from '../vocabulary/addresses.js';
import { MAX_CA_CHAIN } from '../vocabulary/limits.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { SubjectAltName } from '../request/facts.js';
import { type CaCertificate, readCaCertificate } from './ca-certificate.js';
import { type HeldName, heldNames, nameOutside } from './name-constraints.js';
import { authorityTrouble, type SigningTrouble } from './trouble.js';

/** Certificates of one CA. */
export interface CaChain {
  /** What signs; its validity is that of the whole chain, and so are its name constraints. */
  readonly certificate: CaCertificate;
  /** What follows a leaf in status.certificate (API-27): from the signing CA upwards, without a self-signed root. */
  readonly intermediates: readonly CaCertificate[];
  /** What clients are to trust: the roots that were given, else the highest certificate of the chain. */
  readonly anchors: readonly CaCertificate[];
  /**
   * The chain, and of the anchors those that it stands below: whoever holds a certificate can present them as well. A
   * root that was put there for other clients says nothing of this CA.
   */
  readonly lineage: readonly CaCertificate[];
}

/**
 * Reads the chain from DER, the signing CA first, and the roots above it; refuses with `CaUnusable` what no client could
 * verify: another order, a path length that is too short, roots that have nothing to do with it.
 */
export function readCaChain(
  chain: readonly Uint8Array[],
  roots: readonly Uint8Array[],
): Result<CaChain, SigningTrouble> {
  if (chain.length === 0) return unusable('there is no CA certificate');
  if (chain.length + roots.length > MAX_CA_CHAIN) {
    return unusable(`there are more than ${MAX_CA_CHAIN} CA certificates`);
  }
  const read = allOf(chain);
  if (!read.ok) return read;
  const readRoots = allOf(roots);
  if (!readRoots.ok) return readRoots;
  const [certificate] = read.value;
  const top = read.value.at(-1);
  if (certificate === undefined || top === undefined) return unusable('there is no CA certificate');

  const broken = brokenLink(read.value);
  if (broken !== undefined) return unusable(broken);
  const anchors = roots.length > 0 ? readRoots.value : [top];
  const above = anchors.filter((root) => isSame(root, top) || isAbove(root, read.value));
  if (above.length === 0) {
    return unusable('none of the root certificates is above the CA certificate');
  }
  const intermediates = read.value.filter((each) => !isIssuer(each, each));
  const lineage = lineageOf([certificate, ...intermediates], anchors);
  const binding = withoutRepeats([...read.value, ...lineage]);
  const outside = caOutside(binding);
  if (outside !== undefined) return unusable(`a CA in the chain is out of bounds: ${outside}`);
  return ok(
    Object.freeze({
      certificate: Object.freeze({
        ...withValidityOf(certificate, read.value, above),
        nameConstraints: binding.flatMap(({ nameConstraints }) => nameConstraints),
      }),
      intermediates,
      anchors,
      lineage,
    }),
  );
}

const unusable = (message: string) => fail(authorityTrouble('CaUnusable', message));

function allOf(ders: readonly Uint8Array[]): Result<readonly CaCertificate[], SigningTrouble> {
  const read: CaCertificate[] = [];
  for (const der of ders) {
    const certificate = readCaCertificate(der);
    if (!certificate.ok) return certificate;
    read.push(certificate.value);
  }
  return ok(read);
}

/** What is wrong between the certificates of a chain, in words. */
function brokenLink(chain: readonly CaCertificate[]): string | undefined {
  for (const [index, upper] of chain.entries()) {
    const below = chain.slice(0, index);
    const lower = below.at(-1);
    if (lower !== undefined && isIssuer(lower, lower)) {
      return `CA certificate ${index} issued itself, so nothing stands above it`;
    }
    if (lower !== undefined && !isIssuer(upper, lower)) {
      return `CA certificate ${index + 1} did not issue the one before it`;
    }
    if (!allowsPath(upper, below)) {
      return `the path length of CA certificate ${index + 1} does not allow those before it`;
    }
  }
  return undefined;
}

/** Whether `issuer` signed `certificate`. */
export const isIssuer = (issuer: CaCertificate, certificate: CaCertificate): boolean =>
  certificate.seen.byOpenssl.checkIssued(issuer.seen.byOpenssl) &&
  certificate.seen.byOpenssl.verify(issuer.publicKey);

function lineageOf(
  chain: readonly CaCertificate[],
  anchors: readonly CaCertificate[],
): readonly CaCertificate[] {
  const found = new Set(chain);
  // What is added is looked at in the same pass.
  for (const lower of found) {
    for (const upper of anchors) if (isIssuer(upper, lower)) found.add(upper);
  }
  return [...found];
}

const withoutRepeats = (cas: readonly CaCertificate[]): readonly CaCertificate[] =>
  cas.filter((ca, index) => cas.findIndex((other) => isSame(other, ca)) === index);

/** Which name of a CA, the lowest first, is outside of what one above it allows: its whole tree cannot be verified. */
function caOutside(cas: readonly CaCertificate[]): string | undefined {
  return cas
    .map(({ nameConstraints }, index) =>
      nameOutside(cas.slice(0, index).flatMap(namesOfCa), nameConstraints),
    )
    .find((outside) => outside !== undefined);
}

/** As the second reader calls kinds of names, and e-mail addresses in a subject, which OpenSSL does not overlook. */
const KINDS: ReadonlyMap<string, SubjectAltName['kind']> = new Map([
  ['dns', 'dns'],
  ['ip', 'ip'],
  ['url', 'uri'],
  ['email', 'email'],
  ['E', 'email'],
]);

const namesOfCa = ({ seen }: CaCertificate): readonly HeldName[] =>
  heldNames(
    undefined,
    [
      ...seen.sansBySecondReader,
      ...seen.subjectBySecondReader.map(({ type, value }) => ({ kind: type, value })),
    ].flatMap(({ kind, value }) => {
      const known = KINDS.get(kind);
      return known === undefined ? [] : [{ kind: known, value: canonicalAddress(value) ?? value }];
    }),
  );

const isSame = (a: CaCertificate, b: CaCertificate): boolean => Buffer.compare(a.der, b.der) === 0;

const isAbove = (root: CaCertificate, chain: readonly CaCertificate[]): boolean => {
  const top = chain.at(-1);
  return top !== undefined && isIssuer(root, top) && allowsPath(root, chain);
};

/** RFC 5280 section 4.2.1.9: how many CAs that did not issue themselves may stand between it and a leaf. */
const allowsPath = ({ pathLength }: CaCertificate, below: readonly CaCertificate[]): boolean =>
  pathLength === undefined || below.length <= pathLength;

/** A certificate is of no use longer than what stands above it; of several roots one is enough. */
const withValidityOf = (
  certificate: CaCertificate,
  chain: readonly CaCertificate[],
  roots: readonly CaCertificate[],
): CaCertificate =>
  Object.freeze({
    ...certificate,
    notBeforeMs: Math.max(
      ...chain.map(({ notBeforeMs }) => notBeforeMs),
      Math.min(...roots.map(({ notBeforeMs }) => notBeforeMs)),
    ),
    notAfterMs: Math.min(
      ...chain.map(({ notAfterMs }) => notAfterMs),
      Math.max(...roots.map(({ notAfterMs }) => notAfterMs)),
    ),
  });
