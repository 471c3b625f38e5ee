// SPDX-License-Identifier: Apache-2.0
// The lines about CAs: which one began to sign, which cannot, and which ends soon.

import type { CaCertificate } from '../authority/ca-certificate.js';
import type { SigningTrouble } from '../authority/trouble.js';
import type { Log } from './log.js';

/** A CA signs from now on; `ca` says where it lies. */
export function logCaLoaded(log: Log, ca: string, certificate: CaCertificate): void {
  const { keyId, notAfterMs } = certificate;
  log.info({ ca, caKeyId: keyId, notAfter: new Date(notAfterMs).toISOString() }, 'CA loaded');
}

/** What is there cannot sign, for all of its signers or for one; `caKeyId` goes on signing, if there is one. */
export function logCaTrouble(
  log: Log,
  { code, message }: SigningTrouble,
  where: {
    readonly ca: string;
    readonly signerName: string | undefined;
    readonly caKeyId: string | undefined;
  },
): void {
  log.error({ ...where, reason: code, detail: message }, 'CA not usable');
}

/** A CA that signs has to be replaced soon. */
export function logCaEndsSoon(
  log: Log,
  { keyId, notAfterMs }: CaCertificate,
  where: { readonly ca: string; readonly signerName: string; readonly detail: string },
): void {
  const { detail, ...names } = where;
  const notAfter = new Date(notAfterMs).toISOString();
  log.warn({ ...names, caKeyId: keyId, notAfter, reason: 'CaEndsSoon', detail }, 'CA ends soon');
}

/** The Event about a CA could not be written; the log has said the same. */
export function logCaEventLost(log: Log, ca: string): void {
  log.warn({ ca }, 'the Event about a CA could not be written');
}
