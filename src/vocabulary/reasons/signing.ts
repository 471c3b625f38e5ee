// SPDX-License-Identifier: Apache-2.0
// Reason codes of the signer: why an approved request got no certificate.

import type { Reason } from './reason.js';

/** Codes that only the signer gives. A retired code is never used again. */
export const signingReasons = {} as const satisfies Record<string, Reason>;
