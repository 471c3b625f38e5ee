// SPDX-License-Identifier: Apache-2.0
// How long the event loop stands still while certificates are signed: probes, watches and the Lease wait that long.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { issueCertificate } from '../../../src/signer/issue.js';
import type { SigningAuthority } from '../../../src/signer/signing-authority.js';
import { makeCsr, NOW_MS } from '../../support/decide.js';
import { CA_KEYS, makeAuthority, makeEntry, makeSignableFacts } from '../../support/signing.js';
import { millisecondsText, perSecondText, type Section } from '../row.js';

/** Issue 7: the event loop is never blocked longer. */
const GOAL_MS = 20;
const AT_A_TIME = 16;
const WARM_UP_MS = 500;
const MEASURED_MS = 3_000;

/** What signing did to the event loop. */
interface Standstill {
  /** The longest time between two turns, less the time in which other programs had the core. */
  readonly longestMs: number;
  /** The same with them. */
  readonly longestWallMs: number;
  readonly perSecond: number;
}

/** The longest turns with an RSA-4096 CA, the slowest kind, beside a P-256 CA. */
export async function measureEventLoop(): Promise<Section> {
  const { algorithm } = CA_KEYS['RSA 2048'];
  const pair = { ...generateKeyPairSync('rsa', { modulusLength: 4096 }), algorithm };
  const rsa = await standstill(await makeAuthority({ pair }));
  const ecdsa = await standstill(await makeAuthority());
  const beside = ({ longestWallMs, perSecond }: Standstill): string =>
    `${perSecondText(perSecond)} issued; ${millisecondsText(longestWallMs)} with what other programs took`;
  const row = (what: string, measured: Standstill) => ({
    what,
    figure: millisecondsText(measured.longestMs),
    beside: beside(measured),
    goal: { text: `≤ ${millisecondsText(GOAL_MS)}`, isMet: measured.longestMs <= GOAL_MS },
  });
  return {
    title: 'The event loop while certificates are signed',
    how: `Longest turn of the event loop in ${MEASURED_MS / 1000} s of whole issuance, ${AT_A_TIME} at a time, less the time in which the kernel gave the core to others.`,
    rows: [row('RSA-4096 CA', rsa), row('P-256 CA', ecdsa)],
  };
}

async function standstill(authority: SigningAuthority): Promise<Standstill> {
  await signFor(WARM_UP_MS, authority);
  const turns = watchTurns();
  const issued = await signFor(MEASURED_MS, authority);
  return { ...turns.end(), perSecond: (issued / MEASURED_MS) * 1000 };
}

async function signFor(forMs: number, authority: SigningAuthority): Promise<number> {
  const until = performance.now() + forMs;
  const facts = makeSignableFacts();
  const entry = makeEntry();
  let issued = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() < until) {
      const order = { csr: makeCsr(), facts, entry, authority, nowMs: NOW_MS };
      const done = await issueCertificate({ ...order, serial: randomBytes(16) });
      if (!done.ok) throw new Error(done.error.message);
      issued += 1;
      // As the run loop does between two looks.
      await new Promise((resolve) => void setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return issued;
}

/** Looks at the clocks in every turn. */
function watchTurns(): { end(): Pick<Standstill, 'longestMs' | 'longestWallMs'> } {
  let longestMs = 0;
  let longestWallMs = 0;
  let atMs = performance.now();
  let waitedMs = waitedForCoreMs();
  let isOver = false;
  const turn = (): void => {
    const [now, waited] = [performance.now(), waitedForCoreMs()];
    longestWallMs = Math.max(longestWallMs, now - atMs);
    longestMs = Math.max(longestMs, now - atMs - (waited - waitedMs));
    [atMs, waitedMs] = [now, waited];
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    end: () => {
      isOver = true;
      return { longestMs, longestWallMs };
    },
  };
}

/** How long the main thread was ready to run and did not get a core, since its start; 0 where nobody tells. */
function waitedForCoreMs(): number {
  try {
    const [, waitedNs = '0'] = readFileSync(
      `/proc/self/task/${process.pid}/schedstat`,
      'utf8',
    ).split(' ');
    return Number(waitedNs) / 1e6;
  } catch {
    return 0;
  }
}
