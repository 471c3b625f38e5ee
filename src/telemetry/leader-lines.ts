// SPDX-License-Identifier: Apache-2.0
// The lines about leader election.

import type { Log } from './log.js';

/** This replica begins or ceases to write. */
export function logLeadership(
  log: Log,
  {
    leads,
    identity,
    holder,
  }: { readonly leads: boolean; readonly identity: string; readonly holder: string },
): void {
  if (leads) log.info({ identity }, 'leading');
  else log.warn({ identity, holder }, 'not leading any more');
}

/** The Lease could not be read or written; it is tried again. */
export function logLeaseTrouble(log: Log, message: string): void {
  log.warn({ detail: message }, 'lease not reachable');
}
