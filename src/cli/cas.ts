// SPDX-License-Identifier: Apache-2.0
// The CAs of the policy in force: loaded, checked, watched, told.

import type { CaSource, SignerEntry } from '../authority/signer-entry.js';
import { CaStore } from '../signer/ca-store.js';
import { logCaLoaded, logCaTrouble } from '../telemetry/ca-lines.js';
import { apiServerTrust } from './api-server-trust.js';
import { accessCas, type CaAccessParts } from './ca-access.js';

/** The store of CAs, and what keeps it in step with the policy. */
export interface Cas {
  readonly store: CaStore;
  /** The policy in force has these signers, and no others. */
  retain(entries: readonly SignerEntry[]): void;
  /** When the CA of each signer ends; of a CA that was not needed yet nothing is known. */
  ends(): readonly { readonly signerName: string; readonly notAfterMs: number }[];
  stopped(): Promise<void>;
}

/** Makes the store; Secrets are watched from the first request that needs them. */
export function createCas(parts: CaAccessParts): Cas {
  const { transport, clock, log, signal } = parts;
  const nowMs = (): number => clock.nowMs();
  const access = accessCas(parts);
  const store = new CaStore({
    access,
    trust: apiServerTrust(transport, nowMs, signal),
    nowMs,
    onTrouble: (source, trouble) => logCaTrouble(log, nameOf(source), trouble),
    onLoaded: (source, { certificate }) => logCaLoaded(log, nameOf(source), certificate),
  });
  let inForce: readonly SignerEntry[] = [];
  return {
    store,
    ends: () =>
      inForce.flatMap(({ signerName, ca }) => {
        const authority = store.peek(ca);
        return authority === undefined
          ? []
          : [{ signerName, notAfterMs: authority.certificate.notAfterMs }];
      }),
    retain: (entries) => {
      inForce = entries;
      store.retain(entries);
      access.retain(new Set(entries.flatMap(({ ca }) => (ca.kind === 'secret' ? [ca.name] : []))));
    },
    stopped: () => access.stopped(),
  };
}

const nameOf = (source: CaSource): string =>
  source.kind === 'secret' ? `secret ${source.name}` : `file ${source.certFile}`;
