// SPDX-License-Identifier: Apache-2.0
// Waits until one object is as somebody wants it: a GET says how it is, a watch of it alone says when to look again.

import type { ApiAnswer } from './api-answer.js';
import { type Clock, pause } from './clock.js';
import { Lifetime } from './lifetime.js';
import { versionOf } from './reflector-store.js';
import type { Transport } from './transport.js';
import { type RoundSink, watchRound } from './watch-round.js';

/** Between two looks where a watch could not be had, or ended without news. */
const LOOK_AGAIN_MS = 2_000;

/** What is waited for. Needs the rights to get and, to hear of a change at once, to watch it; never to list. */
export interface Awaiting<T> {
  readonly transport: Pick<Transport, 'request' | 'stream'>;
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** Of the collection. */
  readonly path: string;
  readonly name: string;
  /** Shown each state that is seen; what it answers ends the waiting. */
  readonly look: (object: unknown) => T | undefined;
  readonly signal: AbortSignal;
}

/** What the waiting came to. */
export type Awaited<T> =
  | { readonly kind: 'settled'; readonly value: T }
  | { readonly kind: 'absent' }
  /** 401 or 403: waiting does not help. */
  | { readonly kind: 'forbidden'; readonly message: string }
  /** `signal` aborted. */
  | { readonly kind: 'ended' };

/** Looks until `look` answers, or it cannot any more; other trouble of the server is waited out. Never throws. */
export async function awaitObject<T>(awaiting: Awaiting<T>): Promise<Awaited<T>> {
  const { transport, clock, path, name, look, signal } = awaiting;
  while (!signal.aborted) {
    const answer = await transport.request({
      method: 'GET',
      path: `${path}/${encodeURIComponent(name)}`,
      signal,
    });
    if (answer.kind === 'refused' && answer.status === 404) return { kind: 'absent' };
    if (answer.kind === 'refused' && [401, 403].includes(answer.status)) {
      return { kind: 'forbidden', message: answer.message };
    }
    const value = answer.kind === 'ok' ? look(answer.body) : undefined;
    if (value !== undefined) return { kind: 'settled', value };
    if (!(await hasChanged(awaiting, answer))) await pause(clock, delayMs(answer), signal);
  }
  return { kind: 'ended' };
}

const delayMs = (answer: ApiAnswer): number =>
  Math.max(LOOK_AGAIN_MS, answer.kind === 'refused' ? (answer.retryAfterMs ?? 0) : 0);

/** Watches from the version that was answered; false when the watch ended without a change. */
async function hasChanged<T>(awaiting: Awaiting<T>, answer: ApiAnswer): Promise<boolean> {
  const from = answer.kind === 'ok' ? versionOf(answer.body) : undefined;
  if (from === undefined) return false;
  const { transport, clock, random, path, name, signal } = awaiting;
  const life = new Lifetime(signal, clock);
  let changed = false;
  const wake = (): undefined => {
    changed = true;
    life.end();
  };
  const sink: RoundSink = { ...SILENT, put: wake, remove: wake };
  const query = { fieldSelector: `metadata.name=${name}` };
  await watchRound({ transport, clock, random, path, query }, sink, from, life.signal);
  life.end();
  return changed;
}

const nothing = (): void => {};
const SILENT = { contacted: nothing, followed: nothing, listed: nothing, watching: nothing };
