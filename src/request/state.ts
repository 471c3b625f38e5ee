// SPDX-License-Identifier: Apache-2.0
// Where a request stands, told from its conditions by the rules that Kubernetes uses.

import type { CsrObject, CsrState } from './csr-object.js';

const has = (csr: CsrObject, type: string): boolean =>
  csr.conditions.some((condition) => condition.type === type);

/** HLP-1: some `Approved` and no `Denied`, whatever their status says (old objects have `False`). */
export const isApproved = (csr: CsrObject): boolean => has(csr, 'Approved') && !has(csr, 'Denied');

/** HLP-2: a `Failed` condition whose status is `True`, or empty as old objects have it. */
export const isFailed = (csr: CsrObject): boolean =>
  csr.conditions.some(
    ({ type, status }) =>
      type === 'Failed' && (status === undefined || status === '' || status === 'True'),
  );

/**
 * Whether there is nothing left to decide: a certificate, any `Approved`, any `Denied` (HLP-3), or failed (HLP-2; an
 * approval of what a signer gave up would only confuse).
 */
export const isDecided = (csr: CsrObject): boolean =>
  csr.certificate !== undefined || has(csr, 'Approved') || has(csr, 'Denied') || isFailed(csr);

/** Whether a signer has something to do: approved (HLP-1), not failed (HLP-2), no certificate yet. */
export const awaitsCertificate = (csr: CsrObject): boolean =>
  csr.certificate === undefined && isApproved(csr) && !isFailed(csr);

/** The one word for where `csr` stands; the furthest state wins, and a denial is never hidden by an approval. */
export function csrState(csr: CsrObject): CsrState {
  if (csr.certificate !== undefined) return 'issued';
  if (has(csr, 'Denied')) return 'denied';
  if (isFailed(csr)) return 'failed';
  return has(csr, 'Approved') ? 'approved' : 'pending';
}
