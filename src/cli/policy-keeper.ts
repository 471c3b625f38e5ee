// SPDX-License-Identifier: Apache-2.0
// Gives the keeper of the last good policy its ConfigMap, its Events and its log.

import { Backoff } from '../controller/backoff.js';
import type { Clock } from '../controller/clock.js';
import type { Fence } from '../controller/fence.js';
import { WorkQueue } from '../controller/queue.js';
import { runLoop } from '../controller/run-loop.js';
import { readConfigMap, writeConfigMap } from '../kube/config-maps.js';
import { writePolicyRefusedEvent } from '../kube/policy-refused-event.js';
import type { Transport } from '../kube/transport.js';
import type { ConfigMapName } from '../policy-store/config-map.js';
import { refusal } from '../policy-store/describe.js';
import { createKeeper, type KeeperPorts } from '../policy-store/keeper.js';
import { lastGoodOf } from '../policy-store/kept-policy.js';
import type { PolicyStore } from '../policy-store/policy-store.js';
import type { Log } from '../telemetry/log.js';
import { logFault, logKeeperTrouble, logPolicyKept } from '../telemetry/run-lines.js';

/** What the keeper is made of. */
export interface KeeperParts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: PolicyStore;
  /** Whether this process may write at all; a pause does not stop the keeper. */
  readonly fence: Fence;
  /** Outlives the signal to stop by the time that writes under way may take. */
  readonly drain: AbortSignal;
}

/** Which object Events are about; undefined parts while it is not there. */
export type PolicyObject = { readonly uid: string; readonly resourceVersion: string } | undefined;

/** The keeper at work. */
export interface RunningKeeper {
  /** Something was offered, or writing became allowed. */
  wake(): void;
  /** Runs until `signal` aborts; resolves when it has stopped. */
  start(signal: AbortSignal): Promise<void>;
}

/** Keeps the policy of the ConfigMap `configMap`; `object` tells what is there now. */
export function runKeeper(
  configMap: ConfigMapName,
  object: () => PolicyObject,
  parts: KeeperParts,
): RunningKeeper {
  const { clock, log, store } = parts;
  const queue = new WorkQueue(clock);
  const reconcile = createKeeper(store, portsOf(configMap, object, parts));
  return {
    wake: () => queue.add('policy', ''),
    start: (signal) =>
      runLoop({
        queue,
        backoff: new Backoff(Math.random),
        reconcile,
        concurrency: 1,
        signal,
        onFault: (_, error) => logFault(log, 'policy keeper', error),
      }),
  };
}

function portsOf(
  configMap: ConfigMapName,
  object: () => PolicyObject,
  { transport, clock, log, fence, drain }: KeeperParts,
): KeeperPorts {
  const place = lastGoodOf(configMap);
  const writer = { transport, fence, signal: drain };
  const named = `${place.namespace}/${place.name}`;
  return {
    place,
    fence,
    read: () => readConfigMap(writer, place),
    write: (lock, data) => writeConfigMap(writer, { ...place, ...lock }, data),
    announce: async (refused) => {
      const { uid, resourceVersion } = object() ?? {};
      const outcome = await writePolicyRefusedEvent(writer, {
        ...configMap,
        uid,
        resourceVersion,
        message: refusal(refused),
        atMs: clock.nowMs(),
      });
      // The log has told it already; an Event that cannot be written is no reason to try for ever.
      if (outcome === 'failed') logKeeperTrouble(log, named, { kind: 'not announced' });
      return outcome !== 'fenced';
    },
    kept: (hash) => logPolicyKept(log, named, hash),
    warn: (trouble) => logKeeperTrouble(log, named, trouble),
  };
}
