// SPDX-License-Identifier: Apache-2.0
// What the strict reader answers instead of facts.

import type { ReasonCode } from './reasons.js';

/**
 * Bytes or an object that are not read any further.
 * `at` says where (`pem line 3`, `der offset 120`, `subject[1]`, `spec.request`); `detail` is one
 * sentence fragment without requester-controlled text that is not escaped (see printable.ts).
 */
export interface Refusal {
  readonly code: ReasonCode;
  readonly at: string;
  readonly detail: string;
}
