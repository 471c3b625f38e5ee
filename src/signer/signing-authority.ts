// SPDX-License-Identifier: Apache-2.0
// A CA, the certificates above it and its key, checked before the first signature.

import { fail, ok, type Result } from '../vocabulary/result.js';
import { type CaChain, readCaChain } from '../authority/ca-chain.js';
import { authorityTrouble, type SigningTrouble } from '../authority/trouble.js';
import { writePem } from '../x509/pem.js';
import { pemBlocksOf } from './pem-blocks.js';
import { type KeyProvider, loadSigningKey, type SigningKey } from './signing-key.js';

/** The texts of a CA as files or a Secret hold them. */
export interface CaTexts {
  /** PEM: the certificate of the CA, and those above it in order (tls.crt). */
  readonly certificates: string;
  /** PEM: its private key (tls.key). */
  readonly key: string;
  /** PEM: the roots that clients are to trust (ca.crt). */
  readonly roots: string | undefined;
}

/** What signs for one signer name. */
export interface SigningAuthority extends CaChain {
  readonly key: SigningKey;
  /** PEM of the intermediates, leaf-first; empty below a root. */
  readonly chainPem: string;
}

/** A CA from its texts: a chain in order, of CAs, and the key of its first certificate. */
export async function loadAuthority(
  { certificates, key: keyPem, roots }: CaTexts,
  provider?: KeyProvider,
): Promise<Result<SigningAuthority, SigningTrouble>> {
  const rootCertificates = certificatesIn(roots ?? '');
  if (rootCertificates.length === 0 && (roots ?? '').trim() !== '') {
    return fail(authorityTrouble('CaUnusable', 'there is no certificate in ca.crt'));
  }
  const chain = readCaChain(certificatesIn(certificates), rootCertificates);
  if (!chain.ok) return chain;
  const key = await loadSigningKey(keyPem, provider);
  if (!key.ok) return key;
  if (!key.value.publicKey.equals(chain.value.certificate.publicKey)) {
    return fail(authorityTrouble('CaUnusable', 'the CA key does not belong to the CA certificate'));
  }
  const chainPem = chain.value.intermediates
    .map(({ der }) => writePem('CERTIFICATE', der))
    .join('');
  return ok({ ...chain.value, key: key.value, chainPem });
}

/** Whether two CAs sign alike: the same certificates, to be appended and to be trusted. */
export const isSameAuthority = (a: SigningAuthority, b: SigningAuthority): boolean =>
  certificatesOf(a).equals(certificatesOf(b));

/** Each DER tells its own length, so that no two lists give the same bytes. */
const certificatesOf = ({ certificate, intermediates, anchors }: CaChain): Buffer =>
  Buffer.concat([certificate, ...intermediates, ...anchors].map(({ der }) => der));

const certificatesIn = (pem: string): readonly Uint8Array[] =>
  pemBlocksOf(pem)
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ der }) => der);

/** Why a CA cannot be used at `nowMs`; undefined when it can. */
export function outOfDate({ certificate }: CaChain, nowMs: number): SigningTrouble | undefined {
  const { notBeforeMs, notAfterMs } = certificate;
  if (nowMs < notBeforeMs) {
    const from = new Date(notBeforeMs).toISOString();
    return authorityTrouble('CaNotYetValid', `the CA certificate is not valid before ${from}`);
  }
  if (nowMs < notAfterMs) return undefined;
  const since = new Date(notAfterMs).toISOString();
  return authorityTrouble('CaExpired', `the CA certificate has expired: notAfter ${since}`);
}
