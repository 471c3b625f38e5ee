// SPDX-License-Identifier: Apache-2.0
// Our ClusterTrustBundles, watched under the version that the API server serves, if it does.

import { Backoff } from '../controller/backoff.js';
import { WorkQueue } from '../controller/queue.js';
import { type ReconcileResult, runLoop } from '../controller/run-loop.js';
import { servedTrustBundles, type TrustBundleVersion } from '../kube/cluster-trust-bundles.js';
import type { Reflector } from '../kube/reflector.js';
import { logFault } from '../telemetry/run-lines.js';
import { logTrustBundlesServed } from '../telemetry/trust-lines.js';
import { type PictureParts, type Published, trustBundlePicture } from './trust-pictures.js';
import { WatchSet } from './watch-set.js';

/** What is known of ClusterTrustBundles. */
export interface TrustBundleApi {
  /** Those of these names are wanted, and no others; with none nothing is asked. */
  retain(names: readonly string[]): void;
  /** The version that is served: undefined until that is known, `none` for a server without them. */
  version(): TrustBundleVersion | 'none' | undefined;
  /** One of them: `unseen` until a list was complete, undefined when it is not there. */
  look(name: string): Published | 'unseen' | undefined;
  /** Takes the answer of our own write. */
  absorb(name: string, object: unknown, replacedVersion: string): void;
  stopped(): Promise<void>;
}

/** Who upgrades a cluster restarts its API server, and a feature is switched on once in its life. */
const ASK_AGAIN_MS = 3_600_000;

const QUESTION = 'clustertrustbundles';

/** Begins to ask and to watch as soon as something is wanted. */
export function watchTrustBundles(parts: PictureParts, signal: AbortSignal): TrustBundleApi {
  const { transport, clock, log, onChange } = parts;
  const queue = new WorkQueue(clock);
  let names: readonly string[] = [];
  let version: TrustBundleVersion | 'none' | undefined;
  const keyOf = (name: string): string => `${version} ${name}`;
  const watches = new WatchSet<Published>(signal);
  const ended = ({ reason }: { readonly reason: string }): void => {
    // A server that was upgraded may serve another version, and no longer this one.
    if (reason === 'refused') queue.add(QUESTION, '');
  };
  const retainWatches = (): void => {
    const served = version;
    const pictures = new Map<string, () => Reflector<Published>>();
    if (served !== undefined && served !== 'none') {
      for (const name of names) {
        const make = () => trustBundlePicture(parts, { version: served, name }, ended);
        pictures.set(keyOf(name), make);
      }
    }
    watches.retain(pictures);
  };

  const ask = async (): Promise<ReconcileResult> => {
    if (names.length === 0) return { kind: 'done' };
    const served = await servedTrustBundles(transport, signal);
    if (served.kind === 'unavailable') return { kind: 'retry' };
    const before = version;
    version = served.kind === 'served' ? served.version : 'none';
    if (version !== before) {
      logTrustBundlesServed(log, version);
      retainWatches();
      onChange();
    }
    return version === 'none' ? { kind: 'again', afterMs: ASK_AGAIN_MS } : { kind: 'done' };
  };
  const asking = runLoop({
    queue,
    backoff: new Backoff(Math.random),
    reconcile: ask,
    concurrency: 1,
    signal,
    onFault: (key, error) => logFault(log, key, error),
  });

  return {
    retain: (wanted) => {
      names = wanted;
      retainWatches();
      if (wanted.length > 0) queue.add(QUESTION, '');
    },
    version: () => version,
    look: (name) => {
      const picture = watches.get(keyOf(name));
      return picture?.isSynced === true ? picture.get(name) : 'unseen';
    },
    absorb: (name, object, replacedVersion) => {
      watches.get(keyOf(name))?.absorb(object, replacedVersion);
    },
    stopped: async () => {
      await Promise.all([asking, watches.stopped()]);
    },
  };
}
