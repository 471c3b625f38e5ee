// SPDX-License-Identifier: Apache-2.0
// Serial numbers: 128 random bits, so that they never repeat and cannot be foreseen (CRT-2, RFC 5280 section 4.1.2.2).

import { randomBytes } from 'node:crypto';

/** 16 random octets. */
export const newSerialNumber = (): Uint8Array => randomBytes(16);
