// SPDX-License-Identifier: Apache-2.0
// Remembers writes whose answer was lost: what may have been written must be told, once it is known that it was.

import type { WrittenCondition } from '../decide/condition.js';
import type { Decision } from '../decide/decision.js';
import type { CsrObject } from '../request/csr-object.js';

/** A decision on its way to the server when the connection to it broke. */
export interface SentDecision {
  readonly csr: CsrObject;
  readonly decision: Decision;
  readonly condition: WrittenCondition;
}

/** The last such decision of each name; whoever adds one looks again, and takes it then. */
export class Unconfirmed {
  readonly #byName = new Map<string, SentDecision>();

  get(name: string): SentDecision | undefined {
    return this.#byName.get(name);
  }

  add(sent: SentDecision): void {
    this.#byName.set(sent.csr.name, sent);
  }

  forget(name: string): void {
    this.#byName.delete(name);
  }
}

/** Whether the server has this very decision on this very object. */
export const wasWritten = (newest: CsrObject, { csr, condition }: SentDecision): boolean =>
  newest.uid === csr.uid &&
  newest.conditions.some(
    ({ type, reason, message }) =>
      type === condition.type && reason === condition.reason && message === condition.message,
  );
