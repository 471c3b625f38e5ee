// SPDX-License-Identifier: Apache-2.0
// How the readers of this folder stop at the first thing that is wrong, and how that becomes a Result.

import type { ReasonCode } from '../vocabulary/reasons.js';
import type { Refusal } from '../vocabulary/refusal.js';
import { fail, ok, type Result } from '../vocabulary/result.js';

/** Carries a refusal out of nested readers to `reading`; nothing else may catch it. */
class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.code);
    this.name = 'Refused';
    this.refusal = refusal;
  }
}

/** Stops the reading that goes on; `at` and `detail` as in Refusal. */
export function refuse(code: ReasonCode, at: string, detail: string): never {
  throw new Refused({ code, at, detail });
}

/** Runs `read`; what it refuses is the failure. Other errors are defects of ours and go on as they are. */
export function reading<T>(read: () => T): Result<T, Refusal> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof Refused) return fail(error.refusal);
    throw error;
  }
}
