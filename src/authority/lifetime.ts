// SPDX-License-Identifier: Apache-2.0
// How long a certificate lives: what was asked, the signer's bounds, the backdate, and the life of the CA (DUR-*).

import { fail, ok, type Result } from '../vocabulary/result.js';
import type { SignerEntry } from './signer-entry.js';
import { authorityTrouble, type SigningTrouble } from './trouble.js';

/** Less than what the API accepts in spec.expirationSeconds; only objects of older APIs can ask for it (DUR-1). */
const FLOOR_SECONDS = 600;

/** How far notBefore lies back, and from which lifetime on the backdate is taken off the end. Seconds. */
export interface Margins {
  readonly backdateSeconds: number;
  readonly shortSeconds: number;
}

/** DUR-2: clocks of nodes differ by minutes; a certificate under 8 h would lose too much of its life to the backdate. */
const MARGINS: Margins = { backdateSeconds: 5 * 60, shortSeconds: 8 * 60 * 60 };

/** From when until when a certificate is valid: milliseconds since the epoch, whole seconds. */
export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/**
 * Seconds that a certificate lives (DUR-1). `maxSeconds` bounds everything, also the floor and the default: the one
 * difference from kube-controller-manager, which gives 10 min where its bound is shorter.
 */
export function effectiveSeconds(
  requestedSeconds: number | undefined,
  { defaultSeconds, maxSeconds }: SignerEntry['lifetime'],
): number {
  const wanted =
    requestedSeconds === undefined ? defaultSeconds : Math.max(requestedSeconds, FLOOR_SECONDS);
  return Math.min(wanted, maxSeconds);
}

/**
 * The validity of a certificate that is made at `nowMs` (DUR-3 to DUR-7): never past the CA's own notAfter, and none
 * from a CA that has expired, which is the CA's trouble and not the request's.
 */
export function validityOf(
  life: { readonly nowMs: number; readonly seconds: number; readonly caNotAfterMs: number },
  { backdateSeconds, shortSeconds }: Margins = MARGINS,
): Result<Validity, SigningTrouble> {
  const { nowMs, seconds, caNotAfterMs } = life;
  const backdateMs = backdateSeconds * 1000;
  const notBeforeMs = wholeSeconds(nowMs - backdateMs);
  if (Math.max(notBeforeMs, nowMs) >= caNotAfterMs) {
    const since = new Date(caNotAfterMs).toISOString();
    return fail(authorityTrouble('CaExpired', `the CA certificate has expired: notAfter ${since}`));
  }
  const takenOffMs = seconds < shortSeconds ? 0 : backdateMs;
  const notAfterMs = wholeSeconds(nowMs + seconds * 1000 - takenOffMs);
  return ok({ notBeforeMs, notAfterMs: Math.min(notAfterMs, caNotAfterMs) });
}

/** The fraction is cut off, as in the encoded time. */
const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000;
