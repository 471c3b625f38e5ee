// SPDX-License-Identifier: Apache-2.0
// Lines about the controller itself: policies loaded, watches broken, faults of ours.

import { types } from 'node:util';
import type { CsrObject } from '../request/csr-object.js';
import type { ReasonCode } from '../vocabulary/reasons.js';
import { whoAndWhat } from './decision-line.js';
import type { Log } from './log.js';
import type { FieldsOf } from './log-schema.js';

/**
 * A policy that came into force: with its text, so that a hash in any other line can be resolved; of several
 * texts each under its name. A policy of an earlier process, for want of a better one, is a warning.
 */
export function logPolicyLoaded(
  log: Log,
  policy: {
    readonly hash: string;
    readonly parts: readonly { readonly name: string; readonly text: string }[];
    readonly source: string;
    readonly resourceVersion: string | undefined;
    readonly fieldManager: string | undefined;
    readonly isLastGood: boolean;
  },
): void {
  const { hash, parts, source, resourceVersion, fieldManager, isLastGood } = policy;
  const [only, ...others] = parts;
  const texts =
    others.length === 0
      ? { text: only?.text }
      : { texts: Object.fromEntries(parts.map(({ name, text }) => [name, text])) };
  log[isLastGood ? 'warn' : 'info'](
    { policyHash: hash, source, resourceVersion, fieldManager, isLastGood, ...texts },
    'policy loaded',
  );
}

/** A policy that was refused; `inForce` is the hash of the one that stays. */
export function logPolicyRefused(
  log: Log,
  refused: {
    readonly source: string;
    readonly inForce: string | undefined;
    readonly problems: readonly { readonly code: ReasonCode; readonly text: string }[];
  },
): void {
  log.error(
    { source: refused.source, policyHash: refused.inForce, problems: refused.problems },
    'policy refused',
  );
}

/** The last good policy was written to `configMap`, from where the next start may take it. */
export function logPolicyKept(log: Log, configMap: string, hash: string): void {
  log.info({ policyHash: hash, configMap }, 'last good policy kept');
}

const KEEPER_TROUBLES = {
  'not kept': 'last good policy not kept',
  'not readable': 'last good policy not readable',
  'not usable': 'last good policy not usable',
  'not announced': 'the Event about a refused policy could not be written',
} as const;

/** What a restart would feel, or people would not see. */
export function logKeeperTrouble(
  log: Log,
  configMap: string,
  { kind, detail }: { readonly kind: keyof typeof KEEPER_TROUBLES; readonly detail?: string },
): void {
  log.warn({ configMap, detail }, KEEPER_TROUBLES[kind]);
}

/** Somebody has asked for a pause, or ended it. */
export function logPause(log: Log, isPaused: boolean): void {
  if (isPaused) log.warn({}, 'paused');
  else log.info({}, 'pause ended');
}

/** A list or watch that ended and is begun again. */
export function logStreamEnd(
  log: Log,
  collection: string,
  end: {
    readonly reason: FieldsOf<'watch ended'>['reason'];
    readonly message: string;
    readonly delayMs: number;
  },
): void {
  const isOrderly = end.reason === 'completed' || end.reason === 'expired';
  const { reason, message: detail, delayMs } = end;
  log[isOrderly ? 'debug' : 'warn']({ collection, reason, detail, delayMs }, 'watch ended');
}

/** The Event about a request could not be written; said once until one can be. */
export function logRequestEventFailed(log: Log, csr: CsrObject): void {
  log.warn(whoAndWhat(csr), 'the Event about a request could not be written');
}

/** More Events were to be written than are allowed in a time. */
export function logEventsLeftOut(log: Log, leftOut: number): void {
  log.warn({ leftOut }, 'Events left out');
}

/** A fault of this program; the key is looked at again. */
export function logFault(log: Log, where: string, error: unknown): void {
  const fault = types.isNativeError(error)
    ? { name: error.name, detail: error.message, stack: (error.stack ?? '').split('\n') }
    : { name: 'unknown', detail: typeof error, stack: [] };
  log.error({ where, fault }, 'fault');
}
