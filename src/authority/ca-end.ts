// SPDX-License-Identifier: Apache-2.0
// When the end of a CA is near enough to tell people.

import type { SignerEntry } from './signer-entry.js';
import type { CaCertificate } from './ca-certificate.js';

const DAY_MS = 86_400_000;

/** A month to distribute trust in a new root: what teams, images and other clusters need. */
const NOTICE_MS = 30 * DAY_MS;

/** A CA that lives for days is changed by a machine, usually after two thirds of its life: only then is it late. */
const LATE_PART_OF_LIFE = 1 / 3;

/** How near the end of a CA is. */
export interface NearEnd {
  readonly notAfterMs: number;
  /** Whole days that are left; 0 on the last. */
  readonly daysLeft: number;
  /** A certificate of `lifetime.max` that is made now would not live so long. */
  readonly isCutting: boolean;
}

/**
 * Undefined while nobody has to act. The end is near when certificates of `lifetime.max` are cut by it, or when less
 * than 30 days are left (of a CA that lives less than 90 days: less than a third of its life).
 */
export function nearEnd(
  { notBeforeMs, notAfterMs }: Pick<CaCertificate, 'notBeforeMs' | 'notAfterMs'>,
  { maxSeconds }: Pick<SignerEntry['lifetime'], 'maxSeconds'>,
  nowMs: number,
): NearEnd | undefined {
  const leftMs = notAfterMs - nowMs;
  const isCutting = leftMs < maxSeconds * 1000;
  const noticeMs = Math.min(NOTICE_MS, (notAfterMs - notBeforeMs) * LATE_PART_OF_LIFE);
  if (!isCutting && leftMs >= noticeMs) return undefined;
  return { notAfterMs, daysLeft: Math.max(0, Math.floor(leftMs / DAY_MS)), isCutting };
}

/** The same in words: one clause. */
export function shownEnd({ notAfterMs, daysLeft, isCutting }: NearEnd): string {
  const days = daysLeft === 1 ? '1 day' : `${daysLeft} days`;
  const end = `the CA ends in ${days}, on ${new Date(notAfterMs).toISOString()}`;
  return isCutting ? `${end}; certificates of lifetime.max are cut to that` : end;
}
