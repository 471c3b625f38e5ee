// SPDX-License-Identifier: Apache-2.0
// The CAs of the policy in force: loaded, checked, watched, told.

import type { SignerEntry } from '../authority/signer-entry.js';
import { Backoff } from '../controller/backoff.js';
import { WorkQueue } from '../controller/queue.js';
import { runLoop } from '../controller/run-loop.js';
import { CaStore } from '../signer/ca-store.js';
import { createCaWatch } from '../signer/ca-watch.js';
import { logFault } from '../telemetry/run-lines.js';
import { apiServerTrust } from './api-server-trust.js';
import { accessCas, type CaAccessParts } from './ca-access.js';
import { type CaTellerParts, createCaTeller } from './ca-teller.js';

/** The validity of the CA that signs for a signer name. */
export interface CaLife {
  readonly signerName: string;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** The store of CAs, and what keeps it in step with the policy. */
export interface Cas {
  readonly store: CaStore;
  /** The policy in force has these signers, and no others; their CAs are read from now on, asked for or not. */
  retain(entries: readonly SignerEntry[]): void;
  /** From when until when the CA of each signer is valid; of a CA that could not be read yet nothing is known. */
  lives(): readonly CaLife[];
  /** What is wrong with the CA of each signer, by reason code; the last good CA may go on signing nevertheless. */
  troubles(): readonly { readonly signerName: string; readonly code: string }[];
  /** Writing became allowed: people are told what could not be told before. */
  wake(): void;
  stopped(): Promise<void>;
}

/** What the CAs are made of. */
export interface CasParts extends Omit<CaAccessParts, 'onChange'>, Omit<CaTellerParts, 'object'> {
  /** Told that a CA may have become another. */
  readonly onChange: () => void;
  /** Told that a CA begins to sign. */
  readonly onLoaded: () => void;
}

/** A Secret that cannot be watched takes two seconds to say so; the others must not wait for it. */
const CONCURRENCY = 4;

/** Makes the store and begins to look at it. */
export function createCas(parts: CasParts): Cas {
  const { transport, clock, log, signal, onChange } = parts;
  const nowMs = (): number => clock.nowMs();
  const queue = new WorkQueue(clock);
  let inForce: ReadonlyMap<string, SignerEntry> = new Map();
  const lookAtAll = (): void => {
    for (const signerName of inForce.keys()) queue.add(signerName, '');
  };
  const access = accessCas({
    ...parts,
    onChange: (source) => {
      store.changed(source);
      lookAtAll();
      onChange();
    },
  });
  const teller = createCaTeller({ ...parts, object: (name) => access.object(name) });
  const store = new CaStore({
    access,
    trust: apiServerTrust(transport, nowMs, signal),
    nowMs,
    onTrouble: (trouble) => teller.trouble(trouble),
    onLoaded: (source, authority) => {
      teller.loaded(source, authority);
      parts.onLoaded();
      // Whoever waits for it need not wait for its next look.
      onChange();
    },
  });
  const reconcile = createCaWatch({
    entry: (signerName) => inForce.get(signerName),
    store,
    nowMs,
    onNearEnd: (entry, authority, end) => teller.nearEnd(entry, authority, end),
  });
  const looking = runLoop({
    queue,
    backoff: new Backoff(Math.random),
    reconcile,
    concurrency: CONCURRENCY,
    signal,
    onFault: (key, error) => logFault(log, `CA of ${key}`, error),
  });
  return {
    store,
    lives: () => livesOf(inForce.values(), store),
    troubles: () => troublesOf(inForce.values(), store),
    retain: (entries) => {
      inForce = new Map(entries.map((entry) => [entry.signerName, entry]));
      store.retain(entries);
      access.retain(new Set(entries.flatMap(({ ca }) => (ca.kind === 'secret' ? [ca.name] : []))));
      lookAtAll();
    },
    wake: () => teller.wake(),
    stopped: async () => {
      await Promise.all([access.stopped(), looking]);
      await teller.stopped();
    },
  };
}

const livesOf = (entries: Iterable<SignerEntry>, store: CaStore): readonly CaLife[] =>
  [...entries].flatMap(({ signerName, ca }) => {
    const authority = store.peek(ca);
    if (authority === undefined) return [];
    const { notBeforeMs, notAfterMs } = authority.certificate;
    return [{ signerName, notBeforeMs, notAfterMs }];
  });

const troublesOf = (entries: Iterable<SignerEntry>, store: CaStore): ReturnType<Cas['troubles']> =>
  [...entries].flatMap((entry) =>
    store.troubles(entry).map(({ code }) => ({ signerName: entry.signerName, code })),
  );
