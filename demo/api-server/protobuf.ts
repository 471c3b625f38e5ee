// SPDX-License-Identifier: Apache-2.0
// Protobuf bodies, which kubectl's typed commands send (`kubectl certificate approve`): read into the same JSON.
// Field numbers are those of generated.proto in k8s.io/api and k8s.io/apimachinery.

import { badRequest, notImplemented } from './failures.js';
import { kubeTime } from './clock.js';
import type { JsonObject } from './json.js';

export const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const MAGIC = 'k8s\0';

type Kind = 'string' | 'bytes' | 'number' | 'boolean' | 'time' | 'map' | Message;

interface Field {
  readonly name: string;
  readonly kind: Kind;
  readonly isList?: boolean;
}

/** Fields by their numbers; all others are passed over. */
type Message = ReadonlyMap<number, Field>;

type Listed = readonly [number, string, Kind, 'list'?];

const message = (...fields: readonly Listed[]): Message =>
  new Map(
    fields.map(([number, name, kind, list]) => [number, { name, kind, isList: list === 'list' }]),
  );

const METADATA = message(
  [1, 'name', 'string'],
  [2, 'generateName', 'string'],
  [3, 'namespace', 'string'],
  [5, 'uid', 'string'],
  [6, 'resourceVersion', 'string'],
  [8, 'creationTimestamp', 'time'],
  [11, 'labels', 'map'],
  [12, 'annotations', 'map'],
  [14, 'finalizers', 'string', 'list'],
);
const CONDITION = message(
  [1, 'type', 'string'],
  [6, 'status', 'string'],
  [2, 'reason', 'string'],
  [3, 'message', 'string'],
  [4, 'lastUpdateTime', 'time'],
  [5, 'lastTransitionTime', 'time'],
);
const CSR = message(
  [1, 'metadata', METADATA],
  [
    2,
    'spec',
    message(
      [1, 'request', 'bytes'],
      [7, 'signerName', 'string'],
      [8, 'expirationSeconds', 'number'],
      [5, 'usages', 'string', 'list'],
    ),
  ],
  [3, 'status', message([1, 'conditions', CONDITION, 'list'], [2, 'certificate', 'bytes'])],
);
const CONFIG_MAP = message(
  [1, 'metadata', METADATA],
  [2, 'data', 'map'],
  [4, 'immutable', 'boolean'],
);
const ACCESS = message(
  [1, 'namespace', 'string'],
  [2, 'verb', 'string'],
  [3, 'group', 'string'],
  [5, 'resource', 'string'],
  [6, 'subresource', 'string'],
  [7, 'name', 'string'],
);
const SELF_ACCESS_REVIEW = message([2, 'spec', message([1, 'resourceAttributes', ACCESS])]);

const KINDS: Readonly<Record<string, Message>> = {
  CertificateSigningRequest: CSR,
  ConfigMap: CONFIG_MAP,
  DeleteOptions: message([2, 'preconditions', message([1, 'uid', 'string'])]),
  SelfSubjectAccessReview: SELF_ACCESS_REVIEW,
  SelfSubjectReview: message(),
};

const ENVELOPE = message(
  [1, 'type', message([1, 'apiVersion', 'string'], [2, 'kind', 'string'])],
  [2, 'raw', 'bytes'],
);

/** Throws a 400 for what is no such body, and a 501 for a kind that is not known here. */
export function readProtobuf(body: Buffer): JsonObject {
  try {
    if (body.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new RangeError('no magic number');
    const { type, raw } = readMessage(body.subarray(MAGIC.length), ENVELOPE) as {
      readonly type: { readonly apiVersion: string; readonly kind: string };
      readonly raw: string;
    };
    const known = KINDS[type.kind];
    if (known === undefined) throw notImplemented(`reader of protobuf for ${type.kind}; send JSON`);
    return { ...type, ...readMessage(Buffer.from(raw, 'base64'), known) };
  } catch (error) {
    throw error instanceof RangeError
      ? badRequest(`the body is no protobuf: ${error.message}`)
      : error;
  }
}

/** Throws a RangeError where the bytes end too early. */
function readMessage(bytes: Buffer, fields: Message): JsonObject {
  const read: Record<string, unknown> = {};
  let position = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes.readUInt8(position);
      position += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (position < bytes.length) {
    const tag = varint();
    const wireType = tag % 8;
    if (wireType !== 0 && wireType !== 2) throw new RangeError(`wire type ${wireType}`);
    const number = varint();
    const contents = wireType === 2 ? bytes.subarray(position, position + number) : undefined;
    position += contents === undefined ? 0 : number;
    const field = fields.get(Math.floor(tag / 8));
    if (field === undefined) continue;
    const { name, kind, isList = false } = field;
    const value = contents === undefined ? numeric(number, kind) : readValue(contents, kind);
    const before = read[name];
    if (isList) read[name] = [...(Array.isArray(before) ? before : []), value];
    else if (kind === 'map') read[name] = { ...(before as object), ...(value as object) };
    else read[name] = value;
  }
  return read;
}

const numeric = (value: number, kind: Kind): unknown => (kind === 'boolean' ? value === 1 : value);

const ENTRY = message([1, 'key', 'string'], [2, 'value', 'string']);
const TIME = message([1, 'seconds', 'number']);

function readValue(contents: Buffer, kind: Kind): unknown {
  if (typeof kind === 'object') return readMessage(contents, kind);
  if (kind === 'bytes') return contents.toString('base64');
  if (kind === 'map') {
    const { key = '', value = '' } = readMessage(contents, ENTRY);
    return { [String(key)]: value };
  }
  if (kind === 'string') return contents.toString();
  // A zero time, which is null in JSON, has no seconds, or those of the year 1 (negative, far beyond a number).
  const { seconds } = readMessage(contents, TIME);
  return typeof seconds === 'number' && seconds < 2 ** 40 ? kubeTime(seconds * 1000) : null;
}
