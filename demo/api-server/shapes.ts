// SPDX-License-Identifier: Apache-2.0
// The fields that objects have: unknown ones are dropped and reported, wrong types are refused.

import { badRequest } from './failures.js';
import { isObject, withoutEmpty } from './json.js';
import type { JsonObject } from './json.js';

type Leaf = 'string' | 'bytes' | 'number' | 'boolean' | 'texts' | 'textMap' | 'microTime' | 'any';

/** Field names to shapes; a list with one shape in it is a list of such. */
export interface Fields {
  readonly [field: string]: Shape;
}
export type Shape = Leaf | Fields | readonly [Fields];

export const METADATA: Fields = {
  name: 'string',
  generateName: 'string',
  namespace: 'string',
  uid: 'string',
  resourceVersion: 'string',
  generation: 'number',
  creationTimestamp: 'string',
  deletionTimestamp: 'string',
  deletionGracePeriodSeconds: 'number',
  labels: 'textMap',
  annotations: 'textMap',
  finalizers: 'texts',
  ownerReferences: 'any',
  managedFields: 'any',
  selfLink: 'string',
};

/** Go's layout 2006-01-02T15:04:05.000000Z07:00. */
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?:Z|[+-]\d\d:\d\d)$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const areTexts = (values: readonly unknown[]): boolean =>
  values.every((value) => typeof value === 'string');

const CHECKS: Readonly<Record<Leaf, (value: unknown) => string | undefined>> = {
  any: () => undefined,
  string: (value) => (typeof value === 'string' ? undefined : 'expected a string'),
  number: (value) =>
    Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31 ? undefined : 'expected an int32',
  boolean: (value) => (typeof value === 'boolean' ? undefined : 'expected a boolean'),
  texts: (value) =>
    Array.isArray(value) && areTexts(value) ? undefined : 'expected a list of strings',
  textMap: (value) =>
    isObject(value) && areTexts(Object.values(value)) ? undefined : 'expected a map of strings',
  bytes: (value) =>
    typeof value === 'string' && BASE64.test(value) ? undefined : 'illegal base64 data',
  microTime: (value) =>
    typeof value === 'string' && MICRO_TIME.test(value)
      ? undefined
      : `cannot parse ${JSON.stringify(value)} as "2006-01-02T15:04:05.000000Z07:00"`,
};

/** The object with its known fields only; the paths of all others are added to `unknown`. Throws a 400. */
export function readFields(
  value: unknown,
  fields: Fields,
  unknown: string[],
  path = '',
): JsonObject {
  if (!isObject(value)) throw badRequest(`${path === '' ? 'the body' : path}: expected an object`);
  const read: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const shape = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const innerPath = path === '' ? name : `${path}.${name}`;
    if (shape === undefined) unknown.push(innerPath);
    else if (inner !== null) read[name] = readValue(inner, shape, unknown, innerPath);
  }
  return read;
}

function readValue(value: unknown, shape: Shape, unknown: string[], path: string): unknown {
  if (typeof shape === 'string') {
    const problem = CHECKS[shape](value);
    if (problem === undefined) return value;
    throw badRequest(`the object cannot be read: ${path}: ${problem}`);
  }
  if (!isList(shape)) return readFields(value, shape, unknown, path);
  if (!Array.isArray(value))
    throw badRequest(`the object cannot be read: ${path}: expected a list`);
  return value.map((item, index) =>
    withoutEmpty(readFields(item, shape[0], unknown, `${path}[${index}]`)),
  );
}

const isList = (shape: Fields | readonly [Fields]): shape is readonly [Fields] =>
  Array.isArray(shape);
