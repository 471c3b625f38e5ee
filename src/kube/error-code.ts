// SPDX-License-Identifier: Apache-2.0
// The code of an error of Node or undici; messages may carry text from outside, codes do not.

/** Codes of Node, OpenSSL and undici are of these characters. */
const CODE = /^[A-Z][A-Z0-9_]{1,63}$/;

/** How deep causes are looked into. */
const MAX_DEPTH = 3;

/** `ECONNREFUSED`, `UND_ERR_SOCKET`, …; of the error or of what caused it; else `UNKNOWN`. */
export function errorCode(error: unknown, depth: number = 0): string {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return 'UNKNOWN';
  // undici has its codes on the prototype.
  if ('code' in error && typeof error.code === 'string' && CODE.test(error.code)) return error.code;
  return 'cause' in error ? errorCode(error.cause, depth + 1) : 'UNKNOWN';
}
