// SPDX-License-Identifier: Apache-2.0
// What programs in Go think of certificates: asks test/control-plane/verify-certificates, which is built when it is needed.

import { join } from 'node:path';
import { describe } from '@jest/globals';
import { ensureVerifier } from '../control-plane/build.mjs';
import { runProgram } from './running-controller.js';

/** Whether the first certificate of `chain` is good for `purpose` (a usage of the Kubernetes API) and `host`. */
export interface Question {
  readonly chain: string;
  readonly roots: string;
  readonly purpose: string;
  readonly host?: string;
}

/** What Go says; `Error` is empty when it is good. */
export interface Answer {
  readonly Error: string;
  readonly Subject: string;
  readonly Dns: readonly string[] | null;
  readonly Emails: readonly string[] | null;
  readonly Addresses: readonly string[] | null;
  readonly Uris: readonly string[] | null;
  /** The bits of the key usage, bit 0 lowest. */
  readonly KeyUsage: number;
  readonly Purposes: readonly string[] | null;
  readonly Unknown: readonly string[] | null;
  readonly IsCa: boolean;
  readonly Signature: string;
  readonly Key: string;
}

/** `describe` where Go is there, else one that skips and says why. Throws instead where everything is required. */
export async function describeWithGo(): Promise<typeof describe | typeof describe.skip> {
  const program = await ensureVerifier();
  if (program.ok) return describe;
  const line = `tests with Go's x509 skipped: ${program.why}`;
  if (process.env['CSR_APPROVER_TEST_REQUIRE_ALL'] === '1' || program.exitCode !== 3) {
    throw new Error(line);
  }
  process.stderr.write(`! ${line}\n`);
  return describe.skip;
}

/** The answers, in the order of the questions. */
export async function askGo(questions: readonly Question[]): Promise<readonly Answer[]> {
  const program = await ensureVerifier();
  if (!program.ok) throw new Error(program.why);
  const input = JSON.stringify(questions);
  const path = join(program.binDir, 'verify-certificates');
  const { code, stdout, stderr } = await runProgram(path, [], { input });
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly Answer[];
}
