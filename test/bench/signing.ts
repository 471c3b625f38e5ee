// SPDX-License-Identifier: Apache-2.0
// How many certificates one core builds and signs per second, and how many with both re-readings, as the signer does.

import { encodeCertificate, encodeToBeSigned } from '../../src/authority/encode.js';
import { planCertificate } from '../../src/authority/plan.js';
import { issueCertificate } from '../../src/signer/issue.js';
import { newSerialNumber } from '../../src/signer/serial-numbers.js';
import type { SigningAuthority } from '../../src/signer/signing-authority.js';
import { dns, ip, makeCsr, NOW_MS } from '../support/decide.js';
import { type CaKeyKind, makeAuthority, makeEntry, makeSignableFacts } from '../support/signing.js';

/** One row of the bench: how often per second. */
export interface SigningRow {
  readonly name: string;
  readonly perSecond: number;
}

const csr = makeCsr();
const entry = makeEntry();
const facts = makeSignableFacts({ sans: [dns('worker-1.corp.example'), ip('10.1.2.3')] });

const orderOf = (authority: SigningAuthority) => ({
  csr,
  facts,
  entry,
  nowMs: NOW_MS,
  serial: newSerialNumber(),
  ca: authority.certificate,
  authority,
});

/** Plans, encodes and signs one certificate; nobody reads it again. */
async function buildAndSign(authority: SigningAuthority): Promise<void> {
  const plan = planCertificate(orderOf(authority));
  if (!plan.ok) throw new Error(plan.error.message);
  const toBeSigned = encodeToBeSigned(plan.value);
  encodeCertificate(plan.value, toBeSigned, await authority.key.sign(toBeSigned));
}

/** The whole way of one certificate but for the API server. */
async function issue(authority: SigningAuthority): Promise<void> {
  const issued = await issueCertificate(orderOf(authority));
  if (!issued.ok) throw new Error(issued.error.message);
}

/** `width` at a time, as the queue works; the warm-up is not counted. */
async function rate(
  work: () => Promise<void>,
  { width, forMs }: { readonly width: number; readonly forMs: number },
): Promise<number> {
  const run = async (ms: number): Promise<number> => {
    const end = performance.now() + ms;
    let count = 0;
    const lane = async (): Promise<void> => {
      while (performance.now() < end) {
        await work();
        count += 1;
      }
    };
    await Promise.all(Array.from({ length: width }, lane));
    return count / (ms / 1000);
  };
  await run(forMs / 4);
  return run(forMs);
}

/** The rows of signing, for P-256 and RSA-2048 CAs. */
export async function benchSigning(forMs = 3000): Promise<readonly SigningRow[]> {
  const rows: SigningRow[] = [];
  for (const kind of ['ECDSA P-256', 'RSA 2048'] satisfies CaKeyKind[]) {
    const authority = await makeAuthority({ key: kind });
    for (const [what, work] of [
      ['built and signed', buildAndSign],
      ['built, signed and re-read twice', issue],
    ] as const) {
      const perSecond = await rate(() => work(authority), { width: 16, forMs });
      rows.push({ name: `certificate ${what}, CA ${kind}`, perSecond: Math.round(perSecond) });
    }
  }
  return rows;
}
