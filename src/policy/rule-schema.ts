// SPDX-License-Identifier: Apache-2.0
// The shape of one rule as it is written, each value parsed where it stands.

import * as z from 'zod';
import type { Mode, OwnerSource, PresetName } from '../decide/rule.js';
import { USAGES } from '../request/usages.js';
import { MAX_SUBJECT_ALT_NAMES } from '../vocabulary/limits.js';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok } from '../vocabulary/result.js';
import { parseRange } from './address-words.js';
import { parseLifetime, parseTransient } from './durations.js';
import { parseKeyWord } from './key-words.js';
import { fieldsOf, listOf, oneOf, oneOrMore, textOf, wholeNumber } from './schema-parts.js';
import { parseSignerName } from './signer-names.js';
import { TEMPLATE_NAMES } from './templates.js';
import {
  dnsKind,
  nodeKind,
  parseWord,
  plainKind,
  serviceAccountKind,
  subjectKind,
  type WordKind,
} from './words.js';

const MODES = ['enforce', 'shadow', 'review'] as const satisfies readonly Mode[];
const PRESETS = ['kubelet-client', 'kubelet-serving'] as const satisfies readonly PresetName[];
const OWNER_SOURCES = ['node'] as const satisfies readonly OwnerSource[];

/** A word that may be literal, pattern or one of these templates. */
export const word = (kind: WordKind, templates: readonly string[] = []) =>
  textOf('text', (text) => parseWord(text, kind, templates));

/** How a policy is carried out. */
export const modeSchema = oneOf(MODES);

/** A signer name. */
export const signerNameSchema = textOf('a signer name', parseSignerName);

/** Usages of the Kubernetes API, each once. */
export const usagesSchema = listOf(
  textOf('a usage', (text) =>
    USAGES.has(text)
      ? ok(text)
      : fail({
          code: 'PolicyInvalidValue',
          message: `${quoted(text)} is not a usage (known: ${[...USAGES.keys()].join(', ')})`,
        }),
  ),
).refine((usages) => new Set(usages).size === usages.length, {
  error: 'a usage is listed twice',
});

/** Ranges of addresses. */
export const rangesSchema = listOf(textOf('an address or CIDR', parseRange));

const requesterSchema = z.union(
  [
    z.literal('anyone'),
    fieldsOf({
      usernames: listOf(word(plainKind)).optional(),
      groups: listOf(word(plainKind)).optional(),
      serviceAccounts: listOf(word(serviceAccountKind)).optional(),
      certificate: oneOf(['allow']).optional(),
    }),
  ],
  { error: '"anyone", or a map of usernames, groups, serviceAccounts' },
);

const matchSchema = fieldsOf({
  signerName: signerNameSchema.optional(),
  requester: requesterSchema.optional(),
  nodes: listOf(word(nodeKind)).optional(),
});

const sansSchema = fieldsOf({
  dns: listOf(word(dnsKind, TEMPLATE_NAMES)).optional(),
  ip: rangesSchema.optional(),
  uri: listOf(word(plainKind, TEMPLATE_NAMES)).optional(),
  email: listOf(word(plainKind, TEMPLATE_NAMES)).optional(),
  owner: listOf(oneOf(OWNER_SOURCES)).optional(),
  min: wholeNumber(0, MAX_SUBJECT_ALT_NAMES).optional(),
  max: wholeNumber(1, MAX_SUBJECT_ALT_NAMES).optional(),
});

/** One rule. */
export const ruleSchema = fieldsOf({
  preset: oneOf(PRESETS).optional(),
  mode: modeSchema.optional(),
  match: matchSchema.optional(),
  subject: fieldsOf({
    commonName: oneOrMore(word(subjectKind, TEMPLATE_NAMES)).optional(),
    organizations: listOf(word(subjectKind, TEMPLATE_NAMES)).optional(),
  }).optional(),
  sans: sansSchema.optional(),
  usages: usagesSchema.optional(),
  keys: listOf(textOf('a kind of key', parseKeyWord))
    .refine((keys) => new Set(keys.map((key) => key.algorithm)).size === keys.length, {
      error: 'a kind of key is listed twice; keep one bound of it',
    })
    .optional(),
  lifetime: fieldsOf({ max: textOf('a duration such as 8h', parseLifetime) }).optional(),
  onViolation: fieldsOf({
    default: oneOf(['deny', 'leave']).optional(),
    transient: textOf('text such as "wait 10m then leave"', parseTransient).optional(),
  }).optional(),
});

/** A rule whose values were read. */
export type WrittenRule = z.output<typeof ruleSchema>;
