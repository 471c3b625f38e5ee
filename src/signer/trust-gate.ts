// SPDX-License-Identifier: Apache-2.0
// Lets a CA sign once publishing its trust was tried, so that nobody meets a certificate before what it is verified by.

import type { CaChain } from '../authority/ca-chain.js';
import type { SignerEntry } from '../authority/signer-entry.js';
import { type Clock, pause } from '../controller/clock.js';

/** What the gate is made of. */
export interface TrustGateOptions {
  readonly clock: Clock;
  /** Nobody waits any longer when it aborts. */
  readonly signal: AbortSignal;
  /** Has somebody look at the trust of this signer. */
  readonly wake: (signerName: string) => void;
  /** Told of each CA that signs although publishing could not even be tried in time. */
  readonly onImpatience: (signerName: string) => void;
}

/** Publishing takes some hundredths of a second; trouble with trust must not become trouble with certificates. */
const PATIENCE_MS = 5_000;

/** Who waits for the trust of one signer and one CA. */
interface Waiting {
  readonly signerName: string;
  readonly chain: CaChain;
  readonly opened: Promise<void>;
}

/** The gate of all signers. */
export class TrustGate {
  readonly #options: TrustGateOptions;
  /** Names of signers by the CA that may sign for them. */
  readonly #passed = new WeakMap<CaChain, Set<string>>();
  /** Each with what ends its waiting. */
  readonly #waiting = new Map<AbortController, Waiting>();

  constructor(options: TrustGateOptions) {
    this.#options = options;
  }

  /** Resolves when `chain` may sign: at once for a signer that publishes nothing, and from the second time on. */
  async pass({ signerName, trust }: SignerEntry, chain: CaChain): Promise<void> {
    if (trust === undefined || this.#passed.get(chain)?.has(signerName)) return;
    const known = [...this.#waiting.values()].find(
      (each) => each.signerName === signerName && each.chain === chain,
    );
    await (known ?? this.#begin(signerName, chain)).opened;
  }

  /** Publishing the trust of this signer was tried with `chain`. */
  attempted(signerName: string, chain: CaChain): void {
    const names = this.#passed.get(chain) ?? new Set();
    this.#passed.set(chain, names.add(signerName));
    for (const [opening, waiting] of this.#waiting) {
      if (waiting.signerName === signerName && waiting.chain === chain) opening.abort();
    }
  }

  #begin(signerName: string, chain: CaChain): Waiting {
    const opening = new AbortController();
    const waiting = { signerName, chain, opened: this.#untilOpen(opening, signerName, chain) };
    this.#waiting.set(opening, waiting);
    this.#options.wake(signerName);
    return waiting;
  }

  async #untilOpen(opening: AbortController, signerName: string, chain: CaChain): Promise<void> {
    const { clock, signal, onImpatience } = this.#options;
    await pause(clock, PATIENCE_MS, AbortSignal.any([signal, opening.signal]));
    this.#waiting.delete(opening);
    if (signal.aborted || opening.signal.aborted) return;
    onImpatience(signerName);
    // Once for each CA: the next certificate does not wait again.
    this.attempted(signerName, chain);
  }
}
