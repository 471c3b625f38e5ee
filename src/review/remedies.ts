// SPDX-License-Identifier: Apache-2.0
// What would have to change before a request could be approved.

import type { Decision } from '../decide/decision.js';
import { type ReasonCode, reasons } from '../vocabulary/reasons.js';

/** What the catalogue of reasons says of one code. */
export interface Remedy {
  readonly code: ReasonCode;
  readonly requester: string;
  readonly operator: string;
}

/** One for each code that the deciding rule found wrong, in the order of its checks. */
export const remediesOf = ({ violations }: Decision): readonly Remedy[] =>
  [...new Set(violations.map(({ code }) => code))].map(remedyOf);

/** The catalogue's word on `code`. */
export const remedyOf = (code: ReasonCode): Remedy => {
  const { requester, operator } = reasons[code];
  return { code, requester, operator };
};
