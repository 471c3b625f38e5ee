// SPDX-License-Identifier: Apache-2.0
// How long the event loop stands still while certificates are signed: probes, watches and the Lease wait that long.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { issueCertificate } from '../../../src/signer/issue.js';
import type { SigningAuthority } from '../../../src/signer/signing-authority.js';
import { makeCsr, NOW_MS } from '../../support/decide.js';
import { CA_KEYS, makeAuthority, makeEntry, makeSignableFacts } from '../../support/signing.js';
import { millisecondsText, perSecondText, type Row, type Section } from '../row.js';

/** Issue 7: the event loop is never blocked longer. */
const GOAL_MS = 20;
const AT_A_TIME = 16;
const WARM_UP_MS = 500;
const MEASURED_MS = 3_000;

/** What the longest turns of the event loop took. */
interface Longest {
  /** Work of the main thread: what the process itself does to its event loop. The kernel counts in ticks of 1 to 4 ms. */
  readonly coreMs: number;
  /** With the time in which others had the core. */
  readonly wallMs: number;
}

/** The longest turns with an RSA-4096 CA, the slowest kind, and with a P-256 CA; beside an event loop without work. */
export async function measureEventLoop(): Promise<Section> {
  const { algorithm } = CA_KEYS['RSA 2048'];
  const pair = { ...generateKeyPairSync('rsa', { modulusLength: 4096 }), algorithm };
  const cas = { 'RSA-4096 CA': await makeAuthority({ pair }), 'P-256 CA': await makeAuthority() };
  const rows: Row[] = [];
  for (const [name, authority] of Object.entries(cas)) {
    // One after the other, each with its own weather.
    const idle = await longestTurns(() => delay(MEASURED_MS));
    await signFor(WARM_UP_MS, authority);
    let issued = 0;
    const busy = await longestTurns(async () => {
      issued = await signFor(MEASURED_MS, authority);
    });
    const wall = `wall clock: ${millisecondsText(busy.wallMs)}`;
    rows.push({
      what: `${name}, ${perSecondText((issued / MEASURED_MS) * 1000)}`,
      figure: millisecondsText(busy.coreMs),
      beside: `${wall}, without work: ${millisecondsText(idle.wallMs)}`,
      goal: { text: `≤ ${millisecondsText(GOAL_MS)}`, isMet: busy.coreMs <= GOAL_MS },
    });
  }
  return {
    title: 'The event loop while certificates are signed',
    how: `Work of the main thread in the longest turn of the event loop, in ${MEASURED_MS / 1000} s of whole issuance, ${AT_A_TIME} at a time. What a busy machine adds is the same for a loop without work.`,
    rows,
  };
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

/** The longest turns while `work` is done. */
async function longestTurns(work: () => Promise<void>): Promise<Longest> {
  let longest: Longest = { coreMs: 0, wallMs: 0 };
  let [atMs, workedMs] = [performance.now(), workOfMainThreadMs()];
  let isOver = false;
  const turn = (): void => {
    const [now, worked] = [performance.now(), workOfMainThreadMs()];
    longest = {
      coreMs: Math.max(longest.coreMs, worked - workedMs),
      wallMs: Math.max(longest.wallMs, now - atMs),
    };
    [atMs, workedMs] = [now, worked];
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isOver = true;
  return longest;
}

/** How long the main thread has had a core; the wall clock where no kernel tells. */
function workOfMainThreadMs(): number {
  try {
    const file = `/proc/self/task/${process.pid}/schedstat`;
    return Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return performance.now();
  }
}
