// SPDX-License-Identifier: Apache-2.0
// Tells people of CAs: in the log, and by Events at their Secrets.

import { type NearEnd, shownEnd } from '../authority/ca-end.js';
import type { CaSource, SignerEntry } from '../authority/signer-entry.js';
import type { Clock } from '../controller/clock.js';
import type { Fence } from '../controller/fence.js';
import { writeCaEvent } from '../kube/ca-event.js';
import type { Transport } from '../kube/transport.js';
import type { CaTrouble } from '../signer/ca-store.js';
import type { SigningAuthority } from '../signer/signing-authority.js';
import { logCaEndsSoon, logCaEventLost, logCaLoaded, logCaTrouble } from '../telemetry/ca-lines.js';
import type { Log } from '../telemetry/log.js';
import type { ReasonCode } from '../vocabulary/reasons.js';
import type { SecretObject } from './ca-access.js';

/** What telling needs. */
export interface CaTellerParts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly namespace: string;
  /** Whether this process may write at all: only one of several replicas writes Events. */
  readonly fence: Fence;
  /** Outlives the signal to stop by the time that writes under way may take. */
  readonly drain: AbortSignal;
  /** Which object a Secret is at the moment. */
  readonly object: (name: string) => SecretObject | undefined;
}

/** Who tells; each event is told to it once. */
export interface CaTeller {
  loaded(source: CaSource, authority: SigningAuthority): void;
  trouble(trouble: CaTrouble): void;
  nearEnd(entry: SignerEntry, authority: SigningAuthority, end: NearEnd): void;
  /** Writing became allowed: what could not be written before is written now. */
  wake(): void;
  /** Resolves when no write is under way. */
  stopped(): Promise<void>;
}

/** An Event at a Secret. */
interface Told {
  readonly secret: string;
  readonly signerName: string | undefined;
  readonly reason: ReasonCode;
  readonly message: string;
}

/** Makes the teller. */
export function createCaTeller(parts: CaTellerParts): CaTeller {
  const { log } = parts;
  /** What this process was not allowed to write, the newest of each kind. */
  const fenced = new Map<string, Told>();
  const underWay = new Set<Promise<void>>();

  const write = async (told: Told): Promise<void> => {
    const outcome = await writeEventOf(parts, told);
    if (outcome === 'fenced') fenced.set(kindOf(told), told);
    if (outcome === 'failed') logCaEventLost(log, `secret ${told.secret}`);
  };
  const announce = (source: CaSource, told: Omit<Told, 'secret'>): void => {
    if (source.kind === 'files') return;
    const written = write({ ...told, secret: source.name });
    underWay.add(written);
    void written.finally(() => underWay.delete(written));
  };
  const source = ({ secret: name }: Told): CaSource => ({ kind: 'secret', name });

  return {
    loaded: (where, { certificate }) => {
      logCaLoaded(log, nameOf(where), certificate);
      for (const [kind, told] of fenced) {
        if (nameOf(source(told)) === nameOf(where)) fenced.delete(kind);
      }
    },
    trouble: ({ source: where, trouble, signerName, inUse }) => {
      const { code: reason, message: why } = trouble;
      const caKeyId = inUse?.certificate.keyId;
      logCaTrouble(log, trouble, { ca: nameOf(where), signerName, caKeyId });
      const goesOn = caKeyId === undefined ? 'nothing is signed' : 'the CA before it goes on';
      const message = `${ofSigner(signerName)}${why}; ${goesOn}`;
      announce(where, { signerName, reason, message });
    },
    nearEnd: ({ ca, signerName }, { certificate }, end) => {
      const detail = shownEnd(end);
      logCaEndsSoon(log, certificate, { ca: nameOf(ca), signerName, detail });
      const message = ofSigner(signerName) + detail;
      announce(ca, { signerName, reason: 'CaEndsSoon', message });
    },
    wake: () => {
      const again = [...fenced.values()];
      fenced.clear();
      for (const told of again) announce(source(told), told);
    },
    stopped: async () => {
      await Promise.all(underWay);
    },
  };
}

const kindOf = ({ secret, signerName = '', reason }: Told): string =>
  [secret, signerName, reason].join(' ');

const ofSigner = (signerName: string | undefined): string =>
  signerName === undefined ? '' : `signer ${signerName}: `;

function writeEventOf(
  { transport, clock, namespace, fence, drain, object }: CaTellerParts,
  { secret: name, reason, message }: Told,
): ReturnType<typeof writeCaEvent> {
  const { uid, resourceVersion } = object(name) ?? {};
  const writer = { transport, fence, signal: drain };
  const secret = { namespace, name, uid, resourceVersion };
  return writeCaEvent(writer, { ...secret, reason, message, atMs: clock.nowMs() });
}

const nameOf = (source: CaSource): string =>
  source.kind === 'secret' ? `secret ${source.name}` : `file ${source.certFile}`;
