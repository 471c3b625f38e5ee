// SPDX-License-Identifier: Apache-2.0
// Resource versions in queries.

import { ApiFailure } from './failures.js';

/** The number; undefined where none was asked for. Throws for what is no number, as the real server a 400 or a 500. */
export function requestedVersion(query: URLSearchParams, code: 400 | 500): number | undefined {
  const text = query.get('resourceVersion') ?? '';
  if (text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const message = `resourceVersion: Invalid value: ${JSON.stringify(text)}: not a number`;
  throw new ApiFailure(code, code === 400 ? 'BadRequest' : 'InternalError', message);
}
