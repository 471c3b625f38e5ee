// SPDX-License-Identifier: Apache-2.0
// What a call to the API server can come to: expected failures are values, and what the server says is bounded.

import { field, listAt, stringAt } from '../vocabulary/json.js';
import { printable } from '../vocabulary/printable.js';

/** Characters of the server's own words in one message. */
const MAX_MESSAGE_CHARACTERS = 500;

/** A wait that a server asks for is believed up to this. */
const MAX_RETRY_AFTER_MS = 60_000;

/** The server answered and did not do it. */
export interface Refused {
  readonly kind: 'refused';
  /** HTTP status, 300–599. */
  readonly status: number;
  /** `reason` of the Kubernetes Status (for example `Conflict`), or empty. */
  readonly reason: string;
  /** The server's message: printable, at most 500 characters. */
  readonly message: string;
  /** Fields and reasons of a 422, as `field: reason`; at most 8. */
  readonly causes: readonly string[];
  readonly retryAfterMs?: number;
}

/** There was no usable answer; whether the server acted is not known. */
export interface Unreachable {
  readonly kind: 'unreachable';
  /** `Timeout`, `Aborted`, `TooLarge`, `NotJson`, `TokenUnavailable`, or a code of Node such as `ECONNREFUSED`. */
  readonly code: string;
  readonly message: string;
}

/** The outcome of one call. */
export type ApiAnswer =
  { readonly kind: 'ok'; readonly status: number; readonly body: unknown } | Refused | Unreachable;

export const unreachable = (code: string, message: string): Unreachable => ({
  kind: 'unreachable',
  code,
  message,
});

/** Makes a Refused from an HTTP status, the body (a Status, or anything else) and the Retry-After header. */
export function refused(
  status: number,
  body: unknown,
  retryAfter: string | string[] | undefined,
): Refused {
  const isStatus = stringAt(body, 'kind') === 'Status';
  const details = field(body, 'details');
  const message = isStatus ? (stringAt(body, 'message') ?? '') : '';
  const retryAfterMs = secondsToMs(retryAfter) ?? secondsToMs(field(details, 'retryAfterSeconds'));
  return {
    kind: 'refused',
    status,
    reason: isStatus ? printable(stringAt(body, 'reason') ?? '', 100) : '',
    message: message === '' ? `HTTP ${status}` : printable(message, MAX_MESSAGE_CHARACTERS),
    causes: causesOf(details),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

const causesOf = (details: unknown): readonly string[] =>
  listAt(details, 'causes')
    .slice(0, 8)
    .map((cause) => `${stringAt(cause, 'field') ?? ''}: ${stringAt(cause, 'reason') ?? ''}`)
    .map((cause) => printable(cause, 200));

/** Kubernetes sends seconds, never an HTTP date. */
function secondsToMs(value: unknown): number | undefined {
  const seconds = Number(Array.isArray(value) ? value[0] : (value ?? Number.NaN));
  if (!Number.isFinite(seconds) || seconds <= 0) return undefined;
  return Math.min(seconds * 1000, MAX_RETRY_AFTER_MS);
}
