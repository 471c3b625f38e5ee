// SPDX-License-Identifier: Apache-2.0
// Lines about the rights of this program in the cluster.

import type { Log } from './log.js';

/** Rights that the policy needs and this program lacks; what needs them fails meanwhile and is tried again. */
export function logRightsMissing(
  log: Log,
  policyHash: string | undefined,
  rights: readonly string[],
): void {
  log.warn({ policyHash, rights }, 'rights missing');
}

/** All that were missing are there. */
export function logRightsComplete(log: Log, policyHash: string | undefined): void {
  log.info({ policyHash }, 'rights complete');
}

/** Nobody could say whether the rights are there. */
export function logRightsUnknown(log: Log, policyHash: string | undefined, detail: string): void {
  log.warn({ policyHash, detail }, 'rights not known');
}

/** Dangerous rights that no policy needs; an attacker who takes this program over has them. */
export function logRightsExcess(log: Log, rights: readonly string[]): void {
  log.warn({ rights }, 'rights not needed');
}
