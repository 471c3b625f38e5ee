// SPDX-License-Identifier: Apache-2.0
// Lines about the controller itself: policies loaded, watches broken, faults of ours.

import { types } from 'node:util';
import type { Log } from './log.js';

/** A policy that came into force: with its text, so that a hash in any other line can be resolved. */
export function logPolicyLoaded(
  log: Log,
  policy: {
    readonly hash: string;
    readonly text: string;
    readonly source: string;
    readonly resourceVersion: string | undefined;
    readonly fieldManager: string | undefined;
  },
): void {
  const { hash, text, source, resourceVersion, fieldManager } = policy;
  log.info({ policyHash: hash, source, resourceVersion, fieldManager, text }, 'policy loaded');
}

/** A policy that was refused; `inForce` is the hash of the one that stays. */
export function logPolicyRefused(
  log: Log,
  refused: {
    readonly source: string;
    readonly inForce: string | undefined;
    readonly problems: readonly { readonly code: string; readonly text: string }[];
  },
): void {
  log.error(
    { source: refused.source, policyHash: refused.inForce, problems: refused.problems },
    'policy refused',
  );
}

/** A list or watch that ended and is begun again. */
export function logStreamEnd(
  log: Log,
  collection: string,
  end: { readonly reason: string; readonly message: string; readonly delayMs: number },
): void {
  const isOrderly = end.reason === 'completed' || end.reason === 'expired';
  const { reason, message: detail, delayMs } = end;
  log[isOrderly ? 'debug' : 'warn']({ collection, reason, detail, delayMs }, 'watch ended');
}

/** A fault of this program; the key is looked at again. */
export function logFault(log: Log, where: string, error: unknown): void {
  const fault = types.isNativeError(error)
    ? { name: error.name, detail: error.message, stack: error.stack }
    : { name: 'unknown', detail: typeof error };
  log.error({ where, fault }, 'fault');
}
