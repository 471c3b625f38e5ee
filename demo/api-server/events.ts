// SPDX-License-Identifier: Apache-2.0
// Events, which are served in two forms: core/v1 (in which they are stored) and events.k8s.io/v1.

import { invalidValue, required } from './failures.js';
import type { FieldError } from './failures.js';
import { textAt, withoutEmpty } from './json.js';
import type { KubeObject } from './json.js';

/** Fields of events.k8s.io/v1 and their names in core/v1. */
const NAMES: readonly (readonly [string, string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];
const MAX_NOTE = 1024;
const TO_CORE = new Map(NAMES);
const FROM_CORE = new Map(NAMES.map(([theirs, core]) => [core, theirs]));

const renamed = (
  object: KubeObject,
  names: ReadonlyMap<string, string>,
  apiVersion: string,
): KubeObject => ({
  ...object,
  ...Object.fromEntries(
    Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value]),
  ),
  ...Object.fromEntries([...names.keys()].map((name) => [name, undefined])),
  apiVersion,
});

export const toCoreEvent = (event: KubeObject): KubeObject =>
  withoutEmpty(renamed(event, TO_CORE, 'v1'));

export const fromCoreEvent = (event: KubeObject): KubeObject =>
  withoutEmpty(renamed(event, FROM_CORE, 'events.k8s.io/v1'));

/** An Event about what lives in no namespace belongs in one of two; any other in that of its object. */
export function coreEventErrors(event: KubeObject): readonly FieldError[] {
  const involved = textAt(event, 'involvedObject', 'namespace');
  const own = event.metadata.namespace ?? '';
  const isRight = involved === '' ? ['default', 'kube-system'].includes(own) : involved === own;
  return isRight
    ? []
    : [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')];
}

/** What events.k8s.io/v1 demands beside that, of an Event in the stored form. */
export function newEventErrors(event: KubeObject): readonly FieldError[] {
  const demanded = ['eventTime', 'reportingComponent', 'reportingInstance', 'action', 'reason'];
  const missing = demanded.filter((field) => textAt(event, field) === '');
  const type = textAt(event, 'type');
  return [
    ...missing.map((field) => required(FROM_CORE.get(field) ?? field)),
    ...(['Normal', 'Warning'].includes(type) ? [] : [invalidValue('type', type, 'unknown')]),
    ...(textAt(event, 'message').length > MAX_NOTE
      ? [invalidValue('message', '', `can have at most ${MAX_NOTE} characters`)]
      : []),
    ...coreEventErrors(event),
  ];
}
