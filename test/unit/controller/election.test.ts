// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createElection,
  type Election,
  type LeaseLock,
  type LeaseRecord,
} from '../../../src/controller/election.js';
import { ManualClock } from '../../support/manual-clock.js';

/** A Lease in memory: what was written, and whether it can be reached. */
class MemoryLease {
  record: LeaseRecord | undefined;
  version = 0;
  readonly writes: LeaseRecord[] = [];

  lock(reach: { isCut: boolean; losesAnswers?: boolean }): LeaseLock {
    return {
      read: async () => {
        if (reach.isCut) return { kind: 'unavailable' };
        if (this.record === undefined) return { kind: 'absent' };
        return { kind: 'found', record: this.record, version: String(this.version) };
      },
      write: async (record, version) => {
        if (reach.isCut) return { kind: 'unavailable' };
        const isNew = this.record === undefined;
        if (isNew !== (version === undefined)) return { kind: 'overtaken' };
        if (!isNew && version !== String(this.version)) return { kind: 'overtaken' };
        this.put(record);
        if (reach.losesAnswers === true) return { kind: 'unavailable' };
        return { kind: 'written', record, version: String(this.version) };
      },
    };
  }

  put(record: LeaseRecord): void {
    this.record = record;
    this.version += 1;
    this.writes.push(record);
  }
}

const stops: AbortController[] = [];
afterEach(() => stops.splice(0).forEach((stop) => stop.abort()));

/** One replica with its own clock of the wall; `clock` is what passes for all. */
function replica(lease: MemoryLease, clock: ManualClock, identity: string, wallOffsetMs = 0) {
  const reach = { isCut: false, losesAnswers: false };
  const changes: boolean[] = [];
  const stop = new AbortController();
  stops.push(stop);
  const election: Election = createElection({
    lock: lease.lock(reach),
    identity,
    clock: {
      nowMs: () => clock.nowMs() + wallOffsetMs,
      after: (ms, run) => clock.after(ms, run),
    },
    monotonicMs: () => clock.nowMs(),
    random: () => 0,
  });
  election.onChange((leads) => void changes.push(leads));
  const start = async (): Promise<void> => {
    void election.start(stop.signal);
    await settled();
  };
  return { election, reach, changes, start, stop: () => stop.abort() };
}

