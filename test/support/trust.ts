// SPDX-License-Identifier: Apache-2.0
// CAs under names, for tests of what clients are to trust.

import { X509Certificate } from 'node:crypto';
import { type CaCertificate, readCaCertificate } from '../../src/authority/ca-certificate.js';
import { type CaChain, readCaChain } from '../../src/authority/ca-chain.js';
import { type CaOptions, type CaPem, makeCa } from './signing.js';

/** A CA with what reads it. */
export interface NamedCa extends CaPem {
  readonly anchor: CaCertificate;
  readonly sha256: string;
}

/** A CA whose certificate names it. */
export async function namedCa(name: string, options: CaOptions = {}): Promise<NamedCa> {
  const ca = await makeCa({ name: [{ CN: [name] }], ...options });
  const { raw, fingerprint256 } = new X509Certificate(ca.certificate);
  const read = readCaCertificate(raw);
  if (!read.ok) throw new Error(read.error.message);
  return { ...ca, anchor: read.value, sha256: fingerprint256.replaceAll(':', '').toLowerCase() };
}

/** What signs: `ca`, below `above`, with these roots for clients. */
export function chainOf(
  ca: NamedCa,
  { above = [], roots = [] }: { above?: readonly NamedCa[]; roots?: readonly NamedCa[] } = {},
): CaChain {
  const ders = (cas: readonly NamedCa[]) => cas.map(({ anchor }) => anchor.der);
  const read = readCaChain(ders([ca, ...above]), ders(roots));
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}
