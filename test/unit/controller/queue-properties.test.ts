// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Lanes } from '../../../src/controller/lanes.js';
import { WorkQueue } from '../../../src/controller/queue.js';
import { FakeClock } from './fake-clock.js';

type Step =
  | { readonly does: 'add'; readonly key: number; readonly lane: number }
  | { readonly does: 'addAfter'; readonly key: number; readonly lane: number; readonly ms: number }
  | { readonly does: 'take' }
  | { readonly does: 'done'; readonly which: number }
  | { readonly does: 'advance'; readonly ms: number };

const key = fc.integer({ min: 0, max: 6 });
const lane = fc.integer({ min: 0, max: 3 });
const ms = fc.integer({ min: 1, max: 50 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ does: fc.constant('add' as const), key, lane }),
    fc.record({ does: fc.constant('addAfter' as const), key, lane, ms }),
    fc.record({ does: fc.constant('take' as const) }),
    fc.record({ does: fc.constant('done' as const), which: fc.nat(5) }),
    fc.record({ does: fc.constant('advance' as const), ms }),
  ),
  { maxLength: 80 },
);

/** Runs `taken` steps; `isOwed` holds the keys that were added since their last look began. */
async function play(plan: readonly Step[]) {
  const clock = new FakeClock();
  const queue = new WorkQueue(clock);
  const owed = new Set<string>();
  const working: string[] = [];
  let parallel = false;

  const take = async (): Promise<boolean> => {
    if (queue.waiting === 0) return false;
    const next = await queue.take();
    if (next === undefined) return false;
    parallel ||= working.includes(next.key);
    owed.delete(next.key);
    working.push(next.key);
    return true;
  };
  const done = (which: number): void => {
    const [ended] = working.splice(which % Math.max(1, working.length), 1);
    if (ended !== undefined) queue.done(ended);
  };
  for (const step of plan) {
    if (step.does === 'add') {
      queue.add(`${step.key}`, `${step.lane}`);
      owed.add(`${step.key}`);
    } else if (step.does === 'addAfter') {
      queue.addAfter(`${step.key}`, `${step.lane}`, step.ms);
      owed.add(`${step.key}`);
    } else if (step.does === 'take') await take();
    else if (step.does === 'done') done(step.which);
    else clock.advance(step.ms);
  }
  const drain = async (): Promise<void> => {
    clock.advance(100);
    while ((await take()) || working.length > 0) done(0);
  };
  return { queue, clock, owed, drain, wasParallel: () => parallel };
}

describe('whatever is added, taken, ended and waited for', () => {
  it('no key is lost, and nothing is left over', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const { queue, clock, owed, drain } = await play(plan);
        await drain();

        expect([...owed]).toEqual([]);
        expect(queue.waiting + queue.delayed + queue.processing + clock.timers).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('the same key is never worked on twice at a time', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const { drain, wasParallel } = await play(plan);
        await drain();

        expect(wasParallel()).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('lanes', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });

  it('serve a key with p others before it after at most (p + 1) × lanes turns, each lane in its order', () => {
    fc.assert(
      fc.property(sizes, (laneSizes) => {
        const lanes = new Lanes();
        for (const [number, size] of laneSizes.entries()) {
          for (let place = 0; place < size; place += 1) {
            lanes.push({ key: `${place}`, lane: `${number}` });
          }
        }
        const served: Record<string, number> = {};
        for (let turn = 1; lanes.size > 0; turn += 1) {
          const next = lanes.shift();
          const place = served[next?.lane ?? ''] ?? 0;
          expect(next?.key).toBe(`${place}`);
          expect(turn).toBeLessThanOrEqual((place + 1) * laneSizes.length);
          served[next?.lane ?? ''] = place + 1;
        }
        expect(laneSizes.map((_, number) => served[`${number}`])).toEqual(laneSizes);
      }),
      { numRuns: 200 },
    );
  });

  it('vanish when they are empty', () => {
    const lanes = new Lanes();
    for (let number = 0; number < 100; number += 1) {
      lanes.push({ key: `${number}`, lane: `lane-${number}` });
    }
    expect(lanes.laneCount).toBe(100);
    for (let number = 0; number < 100; number += 1) lanes.shift();

    expect([lanes.laneCount, lanes.size, lanes.shift()]).toEqual([0, 0, undefined]);
  });
});
