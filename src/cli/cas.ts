// SPDX-License-Identifier: Apache-2.0
// The CAs of the policy in force: loaded, checked, watched, told.

import { shownEnd } from '../authority/ca-end.js';
import type { CaSource, SignerEntry } from '../authority/signer-entry.js';
import { Backoff } from '../controller/backoff.js';
import type { Fence } from '../controller/fence.js';
import { WorkQueue } from '../controller/queue.js';
import { runLoop } from '../controller/run-loop.js';
import { writeCaEvent } from '../kube/ca-event.js';
import { CaStore } from '../signer/ca-store.js';
import { createCaWatch } from '../signer/ca-watch.js';
import { logCaEndsSoon, logCaEventLost, logCaLoaded, logCaTrouble } from '../telemetry/ca-lines.js';
import { logFault } from '../telemetry/run-lines.js';
import { apiServerTrust } from './api-server-trust.js';
import { accessCas, type CaAccessParts, type WatchedCas } from './ca-access.js';

/** The store of CAs, and what keeps it in step with the policy. */
export interface Cas {
  readonly store: CaStore;
  /** The policy in force has these signers, and no others; their CAs are read from now on, asked for or not. */
  retain(entries: readonly SignerEntry[]): void;
  /** When the CA of each signer ends; of a CA that could not be read yet nothing is known. */
  ends(): readonly { readonly signerName: string; readonly notAfterMs: number }[];
  /** What is wrong with the CA of each signer, by reason code; the last good CA may go on signing nevertheless. */
  troubles(): readonly { readonly signerName: string; readonly code: string }[];
  stopped(): Promise<void>;
}

/** What the CAs are made of. */
export interface CasParts extends Omit<CaAccessParts, 'onChange'> {
  /** Whether this process may write at all: only one of several replicas tells people by Events. */
  readonly fence: Fence;
  /** Outlives `signal` by the time that writes under way may take. */
  readonly drain: AbortSignal;
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
  const announcements = new Set<Promise<void>>();
  const announce = (source: CaSource, reason: string, message: string): void => {
    const written = writeEventOf(parts, access, { source, reason, message });
    announcements.add(written);
    void written.finally(() => announcements.delete(written));
  };
  const store = new CaStore({
    access,
    trust: apiServerTrust(transport, nowMs, signal),
    nowMs,
    onTrouble: ({ source, trouble, signerName, inUse }) => {
      const caKeyId = inUse?.certificate.keyId;
      logCaTrouble(log, trouble, { ca: nameOf(source), signerName, caKeyId });
      const whose = signerName === undefined ? '' : `signer ${signerName}: `;
      const goesOn = caKeyId === undefined ? 'nothing is signed' : `the CA before it goes on`;
      announce(source, trouble.code, `${whose}${trouble.message}; ${goesOn}`);
    },
    onLoaded: (source, { certificate }) => {
      logCaLoaded(log, nameOf(source), certificate);
      parts.onLoaded();
      // Whoever waits for it need not wait for its next look.
      onChange();
    },
  });
  const reconcile = createCaWatch({
    entry: (signerName) => inForce.get(signerName),
    store,
    nowMs,
    onNearEnd: ({ ca, signerName }, { certificate }, end) => {
      const detail = shownEnd(end);
      logCaEndsSoon(log, certificate, { ca: nameOf(ca), signerName, detail });
      announce(ca, 'CaEndsSoon', `signer ${signerName}: ${detail}`);
    },
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
    ends: () =>
      Array.from(inForce.values()).flatMap(({ signerName, ca }) => {
        const authority = store.peek(ca);
        return authority === undefined
          ? []
          : [{ signerName, notAfterMs: authority.certificate.notAfterMs }];
      }),
    troubles: () =>
      Array.from(inForce.values()).flatMap((entry) =>
        store.troubles(entry).map(({ code }) => ({ signerName: entry.signerName, code })),
      ),
    retain: (entries) => {
      inForce = new Map(entries.map((entry) => [entry.signerName, entry]));
      store.retain(entries);
      access.retain(new Set(entries.flatMap(({ ca }) => (ca.kind === 'secret' ? [ca.name] : []))));
      lookAtAll();
    },
    stopped: async () => {
      await Promise.all([access.stopped(), looking, ...announcements]);
    },
  };
}

/** Tells people at the Secret; of files only the log can tell. Never rejects. */
async function writeEventOf(
  { transport, clock, log, namespace, fence, drain }: CasParts,
  access: WatchedCas,
  told: { readonly source: CaSource; readonly reason: string; readonly message: string },
): Promise<void> {
  const { source, ...words } = told;
  if (source.kind === 'files') return;
  const { uid, resourceVersion } = access.object(source.name) ?? {};
  const secret = { namespace, name: source.name, uid, resourceVersion };
  const writer = { transport, fence, signal: drain };
  const outcome = await writeCaEvent(writer, { ...secret, ...words, atMs: clock.nowMs() });
  if (outcome === 'failed') logCaEventLost(log, nameOf(source));
}

const nameOf = (source: CaSource): string =>
  source.kind === 'secret' ? `secret ${source.name}` : `file ${source.certFile}`;
