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
    rows.push({
      what: `${name}, ${perSecondText((issued / MEASURED_MS) * 1000)}`,
      figure: millisecondsText(busy),
      beside: `without work: ${millisecondsText(idle)}`,
      goal: { text: `≤ ${millisecondsText(GOAL_MS)}`, isMet: busy <= GOAL_MS },
    });
  }
  return {
    title: 'The event loop while certificates are signed',
    how: `Longest time between two turns of the event loop in ${MEASURED_MS / 1000} s of whole issuance, ${AT_A_TIME} at a time, less the time for which other programs had the core.`,
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

/** The longest time between two turns while `work` is done. */
async function longestTurns(work: () => Promise<void>): Promise<number> {
  let longestMs = 0;
  let atMs = performance.now();
  let waitedMs = waitedForCoreMs();
  let isOver = false;
  const turn = (): void => {
    const [now, waited] = [performance.now(), waitedForCoreMs()];
    longestMs = Math.max(longestMs, now - atMs - (waited - waitedMs));
    [atMs, waitedMs] = [now, waited];
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isOver = true;
  return longestMs;
}

/** How long the main thread was ready to run and did not get a core, since its start; 0 where nobody tells. */
function waitedForCoreMs(): number {
  try {
    const file = `/proc/self/task/${process.pid}/schedstat`;
    const [, waitedNs = '0'] = readFileSync(file, 'utf8').split(' ');
    return Number(waitedNs) / 1e6;
  } catch {
    return 0;
  }
}
