// SPDX-License-Identifier: Apache-2.0
// Where the policy comes from: a ConfigMap watched through the API, or a file.

import { configMapsOf } from '../kube/config-maps.js';
import { Reflector } from '../kube/reflector.js';
import {
  type ConfigMapName,
  missingConfigMap,
  type PolicyConfigMap,
  readPolicyConfigMap,
} from '../policy-store/config-map.js';
import { createFileSource } from '../policy-store/file-source.js';
import type { Pause } from '../policy-store/pause.js';
import type { PolicySource } from '../policy-store/policy-source.js';
import { logStreamEnd } from '../telemetry/run-lines.js';
import { field, stringAt } from '../vocabulary/json.js';
import { type KeeperParts, runKeeper } from './policy-keeper.js';

/** The place that the flags name. */
export type PolicyPlace =
  | { readonly kind: 'file'; readonly path: string }
  | ({ readonly kind: 'configmap' } & ConfigMapName);

/** What a watched policy is made of. */
export interface PolicyParts extends KeeperParts {
  readonly pause: Pause;
}

/** A policy that is watched. */
export interface WatchedPolicy extends PolicySource {
  /** Writing became allowed: what could not be written before is written now. */
  wake(): void;
}

/** Watches `place`: offers to the store what it sees there; a ConfigMap can also pause, and has a last good policy. */
export function watchPolicy(place: PolicyPlace, parts: PolicyParts): WatchedPolicy {
  const { store, clock } = parts;
  if (place.kind === 'configmap') return watchConfigMap(place, parts);
  const offer = store.offer.bind(store);
  return { ...createFileSource({ path: place.path, clock, offer }), wake: () => {} };
}

function watchConfigMap(place: ConfigMapName, parts: PolicyParts): WatchedPolicy {
  const { namespace, name } = place;
  const { store, pause, log } = parts;
  const see = (): void => {
    const seen = reflector.get(name);
    // Nobody has ended a pause by deleting the ConfigMap. It is set first: what is offered may be judged at once.
    if (seen !== undefined) pause.set(seen.isPaused);
    store.offer(seen?.offered ?? missingConfigMap(place));
    keeper.wake();
  };
  const reflector: Reflector<PolicyConfigMap> = new Reflector<PolicyConfigMap>({
    ...parts,
    random: Math.random,
    path: configMapsOf(namespace),
    fieldSelector: `metadata.name=${name}`,
    parse: (json) => {
      const key = stringAt(field(json, 'metadata'), 'name');
      return key === undefined ? undefined : { key, value: readPolicyConfigMap(json, place) };
    },
    onChange: see,
    observer: { ended: (end) => logStreamEnd(log, 'configmaps', end) },
  });
  const keeper = runKeeper(place, () => reflector.get(name), parts);
  // A ConfigMap that is not there changes nothing, so its absence is told once here.
  const seeAbsence = async (signal: AbortSignal): Promise<void> => {
    const isSynced = await reflector.untilSynced(signal);
    if (isSynced && reflector.get(name) === undefined) see();
  };
  return {
    wake: () => keeper.wake(),
    start: async (signal) => {
      await Promise.all([reflector.start(signal), seeAbsence(signal), keeper.start(signal)]);
    },
  };
}
