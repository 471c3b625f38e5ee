// SPDX-License-Identifier: Apache-2.0
// Compares what our strict reader and the second reader saw in the same bytes.

import { canonicalAddress } from '../vocabulary/addresses.js';
import type { Result } from '../vocabulary/result.js';
import type { CertificationRequest } from '../x509/certification-request.js';
import type { SecondName, SecondRequest } from '../x509/second-reader.js';

/** In words, each thing in which `second` is not exactly what `first` says; empty when the readers agree. */
export function differencesBetween(
  first: CertificationRequest,
  second: Result<SecondRequest, string>,
): readonly string[] {
  if (!second.ok) return [second.error];
  const theirs = second.value;
  const subject = first.subject.map(({ oid, type, value }) => [
    SECOND_TYPES.get(oid) ?? (SAME_TYPES.has(type) ? type : oid),
    value,
  ]);
  const pairs: readonly (readonly [string, readonly unknown[], readonly unknown[]])[] = [
    ['the bytes', [hex(first.der)], [hex(theirs.der)]],
    ['the subject', subject, theirs.subject.map(({ type, value }) => [type, value])],
    ['the names', first.sans.map(({ kind, value }) => [kind, value]), theirs.sans.map(nameOf)],
    ['the public key', [hex(first.key.spki)], [hex(theirs.spki)]],
    [
      'the extensions',
      first.extensions.map(({ oid, critical }) => [oid, critical]),
      theirs.extensions.map(({ oid, critical }) => [oid, critical]),
    ],
    ['the attributes', first.attributeOids, theirs.attributeOids],
  ];
  return pairs
    .filter(([, ours, others]) => JSON.stringify(ours) !== JSON.stringify(others))
    .map(([what, ours, others]) => differenceOf(what, ours, others));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Short names of the second reader that are the same as ours; it calls every other type by its OID. */
const SAME_TYPES: ReadonlySet<string> = new Set(['CN', 'L', 'ST', 'O', 'OU', 'C', 'DC', 'SN']);

/** Types that it calls by another name than we do. */
const SECOND_TYPES: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.9.1', 'E'],
  ['2.5.4.42', 'G'],
  ['2.5.4.43', 'I'],
  ['2.5.4.12', 'T'],
]);

/** Its name in our terms; its addresses are not canonical (`::ffff:a00:1`). */
function nameOf({ kind, value }: SecondName): readonly [string, string] {
  if (kind === 'url') return ['uri', value];
  return [kind, kind === 'ip' ? (canonicalAddress(value) ?? value) : value];
}

function differenceOf(what: string, ours: readonly unknown[], others: readonly unknown[]): string {
  if (ours.length !== others.length) {
    return `${what} (${ours.length} here, ${others.length} there)`;
  }
  const index = ours.findIndex((each, at) => JSON.stringify(each) !== JSON.stringify(others[at]));
  return ours.length === 1 ? what : `${what} (number ${index + 1})`;
}
