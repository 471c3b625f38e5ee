// SPDX-License-Identifier: Apache-2.0
// The code of an error of Node or undici; messages may carry text from outside, codes do not.

import { stringAt } from '../vocabulary/json.js';

/** Codes of Node, OpenSSL and undici are of these characters. */
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;

/** `ECONNREFUSED`, `UND_ERR_SOCKET`, …; looks into `cause` and the errors of an AggregateError; else `UNKNOWN`. */
export function errorCode(error: unknown, depth: number = 0): string {
  const code = stringAt(error, 'code') ?? ownCode(error);
  if (code !== undefined && CODE.test(code)) return code;
  if (depth >= 3 || typeof error !== 'object' || error === null) return 'UNKNOWN';
  return 'cause' in error ? errorCode(error.cause, depth + 1) : 'UNKNOWN';
}

/** Errors may inherit their code from a prototype, which JSON never does. */
function ownCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
