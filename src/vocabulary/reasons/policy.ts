// SPDX-License-Identifier: Apache-2.0
// Reason codes of files and flags: why a policy, an object file or a flag is refused.

import type { Reason } from './reason.js';

/** Codes for input of the operator. A retired code is never used again. */
export const policyReasons = {} as const satisfies Record<string, Reason>;
