// SPDX-License-Identifier: Apache-2.0
// The policy language as JSON Schema, for editors: made of the schema that reads it, with the words of docs/policy.md.

import * as z from 'zod';
import {
  API_CLIENT_SIGNER,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
} from '../request/well-known-signers.js';
import { MAX_RULES } from '../vocabulary/limits.js';
import { fieldTexts } from './field-texts.js';
import { policySchema } from './policy-schema.js';
import { FILLED_BY_PRESETS } from './rule-demands.js';

type Schema = z.core.JSONSchema.JSONSchema;
type AnySchema = Schema | boolean;

/**
 * JSON Schema, draft 2020-12, of the current version of the language. It refuses nothing that the loader takes; the loader
 * refuses more, such as patterns that are not RE2 and ranges with bits behind the prefix.
 */
export function policyJsonSchema(): Schema {
  const made = describe(z.toJSONSchema(policySchema, { io: 'input' }), '');
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Policy of kube-csr-approver',
    description: 'Which certificate requests are approved, and what is signed.',
    ...made,
    ...documentDemands,
  };
}

const documentDemands: Schema = { anyOf: [{ required: ['rules'] }, { required: ['signers'] }] };

/** A value without the field at `path`. */
const without = (path: readonly (string | number)[]): Schema => {
  const [field = '', ...rest] = path;
  return { properties: { [field]: rest.length === 0 ? false : without(rest) } };
};

/** A rule whose preset fills a field does not write it. */
const presetDemands: Schema = {
  allOf: Object.entries(FILLED_BY_PRESETS).map(([preset, fields]) => ({
    if: { properties: { preset: { const: preset } } },
    then: { allOf: fields.map(without) },
  })),
};

const ownRuleDemands: Schema = {
  required: ['match'],
  properties: {
    match: {
      required: ['signerName', 'requester'],
      properties: {
        nodes: false,
        signerName: { not: { enum: [KUBELET_CLIENT_SIGNER, KUBELET_SERVING_SIGNER] } },
      },
    },
    sans: { properties: { owner: false, shared: false } },
  },
  anyOf: [
    { required: ['usages'] },
    { properties: { match: { properties: { signerName: { const: API_CLIENT_SIGNER } } } } },
  ],
};

/** What fields demand of each other, by path; the demands of rule-demands.ts that JSON Schema can say. */
const demands: Readonly<Record<string, Schema>> = {
  rules: { maxProperties: MAX_RULES },
  'rules.NAME': {
    if: { required: ['preset'] },
    then: presetDemands,
    else: ownRuleDemands,
  },
};

/** The same for the form of a field that is a map, where others are possible. */
const branchDemands: Readonly<Record<string, Schema>> = {
  'rules.NAME.match.requester': {
    anyOf: ['usernames', 'groups', 'serviceAccounts', 'extra'].map((field) => ({
      required: [field],
    })),
  },
};

/** `schema` with the text of each field, and the demands between fields, at their places. */
function describe(schema: Schema, path: string): Schema {
  const { properties, additionalProperties, anyOf } = schema;
  const text = fieldTexts[path];
  return {
    ...(text === undefined ? {} : { description: text }),
    ...schema,
    ...(properties === undefined ? {} : { properties: describeFields(properties, path) }),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: describe(additionalProperties, join(path, 'NAME')) }
      : {}),
    // The branches are forms of one field, whose text stands above them.
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map((branch) => describeBranch(branch, path)) }),
    ...demands[path],
  };
}

const describeFields = (
  fields: Readonly<Record<string, AnySchema>>,
  path: string,
): Record<string, AnySchema> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      typeof field === 'object' ? describe(field, join(path, name)) : field,
    ]),
  );

const describeBranch = (branch: Schema, path: string): Schema =>
  branch.properties === undefined
    ? branch
    : {
        ...branch,
        properties: describeFields(branch.properties, path),
        ...branchDemands[path],
      };

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
