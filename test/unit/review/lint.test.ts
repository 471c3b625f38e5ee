// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { lintPolicy } from '../../../src/review/lint.js';
import { lintCases, quietCases } from './lint-cases.js';
import { changed, lintOf, NOW_MS, quietPolicy, saidOf } from './lint-quiet-policy.js';

describe('lint says nothing of', () => {
  it('a policy in which nothing is dangerous, useless or unclear', () => {
    expect(saidOf(quietPolicy)).toEqual([]);
  });

  it.each(Object.entries(quietCases))('%s', (_, change) => {
    expect(saidOf(changed(...change))).toEqual([]);
  });

  it('the policy that the chart has by default', () => {
    const manifests = readFileSync(
      new URL('../../../deploy/base/kube-csr-approver.yaml', import.meta.url),
      'utf8',
    );
    const [, indented = ''] = /\n {2}policy\.yaml: \|\n((?: {4}.*\n|\n)+)/.exec(manifests) ?? [];

    const text = indented.replaceAll(/^ {4}/gm, '');

    expect(text).toContain('preset: kubelet-serving');
    expect(saidOf(text)).toEqual([]);
  });
});

describe.each(Object.entries(lintCases))('lint says %s:', (code, cases) => {
  it.each(Object.entries(cases))('%s', (_, { change, at, also = [] }) => {
    expect(saidOf(changed(...change)).toSorted()).toEqual([`${code} ${at}`, ...also].toSorted());
  });
});

describe('an example of the project', () => {
  const examples = new URL('../../../examples/', import.meta.url);
  const policies = readdirSync(examples, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('policy.yaml'),
  );

  it.each(policies)('%s has no warning', (name) => {
    const problems = lintOf(readFileSync(new URL(name, examples), 'utf8'));

    expect(problems.filter(({ level }) => level !== 'note')).toEqual([]);
  });
});

describe('what lint says', () => {
  const policy = changed([`lifetime: { max: 8h }`, `lifetime: { max: 8 hours }`]);

  it('of an error is what the loader says of it, with its place, and nothing else', () => {
    expect(lintOf(policy)).toEqual([
      {
        level: 'error',
        code: 'PolicyInvalidValue',
        source: 'policy.yaml',
        line: 15,
        column: 22,
        path: 'rules.people.lifetime.max',
        message: '"8 hours" is not a duration; write for example 8h, 90d or 1h30m',
        fix: null,
      },
    ]);
  });

  it('of a value has the place of the value', () => {
    const [problem] = lintOf(changed(['[qa, tools]', "[qa, '/team-.*/']"]));

    expect(problem).toMatchObject({ level: 'warning', line: 12, column: 27 });
  });

  it('of a field has the place of its name', () => {
    const [problem] = lintOf(changed(['default: 12h', 'default: 48h']));

    expect(problem).toMatchObject({ level: 'note', code: 'DefaultTooLong', line: 44, column: 17 });
  });

  it('of a field that is missing has the place of the nearest field around it', () => {
    const [problem] = lintOf(changed(['    lifetime: { max: 8h }\n', '']));

    expect(problem).toMatchObject({ path: 'rules.people.lifetime.max', line: 5, column: 3 });
  });

  it('of several texts that are one policy names the text', () => {
    const [head = '', tail = ''] = quietPolicy.split('signers:\n');
    const parts = [
      { name: 'a.yaml', source: 'a.yaml', text: head },
      {
        name: 'b.yaml',
        source: 'b.yaml',
        text: `apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nsigners:\n${tail.replace('12h', '48h')}`,
      },
    ] as const;

    const { problems } = lintPolicy([...parts], { nowMs: NOW_MS });

    expect(problems.map(({ code, source, line }) => `${code} ${source}:${line}`)).toEqual([
      'DefaultTooLong a.yaml:44',
    ]);
  });

  it('leaves out what is to be ignored', () => {
    const text = changed(['default: 12h', 'default: 48h']);
    const parts = [{ name: 'policy.yaml', source: 'policy.yaml', text }] as const;

    const { problems } = lintPolicy([...parts], { nowMs: NOW_MS, ignore: ['DefaultTooLong'] });

    expect(problems).toEqual([]);
  });

  it('may not be all, and then it says so', () => {
    const parts = [{ name: 'policy.yaml', source: 'policy.yaml', text: quietPolicy }] as const;

    const { problems } = lintPolicy([...parts], { nowMs: NOW_MS, maxSteps: 2000 });

    expect(problems.map(({ code }) => code)).toEqual(['TooMuchToCompare']);
  });
});
