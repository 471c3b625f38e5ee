// SPDX-License-Identifier: Apache-2.0
// Texts of one Secret, read when they are needed and kept by nobody here: a key is to lie in one place only.

import { field, isRecord, stringAt } from '../vocabulary/json.js';

/** Where a Secret is. */
export const secretPath = (namespace: string, name: string): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets/${encodeURIComponent(name)}`;

/** The text of `key` in the API's JSON of a Secret; undefined when it is not there or has more than `maxBytes`. */
export function secretText(json: unknown, key: string, maxBytes: number): string | undefined {
  const data = field(json, 'data');
  const base64 = isRecord(data) ? stringAt(data, key) : undefined;
  if (base64 === undefined || base64.length > maxBytes * 2) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length > maxBytes ? undefined : bytes.toString('utf8');
}
