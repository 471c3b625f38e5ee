// SPDX-License-Identifier: Apache-2.0
// Reads the ConfigMap of a policy: which of its keys are the policy, and whether it says to pause.

import { partOfBytes, type PolicyPart } from '../policy/policy-part.js';
import { field, isRecord, listAt, stringAt } from '../vocabulary/json.js';
import type { OfferedPolicy, PolicyOrigin } from './policy-source.js';

/** Which ConfigMap. */
export interface ConfigMapName {
  readonly namespace: string;
  readonly name: string;
}

/** What a ConfigMap says. */
export interface PolicyConfigMap {
  readonly uid: string;
  readonly resourceVersion: string;
  readonly isPaused: boolean;
  readonly offered: OfferedPolicy;
}

/** Every key that ends so is one document of the policy; other keys are not looked at. */
const DOCUMENT_KEY = /\.yaml$/;

/** Whoever writes `paused: yes` in an emergency means it; only this word says that there is no pause. */
const NOT_PAUSED = 'false';

/** Keys named in one line of the log. */
const MAX_NAMED_KEYS = 8;

/** `configmap ns/name`, as logs and problems name it. */
export const nameOf = ({ namespace, name }: ConfigMapName): string =>
  `configmap ${namespace}/${name}`;

/** What the API's JSON of the ConfigMap `place` says. */
export function readPolicyConfigMap(json: unknown, place: ConfigMapName): PolicyConfigMap {
  const metadata = field(json, 'metadata');
  const resourceVersion = stringAt(metadata, 'resourceVersion') ?? '';
  const paused = stringAt(field(metadata, 'annotations'), 'paused') ?? NOT_PAUSED;
  const parts = documentsOf(json, place);
  const origin = {
    source: sourceOf(parts, place),
    resourceVersion,
    fieldManager: lastManagerOf(metadata),
  };
  return {
    uid: stringAt(metadata, 'uid') ?? '',
    resourceVersion,
    isPaused: paused !== NOT_PAUSED,
    offered: offerOf(parts, origin),
  };
}

/** What is offered when there is no such ConfigMap. */
export const missingConfigMap = (place: ConfigMapName): OfferedPolicy => ({
  kind: 'nothing',
  why: 'there is no such ConfigMap',
  origin: { source: nameOf(place) },
});

function offerOf([first, ...others]: readonly PolicyPart[], origin: PolicyOrigin): OfferedPolicy {
  if (first === undefined) {
    return { kind: 'nothing', why: 'there is no key that ends in .yaml', origin };
  }
  return { kind: 'texts', parts: [first, ...others], origin };
}

/** The parts in the order of the keys; kubectl puts what it does not take for text under binaryData. */
function documentsOf(json: unknown, place: ConfigMapName): readonly PolicyPart[] {
  const named = (name: string) => ({ name, source: `${nameOf(place)} key ${name}` });
  const texts = textsAt(json, 'data').map(([key, text]) => ({ ...named(key), text }));
  const bytes = textsAt(json, 'binaryData').map(([key, base64]) =>
    partOfBytes(Buffer.from(base64, 'base64'), named(key)),
  );
  return [...texts, ...bytes]
    .filter(({ name }) => DOCUMENT_KEY.test(name))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The entries of the map `key` whose values are strings. */
export function textsAt(json: unknown, key: string): readonly (readonly [string, string])[] {
  const map = field(json, key);
  if (!isRecord(map)) return [];
  return Object.entries(map).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
}

function sourceOf(parts: readonly PolicyPart[], place: ConfigMapName): string {
  const [only, ...others] = parts;
  if (only === undefined) return nameOf(place);
  if (others.length === 0) return only.source;
  const names = parts.slice(0, MAX_NAMED_KEYS).map(({ name }) => name);
  const more = parts.length > names.length ? ` and ${parts.length - names.length} more` : '';
  return `${nameOf(place)} keys ${names.join(', ')}${more}`;
}

/** Who last wrote the texts; the API server does not keep the list in the order of time. */
function lastManagerOf(metadata: unknown): string | undefined {
  const timeOf = (entry: unknown): string => stringAt(entry, 'time') ?? '';
  const last = listAt(metadata, 'managedFields')
    .filter((entry) => writesTexts(field(entry, 'fieldsV1')))
    .reduce((latest, entry) => (timeOf(entry) >= timeOf(latest) ? entry : latest), undefined);
  return stringAt(last, 'manager');
}

const writesTexts = (fields: unknown): boolean =>
  field(fields, 'f:data') !== undefined || field(fields, 'f:binaryData') !== undefined;
