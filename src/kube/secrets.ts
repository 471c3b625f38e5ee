// SPDX-License-Identifier: Apache-2.0
// Texts of one Secret, read when they are needed and kept by nobody here: a key is to lie in one place only.

import { field, stringAt } from '../vocabulary/json.js';
import { fail, ok, type Result } from '../vocabulary/result.js';

/** Where the API has the Secrets of a namespace. */
export const secretsOf = (namespace: string): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;

/** Where one is. */
export const secretPath = (namespace: string, name: string): string =>
  `${secretsOf(namespace)}/${encodeURIComponent(name)}`;

/** The text of `key` in the API's JSON of a Secret, undefined when it is not there; fails when it has more bytes. */
export function secretText(
  json: unknown,
  key: string,
  maxBytes: number,
): Result<string | undefined, string> {
  const base64 = stringAt(field(json, 'data'), key);
  if (base64 === undefined) return ok(undefined);
  // What is far too long is not decoded: base64 is a third longer.
  const bytes = base64.length > maxBytes * 2 ? undefined : Buffer.from(base64, 'base64');
  if (bytes === undefined || bytes.length > maxBytes) {
    return fail(`${key} has more than ${maxBytes} bytes`);
  }
  return ok(bytes.toString('utf8'));
}
