// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { policySchema } from '../../../src/policy/policy-schema.js';
import { formatProblem } from '../../../src/policy/problem.js';
import { problemsOf } from './good-policy.js';

const doc = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8');

type Schema = {
  readonly properties?: Record<string, Schema>;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
};

/** Every field of the language; entries of maps are called NAME. */
const fieldsIn = (schema: Schema, prefix = ''): readonly string[] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    `${prefix}${name}`,
    ...fieldsIn(field, `${prefix}${name}.`),
  ]),
  ...(typeof schema.additionalProperties === 'object'
    ? fieldsIn(schema.additionalProperties, `${prefix}NAME.`)
    : []),
  ...(schema.anyOf ?? []).flatMap((branch) => fieldsIn(branch, prefix)),
];

/** The fields that the tables of one section name in their first column. */
const fieldsUnder = (heading: string, prefix: string): readonly string[] => {
  const section = doc.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  const [table = ''] = section.split(/^### /m);
  return [...table.matchAll(/^\| `([\w.]+)` +\|/gm)].map(([, field]) => `${prefix}${field}`);
};

describe('docs/policy.md', () => {
  it('explains every field of the language, and no other', () => {
    const documented = [
      ...fieldsUnder('The document', ''),
      ...fieldsUnder('A rule', 'rules.NAME.'),
      ...fieldsUnder('A signer', 'signers.NAME.'),
    ];

    const fields = fieldsIn(z.toJSONSchema(policySchema, { io: 'input' }) as Schema);
    expect(documented.toSorted()).toEqual(fields.toSorted());
  });

  it.each([...doc.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, text = '']) => [text]))(
    'shows only policies that load: %#',
    (text) => {
      expect(problemsOf(text).map(formatProblem)).toEqual([]);
    },
  );

  it('shows policies', () => {
    expect(doc.match(/^```yaml$/gm)).toHaveLength(2);
  });
});
