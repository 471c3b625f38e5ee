// SPDX-License-Identifier: Apache-2.0
// Each example is a folder with a policy, and with tests that pass and leave nothing of it untouched.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../../support/readme-examples.js';
import { reportOfFiles, testFilesIn } from '../../support/policy-tests.js';

const examples = readdirSync(join(projectRoot, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const report = await reportOfFiles(testFilesIn('examples'));
const cases = report.files.flatMap(({ file, cases: tested }) =>
  tested.map((each) => ({ file, ...each })),
);

describe('the examples', () => {
  it('are those that people look for', () => {
    expect(examples.toSorted()).toEqual([
      'audit-only',
      'aws',
      'break-glass',
      'ci',
      'cluster-machine-approver',
      'developers',
      'edge',
      'kubeadm',
      'kubelet-csr-approver',
      'kubelet-serving-cert-approver',
      'locked-down',
      'mesh',
    ]);
  });

  it('have a test file each, which can be run', () => {
    expect(report.files.map(({ file }) => file)).toEqual(
      examples.toSorted().map((name) => `examples/${name}/test.yaml`),
    );
    expect(report.files.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it.each(examples)('say at the top what they are for: %s', (name) => {
    const text = readFileSync(join(projectRoot, 'examples', name, 'policy.yaml'), 'utf8');

    expect(text.split('\n').slice(0, 2)).toEqual([
      '# yaml-language-server: $schema=../../docs/policy.schema.json',
      expect.stringMatching(/^# [A-Z].{40,}/),
    ]);
  });

  it.each(examples)('stand in their table: %s', (name) => {
    const table = readFileSync(join(projectRoot, 'examples/README.md'), 'utf8');

    expect(table).toContain(`| [${name}](${name}/policy.yaml) |`);
  });

  it.each(cases)('decide as they say: $file: $name', ({ differences, checks }) => {
    expect({ differences, checks }).toEqual({ differences: [], checks: [] });
  });

  it('show of every rule and every check of theirs what it refuses', () => {
    expect(report.untouched).toEqual([]);
  });

  it.each(report.files)('show something that passes and something that does not: $file', (file) => {
    const decisions = file.cases.map(({ decided }) =>
      [decided, ...decided.rules].map(({ decision }) => decision),
    );

    expect(decisions.flat()).toEqual(expect.arrayContaining(['leave']));
    expect(decisions.flat().some((each) => ['approve', 'review'].includes(each))).toBe(true);
  });
});
