// SPDX-License-Identifier: Apache-2.0
// Certificates on their way to the server when the answer was lost: each is told as published or lost, once it is known.

import type { IssuedSummary } from '../authority/issuance.js';
import type { CsrObject } from '../request/csr-object.js';
import type { Candidate } from './judge.js';

/** A certificate of which nobody knows whether it arrived. */
export interface SentCertificate {
  readonly candidate: Candidate;
  /** Base64 of PEM, as it was written. */
  readonly certificate: string;
  readonly summary: IssuedSummary;
}

/** Such certificates by the name of their request; tries are few, since each waits longer than the one before. */
export class Unanswered {
  readonly #byName = new Map<string, SentCertificate[]>();

  add(sent: SentCertificate): void {
    const { name } = sent.candidate.csr;
    this.#byName.set(name, [...(this.#byName.get(name) ?? []), sent]);
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Takes all of a name; they are not given again. */
  take(name: string): readonly SentCertificate[] {
    const sent = this.#byName.get(name) ?? [];
    this.#byName.delete(name);
    return sent;
  }
}

/** Whether the server has this very certificate on this very object. */
export const hasArrived = (
  newest: CsrObject,
  { candidate, certificate }: SentCertificate,
): boolean => newest.uid === candidate.csr.uid && newest.certificate === certificate;
