// SPDX-License-Identifier: Apache-2.0
// Reads a subject as people write it on a command line: `CN=mesh CA,O=Example`.

import { fail, ok, type Result } from '../vocabulary/result.js';
import { printable, quoted } from '../vocabulary/printable.js';
import { ATTRIBUTE_TYPE } from './object-identifiers.js';
import type { SubjectValue } from './subject-writer.js';

/** Upper bounds of RFC 5280 appendix A.1. */
const TYPES: ReadonlyMap<string, { readonly oid: string; readonly maxCharacters: number }> =
  new Map([
    ['CN', { oid: ATTRIBUTE_TYPE.commonName, maxCharacters: 64 }],
    ['O', { oid: ATTRIBUTE_TYPE.organization, maxCharacters: 64 }],
    ['OU', { oid: ATTRIBUTE_TYPE.organizationalUnit, maxCharacters: 64 }],
    ['L', { oid: ATTRIBUTE_TYPE.locality, maxCharacters: 128 }],
    ['ST', { oid: ATTRIBUTE_TYPE.stateOrProvince, maxCharacters: 128 }],
    ['C', { oid: ATTRIBUTE_TYPE.country, maxCharacters: 2 }],
  ]);

/** The attributes of `text`, separated by commas; a backslash before a comma makes it part of a value. One is a CN. */
export function parseSubjectText(text: string): Result<readonly SubjectValue[], string> {
  if (!/^(?:\\,|[^\\])*$/.test(text)) {
    return fail(`${quoted(text)} has a backslash that stands before no comma`);
  }
  const values: SubjectValue[] = [];
  for (const [part] of text.matchAll(/(?:\\.|[^,\\])+/g)) {
    const value = parseAttribute(part.trim());
    if (!value.ok) return value;
    values.push(value.value);
  }
  const names = values.filter(({ oid }) => oid === ATTRIBUTE_TYPE.commonName);
  if (names.length === 1) return ok(values);
  return fail(`${quoted(text)} has ${names.length} common names; write CN=… once`);
}

function parseAttribute(part: string): Result<SubjectValue, string> {
  const [, type = '', written = ''] = /^([A-Za-z]+)\s*=\s*([\s\S]+)$/.exec(part) ?? [];
  const known = TYPES.get(type.toUpperCase());
  if (known === undefined) {
    return fail(`${quoted(part)} is not one of ${[...TYPES.keys()].join(', ')} with a value`);
  }
  const value = written.replace(/\\(.)/g, '$1');
  const characters = Array.from(value).length;
  if (characters > known.maxCharacters || (known.maxCharacters === 2 && characters !== 2)) {
    return fail(`${quoted(part)} is too long, or no country code of two letters`);
  }
  return printable(value, characters) === value
    ? ok({ oid: known.oid, value })
    : fail(`${quoted(part)} has characters that are not letters, digits, or ASCII without quotes`);
}
