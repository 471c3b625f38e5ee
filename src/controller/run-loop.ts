// SPDX-License-Identifier: Apache-2.0
// Works the queue off: bounded concurrency, one outcome per look, and no key that can stop the others.

import type { Backoff } from './backoff.js';
import type { Waiting } from './lanes.js';
import type { WorkQueue } from './queue.js';

/** What one look at a key came to. */
export type ReconcileResult =
  /** Nothing to do until the key is added again. */
  | { readonly kind: 'done' }
  /** Look again after a time that the look itself chose. */
  | { readonly kind: 'again'; readonly afterMs: number }
  /** It did not work; look again after the back-off of this key. */
  | { readonly kind: 'retry'; readonly error?: unknown };

/** Looks at the newest state of `key` and acts on it; level-triggered and idempotent. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult>;

/** Soonest that a look may ask for itself again; closer together would be a loop that does nothing else. */
const SOONEST_AGAIN_MS = 10;

export interface RunLoopOptions {
  /** Belongs to this loop, which closes it when `signal` aborts. */
  readonly queue: WorkQueue;
  readonly backoff: Backoff;
  readonly reconcile: Reconcile;
  /** Looks at the same time, at most. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Told once of each look that threw: a fault of ours. The key is retried with back-off. */
  readonly onFault: (key: string, error: unknown) => void;
}

/** Runs until `signal` aborts; resolves when the looks under way have ended. Never rejects. */
export async function runLoop(options: RunLoopOptions): Promise<void> {
  const { queue, signal, concurrency } = options;
  const close = (): void => queue.close();
  if (signal.aborted) close();
  signal.addEventListener('abort', close, { once: true });
  await Promise.all(Array.from({ length: Math.max(1, concurrency) }, () => work(options)));
  signal.removeEventListener('abort', close);
}

async function work(options: RunLoopOptions): Promise<void> {
  for (;;) {
    const next = await options.queue.take();
    if (next === undefined) return;
    settle(options, next, await look(options, next.key));
    options.queue.done(next.key);
    await othersTurn();
  }
}

/** Looks that need no I/O would otherwise keep probes, timers and the abort waiting until the backlog is done. */
const othersTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

async function look(options: RunLoopOptions, key: string): Promise<ReconcileResult> {
  try {
    return await options.reconcile(key, options.signal);
  } catch (error) {
    report(options, key, error);
    return { kind: 'retry', error };
  }
}

/** A reporter that throws must not end a worker. */
function report({ onFault }: RunLoopOptions, key: string, error: unknown): void {
  try {
    onFault(key, error);
  } catch {
    // Nobody is left to be told.
  }
}

function settle(options: RunLoopOptions, { key, lane }: Waiting, result: ReconcileResult): void {
  const { queue, backoff } = options;
  switch (result.kind) {
    case 'done':
      backoff.forget(key);
      return;
    case 'again':
      backoff.forget(key);
      queue.addAfter(key, lane, Math.max(result.afterMs, SOONEST_AGAIN_MS));
      return;
    case 'retry':
      queue.addAfter(key, lane, backoff.next(key));
      return;
  }
}
