// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { Backoff } from '../../../src/controller/backoff.js';
import { WorkQueue } from '../../../src/controller/queue.js';
import { runLoop } from '../../../src/controller/run-loop.js';
import type { Reconcile } from '../../../src/controller/run-loop.js';
import { FakeClock, settled } from './fake-clock.js';

interface Gate {
  readonly passed: Promise<void>;
  readonly open: () => void;
}

function gate(): Gate {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

function running(reconcile: Reconcile, concurrency = 2) {
  const clock = new FakeClock();
  const queue = new WorkQueue(clock);
  const backoff = new Backoff(() => 0);
  const controller = new AbortController();
  const faults: unknown[] = [];
  const { signal } = controller;
  const onFault = (key: string, error: unknown): void => void faults.push([key, error]);
  const stopped = runLoop({ queue, backoff, reconcile, concurrency, signal, onFault });
  const stop = async (): Promise<void> => {
    controller.abort();
    await stopped;
  };
  return { clock, queue, backoff, controller, faults, stopped, stop };
}

describe('the run loop', () => {
  it('looks at each key that is added', async () => {
    const seen: string[] = [];
    const { queue, stop } = running((key) => {
      seen.push(key);
      return Promise.resolve({ kind: 'done' });
    });
    for (const key of ['a', 'b', 'c']) queue.add(key, 'lane');
    await settled();
    await stop();

    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('looks at no more keys at a time than it was told', async () => {
    const { passed, open } = gate();
    let now = 0;
    let most = 0;
    const { queue, stop } = running(async () => {
      now += 1;
      most = Math.max(most, now);
      await passed;
      now -= 1;
      return { kind: 'done' };
    }, 3);
    for (let key = 0; key < 10; key += 1) queue.add(`${key}`, 'lane');
    await settled();
    open();
    await settled();
    await stop();

    expect(most).toBe(3);
  });

  it('looks again when a look asked for it, at the time it chose and in the same lane', async () => {
    const seen: number[] = [];
    const { queue, clock, backoff, stop } = running(() => {
      seen.push(clock.nowMs());
      return Promise.resolve(
        seen.length === 1 ? { kind: 'again', afterMs: 5_000 } : { kind: 'done' },
      );
    });
    queue.add('a', 'lane');
    await settled();
    clock.advance(4_999);
    await settled();
    expect(seen).toHaveLength(1);
    clock.advance(1);
    await settled();
    await stop();

    expect(seen).toHaveLength(2);
    expect(backoff.size).toBe(0);
  });

  it('does not spin when a look asks for another one at once', async () => {
    const { queue, clock, stop } = running(() => Promise.resolve({ kind: 'again', afterMs: 0 }));
    queue.add('a', 'lane');
    await settled();

    expect(clock.nextInMs).toBe(10);
    await stop();
  });

  it('slows a key down that keeps failing, and forgets that once it succeeds', async () => {
    const waits: (number | undefined)[] = [];
    let looks = 0;
    const { queue, clock, backoff, stop } = running(() => {
      looks += 1;
      return Promise.resolve(looks <= 3 ? { kind: 'retry' } : { kind: 'done' });
    });
    queue.add('a', 'lane');
    for (let look = 0; look < 3; look += 1) {
      await settled();
      waits.push(clock.nextInMs);
      clock.advance(clock.nextInMs ?? 0);
    }
    await settled();
    await stop();

    expect(waits).toEqual([200, 400, 800]);
    expect([looks, backoff.size]).toEqual([4, 0]);
  });

  it('tells of a look that throws once, retries that key, and goes on with the others', async () => {
    const fault = new RangeError('broken');
    const seen: string[] = [];
    const { queue, clock, faults, stop } = running((key) => {
      if (key === 'bad') throw fault;
      seen.push(key);
      return Promise.resolve({ kind: 'done' });
    }, 1);
    for (const key of ['bad', 'good', 'better']) queue.add(key, 'lane');
    await settled();

    expect(seen).toEqual(['good', 'better']);
    expect(faults).toEqual([['bad', fault]]);
    expect(clock.nextInMs).toBe(200);
    await stop();
  });

  it('goes on when whoever is told of a fault throws too', async () => {
    const clock = new FakeClock();
    const queue = new WorkQueue(clock);
    const controller = new AbortController();
    const seen: string[] = [];
    const stopped = runLoop({
      queue,
      backoff: new Backoff(() => 0),
      concurrency: 1,
      signal: controller.signal,
      reconcile: (key) => {
        if (key === 'bad') return Promise.reject(new RangeError('broken'));
        seen.push(key);
        return Promise.resolve({ kind: 'done' });
      },
      onFault: () => {
        throw new RangeError('also broken');
      },
    });
    queue.add('bad', 'lane');
    queue.add('good', 'lane');
    await settled();
    controller.abort();
    await stopped;

    expect(seen).toEqual(['good']);
  });

  it('ends the looks under way before it stops, and begins no other', async () => {
    const { passed, open } = gate();
    const ended: string[] = [];
    const { queue, controller, stopped } = running(async (key) => {
      await passed;
      ended.push(key);
      return { kind: 'again', afterMs: 1_000 };
    }, 1);
    queue.add('a', 'lane');
    queue.add('b', 'lane');
    await settled();
    let hasStopped = false;
    void stopped.then(() => (hasStopped = true));
    controller.abort();
    await settled();
    expect(hasStopped).toBe(false);
    open();
    await stopped;

    expect(ended).toEqual(['a']);
    expect(queue.delayed).toBe(0);
  });

  it('lets timers and probes have their turn while it works off a backlog that needs no I/O', async () => {
    let looks = 0;
    let looksBeforeOthers: number | undefined;
    const { queue, stop } = running(() => {
      looks += 1;
      return Promise.resolve({ kind: 'done' });
    });
    for (let key = 0; key < 1_000; key += 1) queue.add(`${key}`, 'lane');
    setImmediate(() => (looksBeforeOthers = looks));
    while (queue.waiting > 0) await settled();
    await stop();

    expect(looks).toBe(1_000);
    expect(looksBeforeOthers).toBeLessThan(100);
  });

  it('stops at once when it is told to before it began', async () => {
    const queue = new WorkQueue(new FakeClock());
    const reconcile: Reconcile = () => Promise.reject(new RangeError('must not be called'));
    queue.add('a', 'lane');

    await runLoop({
      queue,
      backoff: new Backoff(() => 0),
      reconcile,
      concurrency: 4,
      signal: AbortSignal.abort(),
      onFault: () => {},
    });

    expect(await queue.take()).toBeUndefined();
  });
});
