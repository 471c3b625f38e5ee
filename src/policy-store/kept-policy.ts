// SPDX-License-Identifier: Apache-2.0
// How the last good policy is kept in a ConfigMap, and how it is read from there.

import { LANGUAGE_REVISION, LANGUAGE_VERSION } from '../policy/api-version.js';
import { inNameOrder, type PolicyPart, type PolicyParts } from '../policy/policy-part.js';
import { field, stringAt } from '../vocabulary/json.js';
import { type ConfigMapName, nameOf, textsAt } from './config-map.js';

/**
 * Each version of the language keeps its own, and each set of words in it: after a rollback the older program still
 * finds the last policy that it could read, and a newer program's is not lost by it.
 */
const PREFIX = `${LANGUAGE_VERSION}-${LANGUAGE_REVISION}.`;

/** The data of a ConfigMap. */
export type KeptData = Readonly<Record<string, string>>;

/** A ConfigMap that keeps policies. */
export interface KeptPolicy {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly data: KeptData;
}

/** Reads the API's JSON of the ConfigMap. */
export function readKeptPolicy(json: unknown): KeptPolicy {
  const metadata = field(json, 'metadata');
  return {
    uid: stringAt(metadata, 'uid') ?? '',
    resourceVersion: stringAt(metadata, 'resourceVersion') ?? '',
    data: Object.fromEntries(textsAt(json, 'data')),
  };
}

/** The ConfigMap that keeps the last good policy of the one in `place`. */
export const lastGoodOf = ({ namespace, name }: ConfigMapName): ConfigMapName => ({
  namespace,
  name: `${name}-last-good`,
});

/** The policy that is kept in `data`, under the names that its texts had; undefined when there is none. */
export function keptParts(data: KeptData, place: ConfigMapName): PolicyParts | undefined {
  const [first, ...others]: readonly PolicyPart[] = Object.entries(data)
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, text]) => ({
      name: key.slice(PREFIX.length),
      source: `${nameOf(place)} key ${key}`,
      text,
    }));
  return first === undefined ? undefined : inNameOrder([first, ...others]);
}

/** What to change in `data` so that it keeps `parts`; null removes a key. */
export function changeToKeep(
  parts: PolicyParts,
  data: KeptData,
): Readonly<Record<string, string | null>> {
  const ours = Object.keys(data).filter((key) => key.startsWith(PREFIX));
  return Object.fromEntries([
    ...ours.map((key) => [key, null] as const),
    ...parts.map(({ name, text }) => [`${PREFIX}${name}`, text] as const),
  ]);
}
