// SPDX-License-Identifier: Apache-2.0
// Durations as people write them: Go's `1h30m`, and `d` for 24 hours.

import { fail, ok, type Result } from '../vocabulary/result.js';
import { quoted } from '../vocabulary/printable.js';
import type { Fault } from './problem.js';
import type { TextForm } from './schema-parts.js';

const DURATION = /^(?:(\d{1,6})d)?(?:(\d{1,7})h)?(?:(\d{1,9})m)?(?:(\d{1,10})s)?$/;

/** The API takes no spec.expirationSeconds below this (KEP-2784). */
const MIN_ASKED_SECONDS = 600;

/** What a signer gives unasked is its own affair, as with kube-controller-manager; under a minute nothing can be renewed. */
const MIN_GIVEN_SECONDS = 60;

/** spec.expirationSeconds is an int32. */
const MAX_LIFETIME_SECONDS = 2 ** 31 - 1;

/** kube-controller-manager deletes requests that are pending for 24 hours. */
const MAX_WAIT_SECONDS = 24 * 3600;

/** What JSON Schema says of lifetimes. */
export const LIFETIME_FORM: TextForm = {
  pattern: DURATION.source.replaceAll('?:', ''),
  minLength: 2,
  examples: ['8h', '90d', '1h30m'],
};

/** What it says of `onViolation.transient`. */
export const TRANSIENT_FORM: TextForm = {
  pattern: '^wait \\S{1,40} then (deny|leave)$',
  examples: ['wait 10m then leave', 'wait 10m then deny'],
};

const faulty = (message: string): Result<never, Fault> =>
  fail({ code: 'PolicyInvalidValue', message });

/** Seconds of `90d`, `8h`, `1h30m`, `45s`; whole numbers, each unit once, the larger first. */
export function secondsOf(text: string): number | undefined {
  const parts = text === '' ? null : DURATION.exec(text);
  if (parts === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** A lifetime that requests may ask for, in seconds. */
export const parseLifetime = (text: string): Result<number, Fault> =>
  lifetimeOf(text, { seconds: MIN_ASKED_SECONDS, why: 'Kubernetes takes 10m and more' });

/** A lifetime that a signer gives, in seconds. */
export const parseGivenLifetime = (text: string): Result<number, Fault> =>
  lifetimeOf(text, { seconds: MIN_GIVEN_SECONDS, why: 'write 1m or more' });

function lifetimeOf(
  text: string,
  least: { readonly seconds: number; readonly why: string },
): Result<number, Fault> {
  const seconds = secondsOf(text);
  if (seconds === undefined) {
    return faulty(`${quoted(text)} is not a duration; write for example 8h, 90d or 1h30m`);
  }
  if (seconds < least.seconds) return faulty(`${text} is too short; ${least.why}`);
  if (seconds > MAX_LIFETIME_SECONDS) {
    return faulty(`${text} is too long; Kubernetes takes at most ${MAX_LIFETIME_SECONDS} seconds`);
  }
  return ok(seconds);
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)$/;

/** What JSON Schema says of times. */
export const TIME_FORM: TextForm = {
  pattern: TIME.source.replaceAll('?:', ''),
  examples: ['2027-01-31T00:00:00Z'],
};

/** A point in time as RFC 3339 writes it, in milliseconds since the epoch. */
export function parseTime(text: string): Result<number, Fault> {
  const ms = TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms) || !sameDay(text, ms)) {
    return faulty(`${quoted(text)} is not a time; write for example 2027-01-31T00:00:00Z`);
  }
  return ok(ms);
}

/** Date.parse takes 31 February for 3 March. */
function sameDay(text: string, ms: number): boolean {
  const asUtc = Date.parse(`${text.slice(0, 19)}Z`);
  return !Number.isNaN(ms) && new Date(asUtc).toISOString().startsWith(text.slice(0, 19));
}

/** What `onViolation.transient` says. */
export interface TransientOutcome {
  readonly waitMs: number;
  readonly then: 'deny' | 'leave';
}

/** `wait 10m then leave` or `wait 10m then deny`. */
export function parseTransient(text: string): Result<TransientOutcome, Fault> {
  const [, duration = '', then] = /^wait (\S{1,40}) then (deny|leave)$/.exec(text) ?? [];
  const seconds = secondsOf(duration);
  if (seconds === undefined || (then !== 'deny' && then !== 'leave')) {
    return faulty(
      `${quoted(text)} is not understood; write "wait 10m then leave" (or "then deny")`,
    );
  }
  if (seconds === 0 || seconds > MAX_WAIT_SECONDS) {
    return faulty(
      `a wait of ${duration} is not possible: at least 1s, at most 24h, after which Kubernetes deletes the request`,
    );
  }
  return ok({ waitMs: seconds * 1000, then });
}
