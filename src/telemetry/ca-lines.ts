// SPDX-License-Identifier: Apache-2.0
// The lines about CAs: which one began to sign, and which cannot.

import type { CaCertificate } from '../authority/ca-certificate.js';
import type { SigningTrouble } from '../authority/trouble.js';
import type { Log } from './log.js';

/** A CA signs from now on; `ca` says where it lies. */
export function logCaLoaded(log: Log, ca: string, certificate: CaCertificate): void {
  const { keyId, notAfterMs } = certificate;
  log.info({ ca, caKeyId: keyId, notAfter: new Date(notAfterMs).toISOString() }, 'CA loaded');
}

/** What is there cannot sign; the CA that signed before, if there is one, goes on. */
export function logCaTrouble(log: Log, ca: string, { code, message }: SigningTrouble): void {
  log.error({ ca, reason: code, detail: message }, 'CA not usable');
}
