// SPDX-License-Identifier: Apache-2.0
// Pictures of several collections, by key: each is watched for as long as it is wanted.

import type { Reflector } from '../kube/reflector.js';

/** One picture that is taken. */
interface Watched<V> {
  readonly reflector: Reflector<V>;
  readonly end: AbortController;
  readonly running: Promise<void>;
}

/** Nothing is watched before it is wanted, nothing outlives the signal. */
export class WatchSet<V> {
  readonly #signal: AbortSignal;
  readonly #watched = new Map<string, Watched<V>>();
  readonly #ended = new Set<Promise<void>>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Undefined for what is not wanted. */
  get(key: string): Reflector<V> | undefined {
    return this.#watched.get(key)?.reflector;
  }

  /** From now on these are wanted, and no others; each makes a picture that is not started. */
  retain(wanted: ReadonlyMap<string, () => Reflector<V>>): void {
    for (const [key, { end, running }] of this.#watched) {
      if (wanted.has(key)) continue;
      this.#watched.delete(key);
      end.abort();
      this.#ended.add(running);
      void running.finally(() => this.#ended.delete(running));
    }
    for (const [key, make] of wanted) {
      if (this.#watched.has(key)) continue;
      const reflector = make();
      const end = new AbortController();
      const running = reflector.start(AbortSignal.any([this.#signal, end.signal]));
      this.#watched.set(key, { reflector, end, running });
    }
  }

  /** Resolves when nothing is watched any more, after the signal. */
  async stopped(): Promise<void> {
    await Promise.all([
      ...this.#ended,
      ...Array.from(this.#watched.values(), ({ running }) => running),
    ]);
  }
}
