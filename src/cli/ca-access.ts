// SPDX-License-Identifier: Apache-2.0
// Reads CAs where the policy says that they lie: files, or Secrets, of which only the version is watched.

import type { CaSource } from '../authority/signer-entry.js';
import type { Clock } from '../controller/clock.js';
import { readObject } from '../kube/read-object.js';
import { Reflector } from '../kube/reflector.js';
import { secretPath, secretsOf, secretText } from '../kube/secrets.js';
import type { Transport } from '../kube/transport.js';
import type { CaAccess, ReadCa } from '../signer/ca-access.js';
import { readCaFiles, versionOfCaFiles } from '../signer/ca-files.js';
import type { Log } from '../telemetry/log.js';
import { logStreamEnd } from '../telemetry/run-lines.js';
import { MAX_CA_FILE_BYTES } from '../vocabulary/limits.js';
import { field, stringAt } from '../vocabulary/json.js';
import { fail, ok, type Result } from '../vocabulary/result.js';

/** A CA that lies in the API. */
type SecretSource = Extract<CaSource, { kind: 'secret' }>;

/** What reading needs; Secrets lie in `namespace`, and `onChange` is told which of them changed. */
export interface CaAccessParts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly namespace: string;
  readonly signal: AbortSignal;
  readonly onChange: (source: SecretSource) => void;
}

/** Which object a Secret is at the moment. */
export interface SecretObject {
  readonly uid: string | undefined;
  readonly resourceVersion: string;
}

/** Access to the CAs of a policy. */
export interface WatchedCas extends CaAccess {
  /** What is known of a watched Secret, for those who speak of it; undefined while it is not there. */
  object(name: string): SecretObject | undefined;
  /** Ends the watches of Secrets that no signer names any more. */
  retain(names: ReadonlySet<string>): void;
  /** Resolves when no Secret is watched any more. */
  stopped(): Promise<void>;
}

/** One Secret that is watched from its first use. */
interface Watched {
  readonly objects: Reflector<SecretObject>;
  /** Resolves when it was listed, and after some time in any case. */
  readonly begun: Promise<void>;
  readonly end: AbortController;
  readonly running: Promise<void>;
}

/** A Secret is listed within moments; who still waits then is told that it cannot be. */
const FIRST_LIST_MS = 2_000;

/** Makes the access. */
export function accessCas(parts: CaAccessParts): WatchedCas {
  const secrets = new Map<string, Watched>();
  const ended: Promise<void>[] = [];
  const watched = (source: SecretSource): Watched => {
    const known = secrets.get(source.name);
    if (known !== undefined) return known;
    const begun = watchSecret(source, parts);
    secrets.set(source.name, begun);
    return begun;
  };
  return {
    version: (source) =>
      source.kind === 'files'
        ? versionOfCaFiles(source)
        : versionOfSecret(source.name, watched(source)),
    read: (source) => (source.kind === 'files' ? readCaFiles(source) : readSecret(source, parts)),
    object: (name) => secrets.get(name)?.objects.get(name),
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

function watchSecret(source: SecretSource, parts: CaAccessParts): Watched {
  const { transport, clock, log, namespace, onChange } = parts;
  const objects = new Reflector<SecretObject>({
    transport,
    clock,
    random: Math.random,
    path: secretsOf(namespace),
    fieldSelector: `metadata.name=${source.name}`,
    parse: (json) => {
      const metadata = field(json, 'metadata');
      const resourceVersion = stringAt(metadata, 'resourceVersion');
      if (resourceVersion === undefined) return undefined;
      return { key: source.name, value: { uid: stringAt(metadata, 'uid'), resourceVersion } };
    },
    onChange: () => onChange(source),
    observer: { ended: (end) => logStreamEnd(log, 'secrets', end) },
  });
  const end = new AbortController();
  const signal = AbortSignal.any([parts.signal, end.signal]);
  const running = objects.start(signal);
  return { objects, begun: firstList(objects, clock, signal), end, running };
}

async function firstList(
  objects: Reflector<SecretObject>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const patience = new AbortController();
  const cancel = clock.after(FIRST_LIST_MS, () => patience.abort());
  await objects.untilSynced(AbortSignal.any([signal, patience.signal]));
  cancel();
}

async function versionOfSecret(
  name: string,
  { objects, begun }: Watched,
): Promise<Result<string, string>> {
  await begun;
  const version = objects.get(name)?.resourceVersion;
  if (version !== undefined) return ok(version);
  return fail(
    objects.isSynced
      ? `the Secret ${name} is not there`
      : `the Secret ${name} cannot be watched (list and watch on it, by name)`,
  );
}

async function readSecret(
  { name }: SecretSource,
  { transport, namespace, signal }: CaAccessParts,
): Promise<Result<ReadCa, string>> {
  const answer = await readObject(transport, secretPath(namespace, name), signal);
  if (answer.kind === 'absent') return fail(`the Secret ${name} is not there`);
  if (answer.kind === 'unavailable') {
    return fail(`the Secret ${name} cannot be read: ${answer.why}`);
  }
  return textsOf(name, answer.object);
}

function textsOf(name: string, secret: unknown): Result<ReadCa, string> {
  const text = (key: string) => secretText(secret, key, MAX_CA_FILE_BYTES);
  const certificates = text('tls.crt');
  const key = text('tls.key');
  const roots = text('ca.crt');
  if (!certificates.ok) return fail(`the Secret ${name}: ${certificates.error}`);
  if (!key.ok) return fail(`the Secret ${name}: ${key.error}`);
  if (!roots.ok) return fail(`the Secret ${name}: ${roots.error}`);
  if (certificates.value === undefined) return fail(`the Secret ${name} has no tls.crt`);
  if (key.value === undefined) return fail(`the Secret ${name} has no tls.key`);
  return ok({
    certificates: certificates.value,
    key: key.value,
    roots: roots.value,
    version: stringAt(field(secret, 'metadata'), 'resourceVersion') ?? '',
  });
}
