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

/** Every field of a rule with something to write in it. */
const RULE_FIELDS = {
  mode: 'mode: shadow',
  'match.nodes': 'match: { nodes: [a] }',
  'match.requester': 'match: { requester: { groups: [a] } }',
  subject: 'subject: { commonName: a }',
  'sans.dns': 'sans: { dns: [a.example] }',
  'sans.ip': 'sans: { ip: [10.0.0.0/16] }',
  'sans.uri': 'sans: { uri: [a://b] }',
  'sans.email': 'sans: { email: [a@b.example] }',
  'sans.min': 'sans: { min: 1 }',
  'sans.max': 'sans: { max: 1 }',
  'sans.owner': 'sans: { owner: [node] }',
  'sans.shared': 'sans: { shared: [10.0.0.0/16] }',
  usages: 'usages: [client auth]',
  keys: 'keys: [ecdsa]',
  lifetime: 'lifetime: { max: 8h }',
  readyNode: 'readyNode: refuse',
  validUntil: 'validUntil: 2027-01-31T00:00:00Z',
  onViolation: 'onViolation: { default: deny }',
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

  it.each(['kubelet-client', 'kubelet-serving'])('names what a rule may add to %s', (preset) => {
    const [, row = ''] =
      new RegExp(`^\\| \`${preset}\` \\|.*? A rule may (.*)`, 'm').exec(doc) ?? [];
    const named = [...(row.split(';')[0] ?? '').matchAll(/`([\w.]+)`/g)].map(
      ([, field = '']) => field,
    );
    const accepted = Object.entries(RULE_FIELDS)
      .filter(([, written]) => {
        const text = `apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nrules:\n  a: { preset: ${preset}, ${written} }\n`;
        return problemsOf(text).length === 0;
      })
      .map(([field]) => field);

    expect(named.toSorted()).toEqual(accepted.toSorted());
  });

  it('knows every field of a rule here', () => {
    const rule = (z.toJSONSchema(policySchema, { io: 'input' }) as Schema).properties?.['rules'];
    const fields =
      typeof rule?.additionalProperties === 'object' ? rule.additionalProperties.properties : {};
    const known = Object.keys(RULE_FIELDS).map((field) => field.replace(/\..*/, ''));

    expect([...new Set([...known, 'preset'])].toSorted()).toEqual(
      Object.keys(fields ?? {}).toSorted(),
    );
  });

  it('shows policies', () => {
    expect(doc.match(/^```yaml$/gm)).toHaveLength(2);
  });
});
