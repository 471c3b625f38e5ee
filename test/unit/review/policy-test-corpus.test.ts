// SPDX-License-Identifier: Apache-2.0
// The frozen corpus: what each of its requests comes to. Whoever changes a decision changes a line of it, and says why.

import { describe, expect, it } from '@jest/globals';
import { decidingReasons } from '../../../src/vocabulary/reasons/deciding.js';
import { reportOfFiles, testFilesIn } from '../../support/policy-tests.js';

const files = [...testFilesIn('test/fixtures/corpus'), ...testFilesIn('test/fixtures/requests')];
const report = await reportOfFiles(files);
const cases = report.files.flatMap(({ file, cases: tested }) =>
  tested.map((each) => ({ file: file.replace('test/fixtures/', ''), ...each })),
);

/** Codes of decisions that no file can bring about: trouble of a cluster, and what the schema of policies does not let through. */
const NOT_IN_FILES = ['EvidenceUnavailable', 'KubeletSignerNeedsPreset'];

describe('the corpus', () => {
  it('can be run', () => {
    expect(report.files.flatMap(({ problems }) => problems)).toEqual([]);
    expect(report.files.map(({ file }) => file)).toEqual(files);
  });

  it('has at least 150 requests, each with its decision, rule and codes', () => {
    const loose = cases.filter(
      ({ expected: { rule, codes } }) => rule === undefined || codes === undefined,
    );

    expect(cases.length).toBeGreaterThanOrEqual(150);
    expect(loose.map(({ name }) => name)).toEqual([]);
  });

  it('has every code of a decision', () => {
    const seen = new Set(
      cases.flatMap(({ decided }) => [decided, ...decided.rules].flatMap(({ codes }) => codes)),
    );
    const unseen = Object.keys(decidingReasons).filter((code) => !seen.has(code));

    expect(unseen.toSorted()).toEqual(NOT_IN_FILES);
  });

  it.each(cases)('is decided as ever: $file: $name', ({ differences, checks }) => {
    expect({ differences, checks }).toEqual({ differences: [], checks: [] });
  });
});
