// SPDX-License-Identifier: Apache-2.0
// docs/policy-tests.md explains every field of a test file, and shows what is really printed.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { policyTestSchema } from '../../../src/policy/policy-test-schema.js';
import { reportOf } from '../../../src/review/policy-test-report.js';
import { policyTestText } from '../../../src/review/policy-test-text.js';
import { runPolicyTest } from '../../../src/review/policy-test.js';
import { keyOf } from '../../support/policy-tests.js';
import { masked, projectRoot } from '../../support/readme-examples.js';

const page = readFileSync(join(projectRoot, 'docs/policy-tests.md'), 'utf8');

type Schema = {
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly anyOf?: readonly Schema[];
};

/** Every field, by its path; entries of maps are called NAME. */
const fieldsIn = (schema: Schema, prefix = ''): readonly string[] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    `${prefix}${name}`,
    ...fieldsIn(field, `${prefix}${name}.`),
  ]),
  ...(schema.items === undefined ? [] : fieldsIn(schema.items, prefix)),
  ...(typeof schema.additionalProperties === 'object'
    ? fieldsIn(schema.additionalProperties, `${prefix}NAME.`)
    : []),
  ...(schema.anyOf ?? []).flatMap((branch) => fieldsIn(branch, prefix)),
];

const fieldsUnder = (heading: string, prefix = ''): readonly string[] => {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| `([\w.]+)` +\|/gm)].map(([, field]) => `${prefix}${field}`);
};

describe('docs/policy-tests.md', () => {
  it('explains every field of a test file, and no other', () => {
    const asked = 'Who asks for what, and when';
    const documented = [
      ...fieldsUnder('A test file'),
      ...fieldsUnder(asked, 'defaults.'),
      ...fieldsUnder(asked, 'cases.'),
      ...fieldsUnder('A case', 'cases.'),
      ...fieldsUnder('A short spec', 'cases.'),
    ];

    const fields = fieldsIn(z.toJSONSchema(policyTestSchema, { io: 'input' }) as Schema);
    expect(documented.toSorted()).toEqual([...new Set(fields)].toSorted());
  });

  it('shows what its example prints', async () => {
    const [, example = '', shown = ''] =
      /^```yaml\n([^]*?)^```\n+^```text\n([^]*?)^```$/m.exec(page) ?? [];
    const policy = readFileSync(join(projectRoot, 'examples/developers/policy.yaml'));
    const run = await runPolicyTest(example, 'test.yaml', {
      read: () => Promise.resolve({ ok: true, value: policy }),
      keyOf,
      nowMs: Date.UTC(2026, 10, 22),
    });

    const printed = policyTestText(reportOf([run]));
    expect(printed.split('\n').map(masked)).toEqual(shown.split('\n').map(masked));
  });
});
