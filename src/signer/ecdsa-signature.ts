// SPDX-License-Identifier: Apache-2.0
// ECDSA signatures as X.509 carries them, from what WebCrypto gives.

import { integer, sequence } from '../x509/der-writer.js';

/**
 * DER of Ecdsa-Sig-Value (RFC 3279 section 2.2.3) from r and s of equal length, one behind the other (IEEE P1363).
 * Throws when it is not that.
 */
export function ecdsaSigValue(raw: Uint8Array): Uint8Array {
  if (raw.length === 0 || raw.length % 2 !== 0) throw new RangeError('not an ECDSA signature');
  const half = raw.length / 2;
  return sequence(integer(raw.subarray(0, half)), integer(raw.subarray(half)));
}
