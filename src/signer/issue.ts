// SPDX-License-Identifier: Apache-2.0
// Makes one certificate: plan, encode, sign, and have it re-read by two other parsers before anybody sees it.

import { fail, ok, type Result } from '../vocabulary/result.js';
import { differencesFrom } from '../authority/compare.js';
import { encodeCertificate, encodeToBeSigned } from '../authority/encode.js';
import { type IssuedSummary, summaryOf } from '../authority/issuance.js';
import { planCertificate, type PlanInput } from '../authority/plan.js';
import { authorityTrouble, type SigningTrouble } from '../authority/trouble.js';
import type { SigningAuthority } from './signing-authority.js';
import type { SigningKey } from './signing-key.js';
import { takeTurns } from './turns.js';

/** A certificate that may be published, and the words for it. */
export interface IssuedCertificate {
  /** For status.certificate, before base64. */
  readonly pem: string;
  readonly summary: IssuedSummary;
}

/** What is issued for whom, by whom, and when. */
export type Order = Omit<PlanInput, 'ca'> & { readonly authority: SigningAuthority };

/** Each is read again for about a millisecond; a turn for each would cost 7 % of the work. */
const READ_PER_TURN = 4;

/** Threads finish many signatures in the same moment; the process has one event loop, and this queue belongs to it. */
const turn = takeTurns(READ_PER_TURN);

/** The certificate for a request that may be signed; the trouble says whether the request or we are to blame. */
export async function issueCertificate(
  order: Order,
): Promise<Result<IssuedCertificate, SigningTrouble>> {
  const { certificate: ca, chainPem, key } = order.authority;
  const plan = planCertificate({ ...order, ca });
  if (!plan.ok) return plan;
  const toBeSigned = encodeToBeSigned(plan.value);
  const signature = await signed(key, toBeSigned);
  if (!signature.ok) return signature;
  await turn();
  const certificate = encodeCertificate(plan.value, toBeSigned, signature.value);
  const [difference] = differencesFrom(plan.value, ca, certificate);
  if (difference !== undefined) {
    const { parser, field, want, saw } = difference;
    const message = `${parser} reads ${field} as "${saw}", planned was "${want}"`;
    return fail(authorityTrouble('CertificateDiffers', message));
  }
  return ok({
    pem: certificate.pem + chainPem,
    summary: summaryOf(plan.value, ca, certificate.der),
  });
}

/** Whatever a key says when it does not sign, the request waits; its own words may hold what no log should. */
async function signed(
  key: SigningKey,
  toBeSigned: Uint8Array,
): Promise<Result<Uint8Array, SigningTrouble>> {
  try {
    return ok(await key.sign(toBeSigned));
  } catch {
    return fail(authorityTrouble('SigningKeyFailed', 'the CA key did not sign'));
  }
}
