// SPDX-License-Identifier: Apache-2.0
// Who of several replicas may write: holds a Lease as client-go's leader election does, and is the fence of the writers.

import { type Clock, pause } from './clock.js';
import type { Fence } from './fence.js';

/** What a Lease (coordination.k8s.io/v1) says. */
export interface LeaseRecord {
  /** Empty when nobody holds it. */
  readonly holder: string;
  readonly durationSeconds: number;
  /** Milliseconds since the epoch, by the holder's clock: for people, never compared. */
  readonly acquiredAtMs: number;
  readonly renewedAtMs: number;
  readonly transitions: number;
}

/** A Lease as it was read; `version` is another one after each write. */
export interface ReadLease {
  readonly record: LeaseRecord;
  readonly version: string;
}

/** One Lease. Neither call rejects; each ends within `timeoutMs`. */
export interface LeaseLock {
  read(
    timeoutMs: number,
  ): Promise<
    | ({ readonly kind: 'found' } & ReadLease)
    | { readonly kind: 'absent' }
    | { readonly kind: 'unavailable' }
  >;
  /** Replaces what has `version`; undefined: makes it. `overtaken` when somebody else was faster. */
  write(
    record: LeaseRecord,
    version: string | undefined,
    timeoutMs: number,
  ): Promise<
    | ({ readonly kind: 'written' } & ReadLease)
    | { readonly kind: 'overtaken' }
    | { readonly kind: 'unavailable' }
  >;
}

/** client-go's defaults: others wait so long, the holder gives up after so long, and each looks so often. */
export interface LeaseTimings {
  readonly durationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

const LEASE_TIMINGS: LeaseTimings = {
  durationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryMs: 2_000,
};

/** Replicas that began together are spread by a fifth. */
const RETRY_JITTER = 0.2;

/** An election in which this process stands. */
export interface Election extends Fence {
  /** Stands until `signal` aborts; resolves then. What it holds it keeps: see `release`. */
  start(signal: AbortSignal): Promise<void>;
  /** Gives the Lease back at once, so that another need not wait for its end. */
  release(): Promise<void>;
  /** Who holds the Lease as far as is known; empty when nobody does. */
  holder(): string;
  /** Calls `listener` when this process begins or ceases to lead; the answer ends that. */
  onChange(listener: (isLeader: boolean) => void): () => void;
}

export interface ElectionOptions {
  readonly lock: LeaseLock;
  /** Other than that of every other replica. */
  readonly identity: string;
  readonly clock: Clock;
  /** Milliseconds by a clock that is never set; what time it is by the wall must not matter. */
  readonly monotonicMs: () => number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly timings?: LeaseTimings;
}

/**
 * Stands for election. The fence counts from before a renewal was sent, and shorter than others wait after they saw it:
 * so it is closed before anybody else may take the Lease, also when this process was stopped in between.
 */
export function createElection(options: ElectionOptions): Election {
  const { lock, identity, clock, monotonicMs, random, timings = LEASE_TIMINGS } = options;
  const listeners = new Set<(isLeader: boolean) => void>();
  /** The Lease as it was last seen to change, and when that was by our own clock. */
  let seen: (ReadLease & { readonly atMs: number }) | undefined;
  let fenceUntilMs = Number.NEGATIVE_INFINITY;
  let isLeader = false;

  const setLeader = (leads: boolean): void => {
    if (leads === isLeader) return;
    isLeader = leads;
    for (const listener of listeners) listener(leads);
  };
  const isHeld = (): boolean => isLeader && monotonicMs() < fenceUntilMs;
  const timeoutMs = timings.renewDeadlineMs / 2;

  /** What others wrote counts from when it was first seen, since their clocks may be wrong. */
  const note = (lease: ReadLease): void => {
    if (lease.version !== seen?.version) seen = { ...lease, atMs: monotonicMs() };
  };

  const mayTake = ({ record, atMs }: NonNullable<typeof seen>): boolean =>
    record.holder === '' ||
    record.holder === identity ||
    monotonicMs() >= atMs + record.durationSeconds * 1000;

  const stand = async (): Promise<void> => {
    // A holder need not read what it wrote itself.
    if (!isHeld() && !(await look())) return;
    // After a lost answer our own write is what overtook us, so there are two tries.
    for (let tries = 0; tries < 2; tries += 1) {
      if (seen !== undefined && !mayTake(seen)) return setLeader(false);
      const beganMs = monotonicMs();
      const written = await lock.write(nextRecord(), seen?.version, timeoutMs);
      if (written.kind === 'unavailable') return;
      if (written.kind === 'written') {
        // The fence was closed for a while: what was looked at meanwhile was left, so whoever listens hears of it.
        if (!isHeld()) setLeader(false);
        note(written);
        fenceUntilMs = beganMs + timings.renewDeadlineMs;
        return setLeader(true);
      }
      if (!(await look())) return;
    }
  };

  const look = async (): Promise<boolean> => {
    const found = await lock.read(timeoutMs);
    if (found.kind === 'found') note(found);
    if (found.kind === 'absent') seen = undefined;
    return found.kind !== 'unavailable';
  };

  const nextRecord = (): LeaseRecord => {
    const nowMs = clock.nowMs();
    const before = seen?.record;
    const isOurs = before?.holder === identity;
    return {
      holder: identity,
      durationSeconds: timings.durationMs / 1000,
      acquiredAtMs: isOurs ? before.acquiredAtMs : nowMs,
      renewedAtMs: nowMs,
      transitions: (before?.transitions ?? 0) + (isOurs || before === undefined ? 0 : 1),
    };
  };

  return {
    isHeld,
    holder: () => seen?.record.holder ?? '',
    async start(signal) {
      while (!signal.aborted) {
        await stand();
        if (!isHeld()) setLeader(false);
        await pause(clock, timings.retryMs * (1 + RETRY_JITTER * random()), signal);
      }
    },
    async release() {
      const held = isHeld() ? seen : undefined;
      fenceUntilMs = Number.NEGATIVE_INFINITY;
      setLeader(false);
      if (held === undefined) return;
      const nowMs = clock.nowMs();
      const { transitions } = held.record;
      const free = { holder: '', durationSeconds: 1, acquiredAtMs: nowMs, renewedAtMs: nowMs };
      await lock.write({ ...free, transitions }, held.version, timeoutMs);
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
