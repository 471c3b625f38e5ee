// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { authorityTrouble } from '../../../src/authority/trouble.js';
import { createCaWatch } from '../../../src/signer/ca-watch.js';
import type { SigningAuthority } from '../../../src/signer/signing-authority.js';
import { fail, ok } from '../../../src/vocabulary/result.js';
import { ManualClock } from '../../support/manual-clock.js';
import { makeAuthority, makeEntry } from '../../support/signing.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NAME = 'example.com/mesh';

/** A watch over one signer whose certificates live for a day at most, and a clock that the test moves. */
async function setUp(leftMs: number) {
  const clock = new ManualClock();
  const living = (ms: number): Promise<SigningAuthority> =>
    makeAuthority({
      notBeforeMs: clock.nowMs() - 365 * DAY_MS,
      // Certificates count whole seconds.
      notAfterMs: Math.ceil((clock.nowMs() + ms) / 1000) * 1000,
    });
  const state = {
    authority: await living(leftMs),
    isReadable: true,
    isSigner: true,
    told: [] as (readonly [number, boolean])[],
  };
  const entry = makeEntry({ signerName: NAME });
  const look = createCaWatch({
    entry: (name) => (state.isSigner && name === NAME ? entry : undefined),
    store: {
      get: async () =>
        state.isReadable ? ok(state.authority) : fail(authorityTrouble('CaUnreadable', 'gone')),
    },
    nowMs: () => clock.nowMs(),
    onNearEnd: (_entry, _authority, { daysLeft, isCutting }) =>
      void state.told.push([daysLeft, isCutting]),
  });
  const signal = new AbortController().signal;
  return { clock, state, living, look: () => look(NAME, signal) };
}

describe('a CA that ends soon', () => {
  it('is told when it begins to sign, and then once a day', async () => {
    const { clock, state, look } = await setUp(20 * DAY_MS);

    await look();
    await look();
    clock.advance(DAY_MS - 1);
    await look();
    expect(state.told).toEqual([[20, false]]);

    clock.advance(1);
    await look();
    clock.advance(DAY_MS);
    await look();
    expect(state.told.map(([days]) => days)).toEqual([20, 19, 18]);
  });

  it('is told from 30 days on, without anybody asking for a certificate', async () => {
    const { clock, state, look } = await setUp(32 * DAY_MS);

    await look();
    clock.advance(DAY_MS);
    await look();
    expect(state.told).toEqual([]);
    clock.advance(DAY_MS + 1000);
    await look();

    expect(state.told).toEqual([[29, false]]);
  });

  it('says so when certificates of lifetime.max are cut', async () => {
    const { state, look } = await setUp(DAY_MS - HOUR_MS);

    await look();

    expect(state.told).toEqual([[0, true]]);
  });

  it('is told at once when another CA that ends soon takes its place', async () => {
    const { state, living, look } = await setUp(20 * DAY_MS);
    await look();

    state.authority = await living(10 * DAY_MS);
    await look();

    expect(state.told.map(([days]) => days)).toEqual([20, 10]);
  });

  it('is not told any more when it was renewed', async () => {
    const { clock, state, living, look } = await setUp(20 * DAY_MS);
    await look();

    state.authority = await living(365 * DAY_MS);
    clock.advance(2 * DAY_MS);
    await look();

    expect(state.told).toHaveLength(1);
  });
});

describe('a CA that nobody asks for', () => {
  it.each<readonly [string, { isReadable: boolean }]>([
    ['that can sign', { isReadable: true }],
    ['that cannot be read', { isReadable: false }],
  ])('%s is looked at every half a minute', async (_name, change) => {
    const { state, look } = await setUp(365 * DAY_MS);
    Object.assign(state, change);

    expect(await look()).toEqual({ kind: 'again', afterMs: 30_000 });
  });

  it('of a signer that the policy does not name any more is left alone, and told anew when it is back', async () => {
    const { state, look } = await setUp(20 * DAY_MS);
    await look();

    state.isSigner = false;
    expect(await look()).toEqual({ kind: 'done' });
    state.isSigner = true;
    await look();

    expect(state.told).toHaveLength(2);
  });
});
