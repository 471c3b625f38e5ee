// SPDX-License-Identifier: Apache-2.0
// The texts that a policy is made of, and the short name by which decisions refer to them.

import { createHash } from 'node:crypto';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { readUtf8, type Utf8Fault } from './utf8.js';

/** One text: a whole policy document. */
export interface PolicyPart {
  /** The key of a ConfigMap, or the path of a file that is alone; parts are put in the order of their names. */
  readonly name: string;
  /** Names the text in problems: a path, or `configmap ns/name key policy.yaml`. */
  readonly source: string;
  readonly text: string;
  /** Where the bytes of the text are no UTF-8, so that it is not what was written; such a part is refused. */
  readonly notUtf8?: Utf8Fault;
}

/** The part whose text are `bytes`. */
export function partOfBytes(
  bytes: Uint8Array,
  { name, source }: Pick<PolicyPart, 'name' | 'source'>,
): PolicyPart {
  const { text, fault } = readUtf8(bytes);
  return { name, source, text, ...(fault === undefined ? {} : { notUtf8: fault }) };
}

/** At least one text, each with a name of its own. */
export type PolicyParts = readonly [PolicyPart, ...PolicyPart[]];

const HASH_DIGITS = 8;

/**
 * The first 8 hex digits of the SHA-256 of the only text (UTF-8); for several, of what
 * `sha256sum *.yaml` prints of them in the order of their names, so that anybody can compute it.
 */
export function policyHash(parts: PolicyParts): string {
  const [only, ...others] = parts;
  const sum = others.length === 0 ? sha256(only.text) : sha256(parts.map(sumLine).join(''));
  return sum.slice(0, HASH_DIGITS);
}

/** Whether both are the same texts under the same names, wherever they come from. */
export const isSameText = (one: readonly PolicyPart[], other: readonly PolicyPart[]): boolean =>
  one.length === other.length && one.every((part, index) => isSamePart(part, other[index]));

/** A character that stands for a wrong byte is not the same character, written. */
const isSamePart = (one: PolicyPart, other: PolicyPart | undefined): boolean =>
  one.name === other?.name &&
  one.text === other.text &&
  (one.notUtf8 === undefined) === (other.notUtf8 === undefined);

/**
 * Parts that were read from files, as the keys of one ConfigMap: kubectl names each key by the last step of the path.
 * The error is a sentence for the user that names two files with the same name.
 */
export function asKeys([first, ...others]: PolicyParts): Result<PolicyParts, string> {
  const named = new Map<string, PolicyPart>();
  for (const part of [first, ...others]) {
    const key = keyOf(part);
    const same = named.get(key);
    if (same !== undefined) {
      const both = `${same.source} and ${part.source}`;
      return fail(`${both} would both be the key ${JSON.stringify(key)} of one ConfigMap`);
    }
    named.set(key, part);
  }
  const withKey = (part: PolicyPart): PolicyPart => ({ ...part, name: keyOf(part) });
  return ok([withKey(first), ...others.map(withKey)]);
}

const keyOf = ({ name }: PolicyPart): string => name.slice(name.lastIndexOf('/') + 1);

/** `parts` in the order of their names, by UTF-16 code units; for the names of keys that is the order of `LC_ALL=C sort`. */
export function inNameOrder([first, ...others]: PolicyParts): PolicyParts {
  const [least = first, ...rest] = [first, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [least, ...rest];
}

const sumLine = ({ name, text }: PolicyPart): string => `${sha256(text)}  ${name}\n`;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
