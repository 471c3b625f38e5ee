// SPDX-License-Identifier: Apache-2.0
// The shape of a policy document.

import * as z from 'zod';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok } from '../vocabulary/result.js';
import { parseApiServerWord } from './address-words.js';
import { modeSchema, ruleSchema, signerNameSchema } from './rule-schema.js';
import { fieldsOf, listOf, oneOf, textOf } from './schema-parts.js';
import { signerSchema } from './signer-schema.js';

const RULE_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

const ruleName = textOf(
  'the name of a rule',
  (name) =>
    RULE_NAME.test(name)
      ? ok(name)
      : fail({
          code: 'PolicyInvalidValue',
          message: `${quoted(name)} is not the name of a rule; use lower-case letters, digits and dashes, at most 63`,
        }),
  { pattern: RULE_NAME.source },
);

/** The whole document. */
export const policySchema = fieldsOf({
  apiVersion: oneOf(['kube-csr-approver/v1alpha1']),
  kind: oneOf(['Policy']),
  mode: modeSchema.optional(),
  rules: z.record(ruleName, ruleSchema, { error: 'a map from names to rules' }).optional(),
  signers: z
    .record(signerNameSchema, signerSchema, { error: 'a map from signer names to signers' })
    .optional(),
  apiServerNames: listOf(textOf('a host name, address or CIDR', parseApiServerWord)).optional(),
});

/** A policy whose values were read. */
export type WrittenPolicy = z.output<typeof policySchema>;
