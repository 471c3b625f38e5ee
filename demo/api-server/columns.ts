// SPDX-License-Identifier: Apache-2.0
// What `kubectl get` shows: the columns that the server fills in.

import { conditionText } from './csr-strategy.js';
import { at, isObject, listAt, textAt } from './json.js';
import type { KubeObject } from './json.js';
import type { Column } from './resource.js';

const NAME: Column = { name: 'Name', cell: ({ metadata }) => metadata.name };
const AGE: Column = {
  name: 'Age',
  cell: ({ metadata }, nowMs) => since(metadata.creationTimestamp, nowMs),
};

const text = (name: string, ...path: readonly string[]): Column => ({
  name,
  cell: (object) => textAt(object, ...path),
});

/** How many entries the maps have together. */
const count = (name: string, ...fields: readonly string[]): Column => ({
  name,
  cell: (object) =>
    fields.reduce((sum, field) => {
      const map = object[field];
      return sum + (isObject(map) ? Object.keys(map).length : 0);
    }, 0),
});

export const DEFAULT_COLUMNS: readonly Column[] = [
  NAME,
  { name: 'Created At', cell: ({ metadata }) => metadata.creationTimestamp },
];

export const CSR_COLUMNS: readonly Column[] = [
  NAME,
  AGE,
  text('SignerName', 'spec', 'signerName'),
  text('Requestor', 'spec', 'username'),
  { name: 'RequestedDuration', cell: requestedDuration },
  { name: 'Condition', cell: conditionText },
];

export const NODE_COLUMNS: readonly Column[] = [
  NAME,
  { name: 'Status', cell: nodeStatus },
  { name: 'Roles', cell: () => '<none>' },
  AGE,
  text('Version', 'status', 'nodeInfo', 'kubeletVersion'),
];

export const EVENT_COLUMNS: readonly Column[] = [
  { name: 'Last Seen', cell: lastSeen },
  text('Type', 'type'),
  text('Reason', 'reason'),
  { name: 'Object', cell: involvedObject },
  { name: 'Message', cell: (event) => textAt(event, 'message').trim() },
];

export const CONFIG_MAP_COLUMNS: readonly Column[] = [
  NAME,
  count('Data', 'data', 'binaryData'),
  AGE,
];
export const SECRET_COLUMNS: readonly Column[] = [
  NAME,
  text('Type', 'type'),
  count('Data', 'data'),
  AGE,
];
export const LEASE_COLUMNS: readonly Column[] = [
  NAME,
  text('Holder', 'spec', 'holderIdentity'),
  AGE,
];
export const NAMESPACE_COLUMNS: readonly Column[] = [NAME, text('Status', 'status', 'phase'), AGE];

function requestedDuration(csr: KubeObject): string {
  const seconds = at(csr, 'spec', 'expirationSeconds');
  return typeof seconds === 'number' ? shortDuration(seconds) : '<none>';
}

function nodeStatus(node: KubeObject): string {
  const ready = listAt(node, 'status', 'conditions').find((one) => textAt(one, 'type') === 'Ready');
  if (ready === undefined) return 'Unknown';
  return textAt(ready, 'status') === 'True' ? 'Ready' : 'NotReady';
}

function lastSeen(event: KubeObject, nowMs: number): string {
  const times = [
    textAt(event, 'series', 'lastObservedTime'),
    textAt(event, 'lastTimestamp'),
    textAt(event, 'eventTime'),
  ];
  return since(times.find((time) => time !== '') ?? '', nowMs);
}

function involvedObject(event: KubeObject): string {
  const kind = textAt(event, 'involvedObject', 'kind').toLowerCase();
  return `${kind}/${textAt(event, 'involvedObject', 'name')}`;
}

function since(time: string, nowMs: number): string {
  const thenMs = Date.parse(time);
  return Number.isNaN(thenMs) ? '<unknown>' : shortDuration(Math.floor((nowMs - thenMs) / 1000));
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** Up to when a duration is shown in which units, the smaller one only when it is not zero. */
const STEPS: readonly { below: number; unit: [number, string]; rest?: [number, string] }[] = [
  { below: 2 * MINUTE, unit: [1, 's'] },
  { below: 10 * MINUTE, unit: [MINUTE, 'm'], rest: [1, 's'] },
  { below: 3 * HOUR, unit: [MINUTE, 'm'] },
  { below: 8 * HOUR, unit: [HOUR, 'h'], rest: [MINUTE, 'm'] },
  { below: 2 * DAY, unit: [HOUR, 'h'] },
  { below: 8 * DAY, unit: [DAY, 'd'], rest: [HOUR, 'h'] },
  { below: 2 * YEAR, unit: [DAY, 'd'] },
  { below: 8 * YEAR, unit: [YEAR, 'y'], rest: [DAY, 'd'] },
  { below: Infinity, unit: [YEAR, 'y'] },
];

/** The form of kubectl: `45s`, `5m30s`, `7h`, `3d4h`. */
export function shortDuration(seconds: number): string {
  const step = STEPS.find(({ below }) => seconds < below);
  if (step === undefined || seconds < 0) return '0s';
  const [size, letter] = step.unit;
  const whole = `${Math.floor(seconds / size)}${letter}`;
  const [restSize, restLetter] = step.rest ?? [Infinity, ''];
  const rest = Math.floor((seconds % size) / restSize);
  return rest === 0 ? whole : `${whole}${rest}${restLetter}`;
}
