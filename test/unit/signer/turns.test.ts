// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { issueCertificate } from '../../../src/signer/issue.js';
import { takeTurns } from '../../../src/signer/turns.js';
import { makeCsr, NOW_MS } from '../../support/decide.js';
import { makeAuthority, makeEntry, makeSignableFacts } from '../../support/signing.js';

/** Counts turns of the event loop until it is told to stop. */
function countTurns(): { readonly now: () => number; stop(): void } {
  let count = 0;
  let isOver = false;
  const turn = (): void => {
    count += 1;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    now: () => count,
    stop: () => {
      isOver = true;
    },
  };
}

describe('turns of the event loop', () => {
  it.each([1, 3])(
    'are given to so many callers each, in the order of asking: %d',
    async (perTurn) => {
      const turns = countTurns();
      const turn = takeTurns(perTurn);

      const given: (readonly [caller: number, turn: number])[] = [];
      const callers = Array.from({ length: 8 }, async (_, caller) => {
        await turn();
        given.push([caller, turns.now()]);
      });
      await Promise.all(callers);
      turns.stop();

      expect(given.map(([caller]) => caller)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(new Set(given.map(([, at]) => at)).size).toBe(Math.ceil(8 / perTurn));
    },
  );
});

describe('certificates whose signatures come at the same moment', () => {
  it('are made in several turns', async () => {
    const authority = await makeAuthority();
    const order = {
      csr: makeCsr(),
      facts: makeSignableFacts(),
      entry: makeEntry(),
      authority: {
        ...authority,
        key: {
          ...authority.key,
          // All of them are there before the first is looked at.
          sign: async (bytes: Uint8Array) => {
            const signature = await authority.key.sign(bytes);
            await everySignature();
            return signature;
          },
        },
      },
      nowMs: NOW_MS,
    };
    let signed = 0;
    let release = (): void => {};
    const all = new Promise<void>((resolve) => {
      release = resolve;
    });
    const everySignature = (): Promise<void> => {
      signed += 1;
      if (signed === 16) release();
      return all;
    };
    const turns = countTurns();

    const ends = await Promise.all(
      Array.from({ length: 16 }, async (_, index) => {
        const issued = await issueCertificate({
          ...order,
          serial: new Uint8Array(16).fill(index + 1),
        });
        return [issued.ok, turns.now()] as const;
      }),
    );
    turns.stop();

    expect(ends.every(([isIssued]) => isIssued)).toBe(true);
    expect(new Set(ends.map(([, at]) => at)).size).toBeGreaterThanOrEqual(16 / 4);
  });
});
