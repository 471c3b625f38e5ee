// SPDX-License-Identifier: Apache-2.0
// Whether a certificate that came back is the one that was asked for: our key, our name, valid now.

import { X509Certificate } from 'node:crypto';
import { MAX_ISSUED_CERTIFICATE_CHARACTERS } from '../vocabulary/limits.js';
import { printable } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { readCertificateAgain, type SecondAttribute } from '../x509/second-reader.js';
import { type LoginWish, subjectText } from './login-request.js';

/** A certificate that may be used. */
export interface IssuedLogin {
  /** As it came: the certificate first, then what the signer added of its chain. */
  readonly pem: string;
  /** Hex, lower case. */
  readonly serial: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** What it is held against. */
export interface LoginExpectation {
  readonly wish: Pick<LoginWish, 'commonName' | 'organizations'>;
  /** DER of our public key. */
  readonly spki: Uint8Array;
  readonly nowMs: number;
}

/** Reads status.certificate; the error says what is wrong with it, printable. */
export function readIssuedLogin(
  certificate: string,
  { wish, spki, nowMs }: LoginExpectation,
): Result<IssuedLogin, string> {
  if (certificate.length > MAX_ISSUED_CERTIFICATE_CHARACTERS) return fail('it is far too large');
  const pem = Buffer.from(certificate, 'base64').toString('utf8');
  const der = derOf(pem);
  const read = der === undefined ? undefined : readCertificateAgain(der);
  if (read?.ok !== true) return fail('it is not a certificate in PEM');
  const { subject, serialNumber, notBeforeMs, notAfterMs } = read.value;
  if (!Buffer.from(read.value.spki).equals(spki)) {
    return fail('it is for another key than the one that was made here');
  }
  if (textOf(subject) !== textOf(attributesOf(wish))) {
    const saw = subject.map(({ type, value }) => printable(`${type}=${value}`)).join(', ');
    return fail(`it is for ${saw || 'nobody'}; asked for was ${subjectText(wish)}`);
  }
  const [from, until] = [notBeforeMs, notAfterMs].map((ms) => new Date(ms).toISOString());
  if (nowMs < notBeforeMs) {
    return fail(`it is valid from ${from} on only; is the clock of this machine right?`);
  }
  if (nowMs >= notAfterMs) {
    return fail(`it was valid until ${until}; is the clock of this machine right?`);
  }
  return ok({ pem, serial: serialNumber, notBeforeMs, notAfterMs });
}

/** OpenSSL finds the first block, as the TLS of kubectl does. */
function derOf(pem: string): Uint8Array | undefined {
  try {
    return new X509Certificate(pem).raw;
  } catch {
    return undefined;
  }
}

const attributesOf = (wish: LoginExpectation['wish']): readonly SecondAttribute[] => [
  { type: 'CN', value: wish.commonName },
  // A name that is given twice is one group.
  ...[...new Set(wish.organizations)].map((value) => ({ type: 'O', value })),
];

/** DER sorts the values of one type, so only the set of them was asked for. */
const textOf = (subject: readonly SecondAttribute[]): string =>
  JSON.stringify(
    [...new Set(subject.map(({ type, value }) => JSON.stringify([type, value])))].sort(),
  );
