// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { WorkQueue } from '../../../src/controller/queue.js';
import { FakeClock } from './fake-clock.js';

const queueWithClock = () => {
  const clock = new FakeClock();
  return { clock, queue: new WorkQueue(clock) };
};

const takeKey = async (queue: WorkQueue): Promise<string | undefined> => (await queue.take())?.key;

describe('the work queue', () => {
  it('gives a key that was added several times once', async () => {
    const { queue } = queueWithClock();
    queue.add('a', 'lane');
    queue.add('a', 'lane');
    queue.add('a', 'other lane');

    expect(await queue.take()).toEqual({ key: 'a', lane: 'lane' });
    expect(queue.waiting).toBe(0);
  });

  it('gives a key again that was added while it was worked on, but not before that work is done', async () => {
    const { queue } = queueWithClock();
    queue.add('a', 'lane');
    await queue.take();
    queue.add('a', 'lane');

    expect(queue.waiting).toBe(0);
    queue.done('a');
    expect(await takeKey(queue)).toBe('a');
  });

  it('gives a key that was not added meanwhile no second time', async () => {
    const { queue } = queueWithClock();
    queue.add('a', 'lane');
    await queue.take();
    queue.done('a');

    expect(queue.waiting + queue.processing + queue.delayed).toBe(0);
  });

  it('hands a key at once to whoever waits for one', async () => {
    const { queue } = queueWithClock();
    const first = takeKey(queue);
    const second = takeKey(queue);
    queue.add('a', 'lane');
    queue.add('b', 'lane');

    expect([await first, await second]).toEqual(['a', 'b']);
  });

  it('takes turns between lanes, so that a lane with many keys does not delay a lane with one', async () => {
    const { queue } = queueWithClock();
    for (let number = 0; number < 5_000; number += 1) queue.add(`many-${number}`, 'many');
    queue.add('one', 'few');

    expect([await takeKey(queue), await takeKey(queue)]).toEqual(['many-0', 'one']);
  });

  it('ignores the end of work that nobody began', () => {
    const { queue } = queueWithClock();
    queue.done('a');

    expect(queue.waiting).toBe(0);
  });
});

describe('a delayed add', () => {
  it('adds the key when its time has come', () => {
    const { queue, clock } = queueWithClock();
    queue.addAfter('a', 'lane', 100);

    clock.advance(99);
    expect(queue.waiting).toBe(0);
    clock.advance(1);
    expect(queue.waiting).toBe(1);
  });

  it.each([
    ['earlier', 50],
    ['later', 500],
  ])('keeps the earliest time when a second one is %s', (_, second) => {
    const { queue, clock } = queueWithClock();
    queue.addAfter('a', 'lane', 100);
    queue.addAfter('a', 'lane', second);

    expect(clock.timers).toBe(1);
    expect(clock.nextInMs).toBe(Math.min(100, second));
  });

  it.each([0, -1, Number.NaN])('of %p ms is an add', (delayMs) => {
    const { queue } = queueWithClock();
    queue.addAfter('a', 'lane', delayMs);

    expect([queue.waiting, queue.delayed]).toEqual([1, 0]);
  });

  it('of more than a timer of Node can hold does not fire at once', () => {
    const { queue, clock } = queueWithClock();
    queue.addAfter('a', 'lane', 90 * 24 * 3_600_000);

    expect(clock.nextInMs).toBe(2 ** 31 - 1);
  });

  it('is called off when the key is taken before: that look says when to look again', async () => {
    const { queue, clock } = queueWithClock();
    queue.addAfter('a', 'lane', 100);
    queue.add('a', 'lane');
    await queue.take();
    queue.done('a');

    expect([queue.delayed, clock.timers]).toEqual([0, 0]);
  });

  it('stays when it is made while the key is worked on', async () => {
    const { queue, clock } = queueWithClock();
    queue.add('a', 'lane');
    await queue.take();
    queue.addAfter('a', 'lane', 100);
    queue.done('a');

    clock.advance(100);
    expect(await takeKey(queue)).toBe('a');
  });

  it('is called off by forget', () => {
    const { queue, clock } = queueWithClock();
    queue.addAfter('a', 'lane', 100);
    queue.forget('a');

    expect([queue.delayed, clock.timers]).toEqual([0, 0]);
  });
});

describe('a closed queue', () => {
  it('lets everybody who waits go, and gives and takes nothing more', async () => {
    const { queue, clock } = queueWithClock();
    const waiting = queue.take();
    queue.addAfter('later', 'lane', 100);
    queue.close();
    queue.add('a', 'lane');
    queue.addAfter('b', 'lane', 100);

    expect([await waiting, await queue.take()]).toEqual([undefined, undefined]);
    expect([queue.waiting, queue.delayed, clock.timers]).toEqual([0, 0, 0]);
  });

  it('does not give again what was worked on when it was closed', async () => {
    const { queue } = queueWithClock();
    queue.add('a', 'lane');
    await queue.take();
    queue.add('a', 'lane');
    queue.close();
    queue.done('a');

    expect(await queue.take()).toBeUndefined();
  });
});
