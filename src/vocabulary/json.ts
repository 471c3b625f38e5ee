// SPDX-License-Identifier: Apache-2.0
// Reads unknown JSON one step at a time: what is not there, or not of the kind, is undefined.

/** The own property `key` of an object; undefined for anything that is no object. */
export const field = (value: unknown, key: string): unknown =>
  isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** The property `key` when it is a list, else an empty list. */
export function listAt(value: unknown, key: string): readonly unknown[] {
  const list = field(value, key);
  return Array.isArray(list) ? list : [];
}

/** The property `key` when it is a string. */
export function stringAt(value: unknown, key: string): string | undefined {
  const text = field(value, key);
  return typeof text === 'string' ? text : undefined;
}

/** Whether `value` is a JSON object. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
