// SPDX-License-Identifier: Apache-2.0
// Looks at the CA of each signer also while nobody asks for a certificate: what is wrong is told before it is felt.

import { type NearEnd, nearEnd } from '../authority/ca-end.js';
import type { SignerEntry } from '../authority/signer-entry.js';
import type { Reconcile } from '../controller/run-loop.js';
import type { CaStore } from './ca-store.js';
import type { SigningAuthority } from './signing-authority.js';

/** What the watch needs. */
export interface CaWatchPorts {
  /** The signers of the policy in force, by name. */
  readonly entry: (signerName: string) => SignerEntry | undefined;
  readonly store: Pick<CaStore, 'get'>;
  readonly nowMs: () => number;
  /** Told when a CA begins to sign, and then once a day. */
  readonly onNearEnd: (entry: SignerEntry, authority: SigningAuthority, end: NearEnd) => void;
}

/** Two stats each time; a mounted Secret is a minute late anyway. */
const LOOK_EVERY_MS = 30_000;

/** Often enough for who reads the log of the day, and for an alert that counts. */
const TELL_EVERY_MS = 86_400_000;

/** One look at the CA of the signer `key`; the store tells its troubles itself. */
export function createCaWatch({
  entry: entryOf,
  store,
  nowMs,
  onNearEnd,
}: CaWatchPorts): Reconcile {
  /** Which CA's end was last told when, by signer. */
  const told = new Map<string, { readonly caKeyId: string; readonly atMs: number }>();
  return async (key) => {
    const entry = entryOf(key);
    if (entry === undefined) {
      told.delete(key);
      return { kind: 'done' };
    }
    const authority = await store.get(entry);
    if (authority.ok) tellOfEnd(entry, authority.value);
    return { kind: 'again', afterMs: LOOK_EVERY_MS };
  };

  function tellOfEnd(entry: SignerEntry, authority: SigningAuthority): void {
    const { signerName, lifetime } = entry;
    const { certificate } = authority;
    const atMs = nowMs();
    const end = nearEnd(certificate, lifetime, atMs);
    const before = told.get(signerName);
    const isFresh = before?.caKeyId === certificate.keyId && atMs - before.atMs < TELL_EVERY_MS;
    if (end === undefined || isFresh) return;
    told.set(signerName, { caKeyId: certificate.keyId, atMs });
    onNearEnd(entry, authority, end);
  }
}
