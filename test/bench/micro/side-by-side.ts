// SPDX-License-Identifier: Apache-2.0
// Measures several ways to do the same thing, in turns, so that all of them have the same weather.

import { median, spread } from '../statistics.js';

/** Does it once; `turn` counts up, to choose an input. */
export type Contestant = (turn: number) => unknown;

/** What came out for one contestant. */
export interface Score {
  /** Of each round, in order. */
  readonly rounds: readonly number[];
  readonly perSecond: number;
  readonly spread: number;
}

const WARM_UP_MS = 400;
const TURN_MS = 250;

/** Calls between two looks at the clock. */
const BATCH = 16;

/** Asynchronous contestants are called `BATCH` at a time; synchronous ones never leave the main thread. */
export async function sideBySide<Name extends string>(
  contestants: Readonly<Record<Name, Contestant>>,
  rounds: number,
): Promise<Readonly<Record<Name, Score>>> {
  const names = Object.keys(contestants) as Name[];
  const rates = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (const name of names) await rateOf(contestants[name], WARM_UP_MS);
  for (let round = 0; round < rounds; round += 1) {
    // Whoever goes first in one round goes last in the next.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      rates.get(name)?.push(await rateOf(contestants[name], TURN_MS));
    }
  }
  return Object.fromEntries([...rates].map(([name, each]) => [name, scoreOf(each)])) as Record<
    Name,
    Score
  >;
}

const scoreOf = (rounds: readonly number[]): Score => ({
  rounds,
  perSecond: median(rounds),
  spread: spread(rounds),
});

async function rateOf(contestant: Contestant, forMs: number): Promise<number> {
  const begin = performance.now();
  let calls = 0;
  for (;;) {
    const results = Array.from({ length: BATCH }, (_, index) => contestant(calls + index));
    if (results[0] instanceof Promise) await Promise.all(results);
    calls += BATCH;
    const elapsedMs = performance.now() - begin;
    if (elapsedMs >= forMs) return (calls / elapsedMs) * 1000;
  }
}
