// SPDX-License-Identifier: Apache-2.0
// Reads CAs where the policy says that they lie: files, or Secrets, of which only the version is watched.

import type { CaSource } from '../authority/signer-entry.js';
import type { Clock } from '../controller/clock.js';
import { readObject } from '../kube/read-object.js';
import { Reflector } from '../kube/reflector.js';
import { secretPath, secretText } from '../kube/secrets.js';
import type { Transport } from '../kube/transport.js';
import { readCaFiles, versionOfCaFiles } from '../signer/ca-files.js';
import type { CaAccess } from '../signer/ca-store.js';
import type { CaTexts } from '../signer/signing-authority.js';
import type { Log } from '../telemetry/log.js';
import { logStreamEnd } from '../telemetry/run-lines.js';
import { MAX_CA_FILE_BYTES } from '../vocabulary/limits.js';
import { field, stringAt } from '../vocabulary/json.js';

/** What reading needs; Secrets lie in `namespace`, and `onChange` is told when one of them changed. */
export interface CaAccessParts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly namespace: string;
  readonly signal: AbortSignal;
  readonly onChange: () => void;
}

/** Access to the CAs of a policy; `stopped` resolves when no Secret is watched any more. */
export interface WatchedCas extends CaAccess {
  /** Ends the watches of Secrets that no signer names any more. */
  retain(names: ReadonlySet<string>): void;
  stopped(): Promise<void>;
}

/** One Secret that is watched from its first use. */
interface Watched {
  readonly versions: Reflector<string>;
  readonly end: AbortController;
  readonly running: Promise<void>;
}

/** A Secret is listed within moments; whoever waits for it looks again. */
const FIRST_LIST_MS = 2_000;

/** Makes the access. */
export function accessCas(parts: CaAccessParts): WatchedCas {
  const secrets = new Map<string, Watched>();
  const ended: Promise<void>[] = [];
  const watched = (name: string): Watched => {
    const known = secrets.get(name);
    if (known !== undefined) return known;
    const begun = watchSecret(name, parts);
    secrets.set(name, begun);
    return begun;
  };
  return {
    version: (source) =>
      source.kind === 'files'
        ? versionOfCaFiles(source)
        : versionOfSecret(source.name, watched(source.name), parts),
    read: (source) => (source.kind === 'files' ? readCaFiles(source) : readSecret(source, parts)),
    retain: (names) => {
      for (const [name, { end, running }] of secrets) {
        if (names.has(name)) continue;
        secrets.delete(name);
        end.abort();
        ended.push(running);
      }
    },
    stopped: async () => {
      await Promise.all([...ended, ...Array.from(secrets.values(), ({ running }) => running)]);
    },
  };
}

function watchSecret(name: string, parts: CaAccessParts): Watched {
  const { transport, clock, log, namespace, signal, onChange } = parts;
  const versions = new Reflector<string>({
    transport,
    clock,
    random: Math.random,
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`,
    fieldSelector: `metadata.name=${name}`,
    parse: (json) => {
      const version = stringAt(field(json, 'metadata'), 'resourceVersion');
      return version === undefined ? undefined : { key: name, value: version };
    },
    onChange,
    observer: { ended: (end) => logStreamEnd(log, 'secrets', end) },
  });
  const end = new AbortController();
  return { versions, end, running: versions.start(AbortSignal.any([signal, end.signal])) };
}

async function versionOfSecret(
  name: string,
  { versions, end }: Watched,
  { clock, signal }: CaAccessParts,
): Promise<string> {
  if (!versions.isSynced) {
    const patience = new AbortController();
    const cancel = clock.after(FIRST_LIST_MS, () => patience.abort());
    await versions.untilSynced(AbortSignal.any([signal, end.signal, patience.signal]));
    cancel();
  }
  const version = versions.get(name);
  if (version === undefined) throw new CaNotThere();
  return version;
}

async function readSecret(
  { name }: Extract<CaSource, { kind: 'secret' }>,
  { transport, namespace, signal }: CaAccessParts,
): Promise<CaTexts> {
  const answer = await readObject(transport, secretPath(namespace, name), signal);
  if (answer.kind !== 'found') throw new CaNotThere();
  const text = (key: string) => secretText(answer.object, key, MAX_CA_FILE_BYTES);
  const [certificates, key] = [text('tls.crt'), text('tls.key')];
  if (certificates === undefined || key === undefined) throw new CaNotThere();
  return { certificates, key, roots: text('ca.crt') };
}

/** A Secret is not there, not readable, or lacks tls.crt or tls.key. */
class CaNotThere extends Error {
  readonly code = 'CA_NOT_THERE';
}
