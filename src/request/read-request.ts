// SPDX-License-Identifier: Apache-2.0
// From the base64 of spec.request to facts that two independent parsers agree on, or to the reason why not.

import type { Refusal } from '../vocabulary/refusal.js';
import type { Result } from '../vocabulary/result.js';
import type { CsrObject } from './csr-object.js';
import type { RequestFacts } from './facts.js';

/** Reads `csr.request` strictly; pure, synchronous, bounded, and never throws for anything that a requester can send. */
export function readRequest(csr: CsrObject): Result<RequestFacts, Refusal> {
  throw new Error(`not built yet: ${csr.name}`);
}
