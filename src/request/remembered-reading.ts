// SPDX-License-Identifier: Apache-2.0
// Reads the same bytes once: an object is looked at again after each of its changes, its request never changes.

import type { Refusal } from '../vocabulary/refusal.js';
import type { Result } from '../vocabulary/result.js';
import { MAX_REMEMBERED_READINGS } from '../vocabulary/limits.js';
import { keepNewest } from '../vocabulary/newest.js';
import type { CsrObject } from './csr-object.js';
import type { RequestFacts } from './facts.js';

/** What the bytes of a request say. */
export type Read = (csr: CsrObject) => Result<RequestFacts, Refusal>;

/** `read` with the newest readings kept, by uid; a reading is only given back for the very same bytes. */
export function rememberedReading(read: Read): Read {
  const kept = new Map<string, { readonly request: string; readonly reading: ReturnType<Read> }>();
  return (csr) => {
    const known = kept.get(csr.uid);
    if (known?.request === csr.request) return known.reading;
    const reading = read(csr);
    keepNewest(kept, [csr.uid, { request: csr.request, reading }], MAX_REMEMBERED_READINGS);
    return reading;
  };
}
