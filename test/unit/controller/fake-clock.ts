// SPDX-License-Identifier: Apache-2.0
// A clock whose time is moved by the test; it fits both Clock interfaces.

interface Timer {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Time stands still until `advance`. */
export class FakeClock {
  #nowMs = 1_000_000;
  readonly #timers = new Set<Timer>();

  /** Timers that have neither run nor been called off. */
  get timers(): number {
    return this.#timers.size;
  }

  /** When the next timer is due, from now; undefined when there is none. */
  get nextInMs(): number | undefined {
    const [next] = this.#inOrder();
    return next === undefined ? undefined : next.dueMs - this.#nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Moves on by `ms`, running what is due on the way in the order of its time. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#inOrder();
      if (next === undefined || next.dueMs > endMs) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.run();
    }
    this.#nowMs = endMs;
  }

  #inOrder(): readonly Timer[] {
    return [...this.#timers].sort((a, b) => a.dueMs - b.dueMs);
  }
}

/** Lets everything that waits for nothing but its turn run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => void setImmediate(resolve));
  }
}
