// SPDX-License-Identifier: Apache-2.0
// The shape of one entry of `signers:` as it is written.

import type * as z from 'zod';
import { canonicalDnsName } from '../vocabulary/dns-names.js';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok } from '../vocabulary/result.js';
import { LIFETIME_FORM, parseGivenLifetime } from './durations.js';
import { otherAttributes, rangesSchema, usagesSchema, word } from './rule-schema.js';
import { fieldsOf, listOf, oneOrMore, textOf } from './schema-parts.js';
import { trustSchema } from './trust-schema.js';
import { dnsKind, emailKind, plainKind, subjectKind } from './words.js';

const MAX_PATH_CHARACTERS = 1024;

const fileSchema = textOf('the path of a PEM file', (path) =>
  path === '' || path.length > MAX_PATH_CHARACTERS || /\p{Cc}/u.test(path)
    ? fail({ code: 'PolicyInvalidValue', message: `${quoted(path)} is not the path of a file` })
    : ok(path),
);

const secretSchema = textOf('the name of a Secret', (name) =>
  canonicalDnsName(name) === name
    ? ok(name)
    : fail({ code: 'PolicyInvalidValue', message: `${quoted(name)} is not the name of a Secret` }),
);

const lifetimeSchema = textOf('a duration such as 24h', parseGivenLifetime, LIFETIME_FORM);

/** An e-mail address in the subject is never written into a certificate (CRT-3). */
const { emailAddress: _, ...givenAttributes } = otherAttributes();

/** The ceiling of a signer. It takes no templates: a signer knows the request, and no requester. */
const allowSchema = fieldsOf({
  subject: fieldsOf({
    commonName: oneOrMore(word(subjectKind)).optional(),
    organizations: listOf(word(subjectKind)).optional(),
    ...givenAttributes,
  }).optional(),
  sans: fieldsOf({
    dns: listOf(word(dnsKind)).optional(),
    ip: rangesSchema.optional(),
    uri: listOf(word(plainKind)).optional(),
    email: listOf(word(emailKind)).optional(),
  }).optional(),
  usages: usagesSchema.optional(),
});

/** One signer. */
export const signerSchema = fieldsOf({
  ca: fieldsOf({
    files: fieldsOf({ cert: fileSchema, key: fileSchema }).optional(),
    secret: secretSchema.optional(),
  }),
  lifetime: fieldsOf({
    default: lifetimeSchema.optional(),
    max: lifetimeSchema.optional(),
  }).optional(),
  allow: allowSchema.optional(),
  trust: trustSchema.optional(),
});

/** A signer whose values were read. */
export type WrittenSigner = z.output<typeof signerSchema>;
