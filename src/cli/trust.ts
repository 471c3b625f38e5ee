// SPDX-License-Identifier: Apache-2.0
// The trust of the signers of the policy in force: watched, published, told; nothing is asked where nobody wants it.

import type { SignerEntry } from '../authority/signer-entry.js';
import { trustBundleName, trustRecordKey, trustRecordName } from '../authority/trust-names.js';
import { Backoff } from '../controller/backoff.js';
import type { Clock } from '../controller/clock.js';
import type { Fence } from '../controller/fence.js';
import { WorkQueue } from '../controller/queue.js';
import { runLoop } from '../controller/run-loop.js';
import { type ConfigMapName, writeConfigMap } from '../kube/config-maps.js';
import type { WriterOptions } from '../kube/locked-patch.js';
import type { Reflector } from '../kube/reflector.js';
import type { Transport } from '../kube/transport.js';
import { lastGoodOf } from '../policy-store/kept-policy.js';
import type { CaStore } from '../signer/ca-store.js';
import type { SignerPorts } from '../signer/ports.js';
import { TrustGate } from '../signer/trust-gate.js';
import type { TrustedSigner, TrustPorts, TrustRecord } from '../signer/trust-ports.js';
import { createTrustPublisher } from '../signer/trust-publisher.js';
import type { Log } from '../telemetry/log.js';
import { logFault } from '../telemetry/run-lines.js';
import { logTrust, logTrustLate } from '../telemetry/trust-lines.js';
import { watchTrustBundles } from './trust-bundle-api.js';
import { placesOf } from './trust-places.js';
import type { Recorded } from './trust-pictures.js';
import { watchTrustConfigMaps } from './trust-config-maps.js';

/** What publishing is made of. */
export interface TrustParts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<CaStore, 'get'>;
  /** Where what was ever to be trusted is kept. */
  readonly namespace: string;
  /** Where the policy is, if in a ConfigMap. */
  readonly configMap: ConfigMapName | undefined;
  /** Whether this process may write now; a pause stops publishing, too. */
  readonly fence: Fence;
  readonly signal: AbortSignal;
  /** Outlives `signal` by the time that writes under way may take. */
  readonly drain: AbortSignal;
}

/** Trust at work. */
export interface Trust {
  /** The policy in force has these signers, and no others. */
  retain(entries: readonly SignerEntry[]): void;
  /** A CA may be another, or writing became allowed. */
  wake(): void;
  /** The CA of a signer, once publishing what verifies it was tried. */
  readonly authority: SignerPorts['authority'];
  stopped(): Promise<void>;
}

/** Several places are slow at times; they must not hold the other signers up. */
const CONCURRENCY = 4;

/** Begins to publish as soon as a signer wants it. */
export function createTrust(parts: TrustParts): Trust {
  const { transport, clock, log, store, fence, signal, drain, namespace, configMap } = parts;
  const record = { namespace, name: trustRecordName(configMap?.name) };
  const own = configMap === undefined ? [record] : [record, configMap, lastGoodOf(configMap)];
  const queue = new WorkQueue(clock);
  let inForce: ReadonlyMap<string, TrustedSigner> = new Map();
  const wake = (): void => {
    for (const signerName of inForce.keys()) queue.add(signerName, '');
  };
  const pictures = { transport, clock, log, onChange: wake };
  const writer = { transport, fence, signal: drain };
  const seen = watchTrustConfigMaps(pictures, record, signal);
  const api = watchTrustBundles(pictures, signal);
  const configMaps = { ...seen, writer, own };
  const gate = new TrustGate({
    clock,
    signal,
    wake: (signerName) => queue.add(signerName, ''),
    onImpatience: (signerName) => logTrustLate(log, signerName),
  });
  const ports: TrustPorts = {
    fence,
    signer: (signerName) => inForce.get(signerName),
    chain: async (signer) => {
      const authority = await store.get(signer);
      return authority.ok ? authority.value : undefined;
    },
    record: recordOf(record, seen.record, writer),
    places: (signer) => placesOf(signer, configMaps, { writer, api }),
    attempted: ({ signerName }, chain) => gate.attempted(signerName, chain),
    tell: ({ signerName }, event) => logTrust(log, signerName, event),
    nowMs: () => clock.nowMs(),
    random: Math.random,
  };
  const looking = runLoop({
    queue,
    backoff: new Backoff(Math.random),
    reconcile: createTrustPublisher(ports),
    concurrency: CONCURRENCY,
    signal,
    onFault: (key, error) => logFault(log, `trust of ${key}`, error),
  });
  return {
    wake,
    retain: (entries) => {
      const before = inForce;
      inForce = new Map(entries.filter(isTrusted).map((each) => [each.signerName, each]));
      const signers = [...inForce.values()];
      seen.retain(signers);
      api.retain(bundlesOf(signers));
      // Also those that are gone, so that nothing is remembered of them.
      for (const signerName of before.keys()) queue.add(signerName, '');
      wake();
    },
    authority: async (entry) => {
      const authority = await store.get(entry);
      if (authority.ok) await gate.pass(entry, authority.value);
      return authority;
    },
    stopped: async () => {
      await Promise.all([looking, seen.stopped(), api.stopped()]);
    },
  };
}

const isTrusted = (entry: SignerEntry): entry is TrustedSigner => entry.trust !== undefined;

const bundlesOf = (signers: readonly TrustedSigner[]): readonly string[] =>
  signers
    .filter(({ trust }) => trust.clusterTrustBundle)
    .map(({ signerName }) => trustBundleName(signerName));

function recordOf(
  place: ConfigMapName,
  picture: () => Reflector<Recorded> | undefined,
  writer: WriterOptions,
): TrustRecord {
  return {
    named: `configmap ${place.namespace}/${place.name}`,
    look: ({ signerName }) => {
      const seen = picture();
      if (seen?.isSynced !== true) return { kind: 'unseen' };
      const recorded = seen.get(place.name);
      if (recorded === undefined) return { kind: 'absent' };
      const { lock, textOf } = recorded;
      return { kind: 'found', lock, text: textOf(trustRecordKey(signerName)) };
    },
    write: async ({ signerName }, lock, text) => {
      const data = { [trustRecordKey(signerName)]: text };
      const outcome = await writeConfigMap(writer, { ...place, ...lock }, data);
      if (outcome.kind === 'written') picture()?.absorb(outcome.object, lock.resourceVersion);
      return outcome;
    },
  };
}
