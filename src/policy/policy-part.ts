// SPDX-License-Identifier: Apache-2.0
// The texts that a policy is made of, and the short name by which decisions refer to them.

import { createHash } from 'node:crypto';

/** One text: a whole policy document. */
export interface PolicyPart {
  /** The key of a ConfigMap, or the path of a file; parts are put in the order of their names. */
  readonly name: string;
  /** Names the text in problems: a path, or `configmap ns/name key policy.yaml`. */
  readonly source: string;
  readonly text: string;
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
  one.length === other.length &&
  one.every(({ name, text }, index) => name === other[index]?.name && text === other[index]?.text);

/** `parts` in the order of their names, by UTF-16 code units; for the names of keys that is the order of `LC_ALL=C sort`. */
export function inNameOrder([first, ...others]: PolicyParts): PolicyParts {
  const [least = first, ...rest] = [first, ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
  return [least, ...rest];
}

const sumLine = ({ name, text }: PolicyPart): string => `${sha256(text)}  ${name}\n`;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