/** Lets all promises that are due do their work. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

async function pass(clock: ManualClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1000);
    await settled();
  }
}

describe('an election', () => {
  it('makes the Lease when there is none, and holds it by renewing', async () => {
    const [lease, clock] = [new MemoryLease(), new ManualClock()];
    const one = replica(lease, clock, 'one');

    await one.start();
    await pass(clock, 60);

    expect(one.election.isHeld()).toBe(true);
    expect(one.changes).toEqual([true]);
    expect(lease.record).toMatchObject({ holder: 'one', durationSeconds: 15, transitions: 0 });
    expect(lease.writes).toHaveLength(31);
    expect(new Set(lease.writes.map(({ acquiredAtMs }) => acquiredAtMs)).size).toBe(1);
  });

  it('lets one of two lead', async () => {
    const [lease, clock] = [new MemoryLease(), new ManualClock()];
    const [one, two] = [replica(lease, clock, 'one'), replica(lease, clock, 'two')];

    await Promise.all([one.start(), two.start()]);
    await pass(clock, 60);

    expect([one, two].filter(({ election }) => election.isHeld())).toHaveLength(1);
    expect(two.election.holder()).toBe(one.election.holder());
  });

  it('passes on when the holder is gone, after the 15 s that it was given', async () => {
    const [lease, clock] = [new MemoryLease(), new ManualClock()];
    const [one, two] = [replica(lease, clock, 'one'), replica(lease, clock, 'two')];
    await one.start();
    await two.start();

    one.stop();
    await pass(clock, 15);
    expect(two.election.isHeld()).toBe(false);
    await pass(clock, 2);

    expect(two.election.isHeld()).toBe(true);
    expect(lease.record).toMatchObject({ holder: 'two', transitions: 1 });
  });

  it('passes on within a look when the holder gives it back', async () => {
    const [lease, clock] = [new MemoryLease(), new ManualClock()];
    const [one, two] = [replica(lease, clock, 'one'), replica(lease, clock, 'two')];
    await one.start();
    await two.start();

    one.stop();
    await one.election.release();
    expect(one.election.isHeld()).toBe(false);
    await pass(clock, 2);

    expect(two.election.isHeld()).toBe(true);
  });

  it.each([
    ['runs ahead', 3_600_000],
    ['lags behind', -3_600_000],
  ])('does not care when the wall clock of the other %s', async (_, offsetMs) => {
    const [lease, clock] = [new MemoryLease(), new ManualClock()];
    const [one, two] = [replica(lease, clock, 'one'), replica(lease, clock, 'two', offsetMs)];
    await one.start();
    await two.start();

    await pass(clock, 60);

    expect([one.election.isHeld(), two.election.isHeld()]).toEqual([true, false]);
  });
});

describe('the fence', () => {
  it('is closed 10 s after the last renewal, before another can lead', async () => {
    const [lease, clock] = [new MemoryLease(), new ManualClock()];
    const [one, two] = [replica(lease, clock, 'one'), replica(lease, clock, 'two')];
    await one.start();
    await two.start();
    await pass(clock, 2);

    one.reach.isCut = true;
    const held: string[] = [];
    for (let second = 1; second <= 20; second += 1) {
      await pass(clock, 1);
      held.push([one, two].map(({ election }) => (election.isHeld() ? 'x' : '-')).join(''));
    }

    expect(held).not.toContain('xx');
    expect(held.indexOf('--')).toBe(9);
    expect(held.at(-1)).toBe('-x');
    expect(one.changes).toEqual([true, false]);
  });

  it('is closed for one that stood still and missed everything, before it looks at the Lease', async () => {
    const [lease, clock] = [new MemoryLease(), new ManualClock()];
    const passed = { ms: 0 };
    const stop = new AbortController();
    stops.push(stop);
    const election = createElection({
      lock: lease.lock({ isCut: false }),
      identity: 'one',
      clock,
      monotonicMs: () => passed.ms,
      random: () => 0,
    });
    void election.start(stop.signal);
    await settled();
    expect(election.isHeld()).toBe(true);

    // The process stood still: time went on, and no timer has run yet.
    passed.ms += 10_000;

    expect(election.isHeld()).toBe(false);
  });

  it('that was closed for a while without anybody looking is told to have been, once it is open again', async () => {
    const [lease, clock] = [new MemoryLease(), new ManualClock()];
    const one = replica(lease, clock, 'one');
    await one.start();
    expect(one.changes).toEqual([true]);

    // Stopped, or without an answer, for longer than the fence holds; the Lease is still its own.
    clock.advance(11_000);
    expect(one.election.isHeld()).toBe(false);
    await settled();

    expect(one.election.isHeld()).toBe(true);
    expect(one.changes).toEqual([true, false, true]);
  });

  it('stays open when one renewal is lost', async () => {
    const [lease, clock] = [new MemoryLease(), new ManualClock()];
    const one = replica(lease, clock, 'one');
    await one.start();

    one.reach.isCut = true;
    await pass(clock, 4);
    one.reach.isCut = false;
    await pass(clock, 20);

    expect(one.changes).toEqual([true]);
  });

  it('stays open when the answer to a renewal is lost', async () => {
    const [lease, clock] = [new MemoryLease(), new ManualClock()];
    const one = replica(lease, clock, 'one');
    await one.start();

    one.reach.losesAnswers = true;
    await pass(clock, 2);
    one.reach.losesAnswers = false;
    await pass(clock, 20);

    expect(one.changes).toEqual([true]);
    expect(one.election.isHeld()).toBe(true);
  });

  it('is closed at once when somebody took the Lease by force', async () => {
    const [lease, clock] = [new MemoryLease(), new ManualClock()];
    const one = replica(lease, clock, 'one');
    await one.start();

    lease.put({
      holder: 'other',
      durationSeconds: 15,
      acquiredAtMs: 0,
      renewedAtMs: 0,
      transitions: 7,
    });
    await pass(clock, 2);

    expect(one.election.isHeld()).toBe(false);
    expect(one.election.holder()).toBe('other');
  });

  it('of one that never led gives nothing back', async () => {
    const [lease, clock] = [new MemoryLease(), new ManualClock()];
    const [one, two] = [replica(lease, clock, 'one'), replica(lease, clock, 'two')];
    await one.start();
    await two.start();
    const writes = lease.writes.length;

    await two.election.release();

    expect(lease.writes).toHaveLength(writes);
  });
});
