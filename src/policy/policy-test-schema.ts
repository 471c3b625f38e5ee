// SPDX-License-Identifier: Apache-2.0
// The shape of a policy test file, each value parsed where it stands.

import * as z from 'zod';
import type { Outcome } from '../decide/decision.js';
import type { AccessReviewNeed } from '../decide/evidence.js';
import { SUBJECT_FIELDS } from '../request/subject-fields.js';
import { canonicalAddress } from '../vocabulary/addresses.js';
import { canonicalDnsName } from '../vocabulary/dns-names.js';
import { MAX_POLICY_TEST_CASES, MAX_SUBJECT_ALT_NAMES } from '../vocabulary/limits.js';
import { quoted } from '../vocabulary/printable.js';
import { type ReasonCode, reasons } from '../vocabulary/reasons.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { LANGUAGE_VERSION } from './api-version.js';
import { parseTime, secondsOf } from './durations.js';
import type { Fault } from './problem.js';
import { signerNameSchema, usagesSchema } from './rule-schema.js';
import { fieldsOf, listOf, oneOf, oneOrMore, textOf, wholeNumber } from './schema-parts.js';

/** What a request can come to, strongest first. */
const DECISIONS = [
  'approve',
  'review',
  'wait',
  'deny',
  'leave',
] as const satisfies readonly Outcome['kind'][];

/** Kinds of keys with which requests of short specs are made. */
export const TEST_KEYS = [
  'ecdsa',
  'ecdsa-384',
  'ecdsa-521',
  'rsa',
  'rsa-3072',
  'rsa-4096',
  'ed25519',
] as const;

/** One kind of key; a kind without a number has its usual size, 256 or 2048 bits. */
export type TestKey = (typeof TEST_KEYS)[number];

/** spec.expirationSeconds is an int32, and the API takes none below this (KEP-2784). */
const MIN_LIFETIME_SECONDS = 600;
const MAX_LIFETIME_SECONDS = 2 ** 31 - 1;

const faulty = (message: string): Result<never, Fault> =>
  fail({ code: 'PolicyInvalidValue', message });

const text = textOf('text', ok);
const file = textOf('the name of a file', ok);
const plainMap = z.record(z.string(), z.unknown(), { error: 'a map of fields' });

const isReasonCode = (word: string): word is ReasonCode => Object.hasOwn(reasons, word);

const code = textOf('a reason code', (word) =>
  isReasonCode(word) ? ok(word) : faulty(`${quoted(word)} is not a reason code (docs/reasons.md)`),
);

const instant = textOf('a time such as 2026-11-22T12:00:00Z', parseTime);

const duration = textOf('a duration such as 11m', (written) => {
  const seconds = secondsOf(written);
  if (seconds !== undefined) return ok(seconds * 1000);
  return faulty(`${quoted(written)} is not a duration; write for example 30s, 11m or 1h30m`);
});

const address = textOf('an address', (written) => {
  const canonical = canonicalAddress(written);
  return canonical === undefined ? faulty(`${quoted(written)} is not an address`) : ok(canonical);
});

const hostName = textOf('a host name', (written) => {
  const canonical = canonicalDnsName(written);
  return canonical === undefined ? faulty(`${quoted(written)} is not a host name`) : ok(canonical);
});

const dnsSchema = z.record(hostName, z.array(address, { error: 'a list of addresses' }), {
  error: 'a map from host names to lists of addresses',
});

const answer = oneOf(['allowed', 'denied']).optional();

const accessShape = {
  nodeclient: answer,
  selfnodeclient: answer,
  everything: answer,
} satisfies Record<AccessReviewNeed['assumption'], typeof answer>;

/** What the API server adds to a request, and when it is decided: of one case, or of all by default. */
const askedShape = {
  signerName: signerNameSchema.optional(),
  usages: usagesSchema.optional(),
  expirationSeconds: wholeNumber(MIN_LIFETIME_SECONDS, MAX_LIFETIME_SECONDS).optional(),
  as: text.optional(),
  groups: listOf(text).optional(),
  uid: text.optional(),
  extra: z.record(text, listOf(text), { error: 'a map from keys to lists of texts' }).optional(),
  access: fieldsOf(accessShape).optional(),
  now: instant.optional(),
  waited: duration.optional(),
};

const names = <Out>(item: z.ZodType<Out, string>) =>
  z
    .array(item, { error: 'a list' })
    .min(1)
    .max(MAX_SUBJECT_ALT_NAMES * 2)
    .optional();

const otherSubjectFields = Object.fromEntries(
  SUBJECT_FIELDS.map(([name]) => [name, oneOrMore(text).optional()]),
);

/** A request of which a real PKCS#10 is made; every text is written as it is, good or bad. */
const specSchema = fieldsOf({
  commonName: text.optional(),
  organizations: listOf(text).optional(),
  subject: fieldsOf(otherSubjectFields).optional(),
  sans: fieldsOf({
    dns: names(text),
    ip: names(address),
    uri: names(text),
    email: names(text),
  }).optional(),
  key: oneOf(TEST_KEYS).optional(),
});

const codes = listOf(code).optional();

const expectSchema = fieldsOf({
  decision: oneOf(DECISIONS),
  rule: z.union([text, z.null()], { error: 'the name of a rule, or null for none' }).optional(),
  codes,
  rules: z
    .record(text, fieldsOf({ decision: oneOf([...DECISIONS, 'none']), codes }), {
      error: 'a map from names of rules to what each says',
    })
    .optional(),
});

const objectsSchema = listOf(
  z.union([file, plainMap], { error: 'the name of a file, or an object' }),
);

const caseSchema = fieldsOf({
  name: text,
  request: z.union([file, specSchema], { error: 'the name of a file, or a map of fields' }),
  ...askedShape,
  objects: objectsSchema.optional(),
  dns: dnsSchema.optional(),
  expect: expectSchema,
});

/** The whole document. */
export const policyTestSchema = fieldsOf({
  apiVersion: oneOf([`kube-csr-approver/${LANGUAGE_VERSION}`]),
  kind: oneOf(['PolicyTest']),
  policy: z.union([file.transform((name): readonly string[] => [name]), listOf(file), plainMap], {
    error: 'the name of a file, a list of them, or a policy',
  }),
  objects: objectsSchema.optional(),
  dns: dnsSchema.optional(),
  defaults: fieldsOf(askedShape).optional(),
  cases: z
    .array(caseSchema, { error: 'a list' })
    .min(1, { error: 'there is no case; a test file without one tests nothing' })
    .max(MAX_POLICY_TEST_CASES, { error: `there are more than ${MAX_POLICY_TEST_CASES} cases` }),
});

/** A test file whose values were read. */
export type WrittenPolicyTest = z.output<typeof policyTestSchema>;

/** One case as it was written. */
export type WrittenTestCase = WrittenPolicyTest['cases'][number];

/** What the API server adds to a request, as it was written. */
export type WrittenAsked = NonNullable<WrittenPolicyTest['defaults']>;

/** A short spec as it was written. */
export type WrittenRequestSpec = z.output<typeof specSchema>;
