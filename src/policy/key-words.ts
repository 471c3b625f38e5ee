// SPDX-License-Identifier: Apache-2.0
// Keys that a rule allows, as they are written: `ecdsa`, `ed25519`, `rsa >= 3072`.

import type { KeyBound } from '../decide/rule.js';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Fault } from './problem.js';
import type { TextForm } from './schema-parts.js';

/** Sizes that a bound may name; the first is what the strict reader takes at least. */
const SIZES = {
  rsa: [2048, 3072, 4096, 8192],
  ecdsa: [256, 384, 521],
  ed25519: [256],
} as const satisfies Record<KeyBound['algorithm'], readonly [number, ...number[]]>;

/** What JSON Schema says of them. */
export const KEY_WORD_FORM: TextForm = {
  pattern: '^(ecdsa|ed25519|rsa)( ?>= ?[0-9]{1,5})?$',
  examples: ['ecdsa', 'ed25519', 'rsa >= 3072'],
};

const isAlgorithm = (text: string): text is KeyBound['algorithm'] => Object.hasOwn(SIZES, text);

const faulty = (message: string): Result<never, Fault> =>
  fail({ code: 'PolicyInvalidValue', message });

/** One entry of `keys`. */
export function parseKeyWord(text: string): Result<KeyBound, Fault> {
  const [, algorithm = '', bits] = /^([a-z0-9]+)(?: ?>= ?(\d{1,5}))?$/.exec(text) ?? [];
  if (!isAlgorithm(algorithm)) {
    return faulty(`${quoted(text)} is not a kind of key; write ecdsa, ed25519 or 'rsa >= 3072'`);
  }
  const sizes: readonly [number, ...number[]] = SIZES[algorithm];
  if (bits === undefined) return ok({ algorithm, minBits: sizes[0], source: text });
  if (algorithm === 'ed25519') return faulty('ed25519 keys have one size; write ed25519 alone');
  const minBits = Number(bits);
  // RSA keys of 2049 bits exist; curves do not come in other sizes.
  const isPossible =
    algorithm === 'ecdsa'
      ? sizes.includes(minBits)
      : minBits >= sizes[0] && minBits <= Math.max(...sizes);
  if (!isPossible) {
    return faulty(
      `${algorithm} keys of ${minBits} bits are not possible (for example ${sizes.join(', ')})`,
    );
  }
  return ok({ algorithm, minBits, source: text });
}
