// SPDX-License-Identifier: Apache-2.0
// The shape of one rule as it is written, each value parsed where it stands.

import * as z from 'zod';
import type { Mode, OwnerSource, PresetName } from '../decide/rule.js';
import { USAGES } from '../request/usages.js';
import type { SubjectField } from '../request/subject-fields.js';
import { MAX_ATTRIBUTE_CHARACTERS, MAX_SUBJECT_ALT_NAMES } from '../vocabulary/limits.js';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { parseRange, RANGE_FORM } from './address-words.js';
import {
  parseLifetime,
  parseTime,
  parseTransient,
  LIFETIME_FORM,
  TIME_FORM,
  TRANSIENT_FORM,
} from './durations.js';
import { KEY_WORD_FORM, parseKeyWord } from './key-words.js';
import type { Fault } from './problem.js';
import { fieldsOf, listOf, oneOf, oneOrMore, textOf, wholeNumber } from './schema-parts.js';
import { parseSignerName, SIGNER_NAME_FORM } from './signer-names.js';
import { TEMPLATE_NAMES } from './templates.js';
import {
  dnsKind,
  emailKind,
  nodeKind,
  parseWord,
  plainKind,
  serviceAccountKind,
  subjectKind,
  WORD_FORM,
  type WordKind,
} from './words.js';

const MODES = ['enforce', 'shadow', 'review'] as const satisfies readonly Mode[];
const PRESETS = ['kubelet-client', 'kubelet-serving'] as const satisfies readonly PresetName[];
const OWNER_SOURCES = ['node', 'dns'] as const satisfies readonly OwnerSource[];

/** A word that may be literal, pattern or one of these templates. */
export const word = (kind: WordKind, templates: readonly string[] = []) =>
  textOf('text', (text) => parseWord(text, kind, templates), WORD_FORM);

/** How a policy is carried out. */
export const modeSchema = oneOf(MODES);

/** A signer name. */
export const signerNameSchema = textOf('a signer name', parseSignerName, SIGNER_NAME_FORM);

const parseUsage = (text: string): Result<string, Fault> =>
  USAGES.has(text)
    ? ok(text)
    : fail({
        code: 'PolicyInvalidValue',
        message: `${quoted(text)} is not a usage (known: ${[...USAGES.keys()].join(', ')})`,
      });

/** Usages of the Kubernetes API, each once. */
export const usagesSchema = listOf(
  textOf('a usage', parseUsage, { enum: [...USAGES.keys()] }),
).refine((usages) => new Set(usages).size === usages.length, {
  error: 'a usage is listed twice',
});

/** Ranges of addresses. */
export const rangesSchema = listOf(textOf('an address or CIDR', parseRange, RANGE_FORM));

const extraKey = textOf('a key of spec.extra', (key) =>
  key === '' || key.length > MAX_ATTRIBUTE_CHARACTERS || /[\p{Cc}\s]/u.test(key)
    ? fail({ code: 'PolicyInvalidValue', message: `${quoted(key)} is no key of spec.extra` })
    : ok(key),
);

const requesterSchema = z.union(
  [
    z.literal('anyone'),
    fieldsOf({
      usernames: listOf(word(plainKind)).optional(),
      groups: listOf(word(plainKind)).optional(),
      serviceAccounts: listOf(word(serviceAccountKind)).optional(),
      extra: z.record(extraKey, listOf(word(plainKind)), { error: 'a map of lists' }).optional(),
      certificate: oneOf(['allow']).optional(),
    }),
  ],
  { error: '"anyone", or a map of usernames, groups, serviceAccounts, extra' },
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
  email: listOf(word(emailKind, TEMPLATE_NAMES)).optional(),
  owner: listOf(oneOf(OWNER_SOURCES))
    .refine((sources) => new Set(sources).size === sources.length, {
      error: 'a source is listed twice',
    })
    .optional(),
  shared: rangesSchema.optional(),
  min: wholeNumber(0, MAX_SUBJECT_ALT_NAMES).optional(),
  max: wholeNumber(1, MAX_SUBJECT_ALT_NAMES).optional(),
});

/** Words for each subject attribute beyond common name and organizations. */
export const otherAttributes = (templates: readonly string[] = []) => {
  const values = oneOrMore(word(plainKind, templates)).optional();
  return {
    organizationalUnits: values,
    countries: values,
    provinces: values,
    localities: values,
    streetAddresses: values,
    postalCodes: values,
    serialNumber: values,
    emailAddress: values,
  } satisfies Record<SubjectField, typeof values>;
};

/** One rule. */
export const ruleSchema = fieldsOf({
  preset: oneOf(PRESETS).optional(),
  mode: modeSchema.optional(),
  match: matchSchema.optional(),
  subject: fieldsOf({
    commonName: oneOrMore(word(subjectKind, TEMPLATE_NAMES)).optional(),
    organizations: listOf(word(subjectKind, TEMPLATE_NAMES)).optional(),
    ...otherAttributes(TEMPLATE_NAMES),
  }).optional(),
  sans: sansSchema.optional(),
  usages: usagesSchema.optional(),
  keys: listOf(textOf('a kind of key', parseKeyWord, KEY_WORD_FORM))
    .refine((keys) => new Set(keys.map((key) => key.algorithm)).size === keys.length, {
      error: 'a kind of key is listed twice; keep one bound of it',
    })
    .optional(),
  lifetime: fieldsOf({
    max: textOf('a duration such as 8h', parseLifetime, LIFETIME_FORM),
  }).optional(),
  readyNode: oneOf(['refuse']).optional(),
  validUntil: textOf('a time such as 2027-01-31T00:00:00Z', parseTime, TIME_FORM).optional(),
  onViolation: fieldsOf({
    default: oneOf(['deny', 'leave']).optional(),
    transient: textOf(
      'text such as "wait 10m then leave"',
      parseTransient,
      TRANSIENT_FORM,
    ).optional(),
  }).optional(),
});

/** A rule whose values were read. */
export type WrittenRule = z.output<typeof ruleSchema>;
