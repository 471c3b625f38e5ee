// SPDX-License-Identifier: Apache-2.0
// One request as it is put before a policy: the object and what its bytes say, or why they are refused.

import type { Refusal } from '../vocabulary/refusal.js';
import type { Result } from '../vocabulary/result.js';
import type { CsrObject } from './csr-object.js';
import type { RequestFacts } from './facts.js';

/** The object together with the strict reading of its bytes. */
export interface Case {
  readonly csr: CsrObject;
  readonly reading: Result<RequestFacts, Refusal>;
  /**
   * From when waits are counted, in milliseconds since the epoch: the later of creation and the first evaluation with
   * synced evidence and a loaded policy (design: semantics 3).
   */
  readonly waitingSinceMs: number;
}
