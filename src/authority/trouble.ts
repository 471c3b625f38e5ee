// SPDX-License-Identifier: Apache-2.0
// Why no certificate can be made now, in words for the operator: whose fault it is decides between Failed and waiting.

import type { ReasonCode } from '../vocabulary/reasons.js';

/**
 * `request`: a fact of the request, which will never change. `authority`: trouble of the CA or of this program, for
 * which a request waits and is never failed. `message` is one clause, printable, without full stop.
 */
export interface SigningTrouble {
  readonly blame: 'request' | 'authority';
  readonly code: ReasonCode;
  readonly message: string;
}

/** Trouble that is the CA's or ours. */
export const authorityTrouble = (code: ReasonCode, message: string): SigningTrouble => ({
  blame: 'authority',
  code,
  message,
});
