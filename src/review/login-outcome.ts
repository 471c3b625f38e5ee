// SPDX-License-Identifier: Apache-2.0
// What became of a person's request for a certificate, as it is printed.

import type { CsrObject } from '../request/csr-object.js';
import { csrState } from '../request/state.js';
import { printable } from '../vocabulary/printable.js';
import { type LoginWish, subjectText } from './login-request.js';

/** Characters of a message that are shown; the API allows more than anybody reads. */
const MAX_SHOWN_MESSAGE = 2000;

/** A certificate that was checked and written down. */
export interface LoginIssued {
  readonly state: 'issued';
  /** Name of the CertificateSigningRequest. */
  readonly csr: string;
  readonly signerName: string;
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Hex, lower case. */
  readonly serial: string;
  /** RFC 3339. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** Path of the file. */
  readonly kubeconfig: string;
  readonly context: string;
}

/** A request that will never have a certificate. */
export interface LoginRefused {
  readonly state: 'denied' | 'failed';
  readonly csr: string;
  /** Of the condition, as whoever refused it wrote them; empty where it has none. */
  readonly reason: string;
  readonly message: string;
}

export type LoginOutcome = LoginIssued | LoginRefused;

/** Undefined unless `csr` is denied or failed, and has no certificate. */
export function refusedLogin(csr: CsrObject): LoginRefused | undefined {
  const state = csrState(csr);
  if (state !== 'denied' && state !== 'failed') return undefined;
  const type = state === 'denied' ? 'Denied' : 'Failed';
  const { reason = '', message = '' } = csr.conditions.find((each) => each.type === type) ?? {};
  return { state, csr: csr.name, reason, message };
}

/** The whole answer in words. */
export function loginOutcomeText(outcome: LoginOutcome): string {
  const { csr, state } = outcome;
  if (state !== 'issued') {
    const { reason, message } = outcome;
    const word = state === 'denied' ? 'was denied' : 'was approved, but its signer gave it up';
    const lines = [
      `request ${csr} ${word}: ${printable(reason) || 'no reason'}`,
      `  ${said(message)}`,
    ];
    return `${lines.join('\n').trimEnd()}\n`;
  }
  const wish: Pick<LoginWish, 'commonName' | 'organizations'> = outcome;
  return [
    `request ${csr} is issued: ${subjectText(wish)}, valid until ${minuteOf(outcome.notAfter)}`,
    `${outcome.kubeconfig} is written; use it:`,
    `  kubectl --kubeconfig ${shellWord(outcome.kubeconfig)} auth whoami`,
    '',
  ].join('\n');
}

/** Printable but for quotes and backslashes: ours stand in names already, and a second escape would only hide them. */
const said = (message: string): string =>
  message
    .slice(0, MAX_SHOWN_MESSAGE)
    .split(/(["\\])/)
    .map((part, index) => (index % 2 === 1 ? part : printable(part, MAX_SHOWN_MESSAGE)))
    .join('');

const minuteOf = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

const shellWord = (text: string): string =>
  /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
