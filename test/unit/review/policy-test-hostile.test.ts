// SPDX-License-Identifier: Apache-2.0
// A policy test file may come from anybody's pull request: none ends the program, and none takes it long.

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { runPolicyTest } from '../../../src/review/policy-test.js';
import { keyOf } from '../../support/policy-tests.js';

const policy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  everybody:
    match: { signerName: example.com/any, requester: anyone }
    subject: { commonName: '/.*/' }
    sans: { dns: ['/.*/'], ip: [0.0.0.0/0], uri: ['/.*/'], email: ['/.*/'] }
    usages: [client auth]
`;

const files: Readonly<Record<string, string>> = { 'policy.yaml': policy, 'p.pem': 'no PEM' };

const run = (text: string) =>
  runPolicyTest(text, 'test.yaml', {
    read: (name) =>
      Promise.resolve(
        files[name] === undefined
          ? { ok: false, error: { code: 'FileUnreadable', message: 'ENOENT' } }
          : { ok: true, value: Buffer.from(files[name]) },
      ),
    keyOf,
    nowMs: Date.UTC(2026, 10, 22),
  });

const head = 'apiVersion: kube-csr-approver/v1alpha1\nkind: PolicyTest\npolicy: policy.yaml\n';
const defaults =
  'defaults: { signerName: example.com/any, usages: [client auth], as: a, now: 2026-11-22T00:00:00Z }\n';
const bomb = [
  'a0: &a0 [x, x, x, x, x, x, x, x, x]',
  ...Array.from(
    { length: 11 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join()}]`,
  ),
].join('\n');
const caseOf = (request: string, name = 'a'): string =>
  `  - { name: "${name}", request: ${request}, expect: { decision: deny } }\n`;

describe('a hostile test file is refused soon, in words:', () => {
  it.each([
    ['nothing', ''],
    ['bytes', '\u0000\u0001\u0002'],
    ['aliases that multiply', head + bomb],
    ['brackets in brackets', '['.repeat(200_000)],
    ['keys in one line', 'a: '.repeat(100_000)],
    ['more bytes than anybody writes', `# ${'x'.repeat(1024 * 1024)}`],
    ['more values than anybody writes', `${head}cases: [${'1,'.repeat(101_000)}]`],
    [
      'more cases than anybody writes',
      `${head}${defaults}cases:\n${Array.from({ length: 2001 }, (_, i) => caseOf('{}', `a${i}`)).join('')}`,
    ],
    ['thousands of faults', `${head}cases:\n${'  - { x: 1 }\n'.repeat(5000)}`],
    ['a case that is itself', `${head}cases: &c [*c]`],
    ['a field that objects of JavaScript have', `${head}${defaults}cases: []\n__proto__: {}`],
    [
      'a policy with a thousand faults inside',
      `${head.replace('policy.yaml', `{ ${Array.from({ length: 1000 }, (_, i) => `k${i}: 1`).join(', ')} }`)}cases: []`,
    ],
  ])('%s', async (_, text) => {
    const startedMs = performance.now();

    const { tested } = await run(text);

    expect(tested.problems.length).toBeGreaterThan(0);
    expect(tested.problems.length).toBeLessThanOrEqual(200);
    expect(tested.problems.join('\n')).toMatch(/^(test\.yaml:\d+:\d+: [^\n]+\n?)+$/);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
});

describe('a request that nobody would make is read as what it is:', () => {
  it.each([
    ['a name that is too long', `{ commonName: "${'a'.repeat(600)}" }`, 'SubjectTooLarge'],
    ['more bytes than a request has', `{ commonName: "${'a'.repeat(20_000)}" }`, 'RequestTooLarge'],
    ['half of a character', '{ commonName: "\\ud800" }', 'PolicyApproved'],
    ['a name with NUL', '{ commonName: "a\\0b" }', 'SubjectCharacter'],
    [
      'too many names',
      `{ commonName: a, sans: { dns: [${Array.from({ length: 101 }, (_, i) => `n${i}`).join()}] } }`,
      'SanTooMany',
    ],
    ['a DNS name in another script', '{ commonName: a, sans: { dns: [東京] } }', 'SanCharacter'],
    ['an empty URI', "{ commonName: a, sans: { uri: [''] } }", 'SanUri'],
    ['a file that is no request', 'p.pem', 'PemMissing'],
  ])('%s', async (_, request, code) => {
    const { tested } = await run(`${head}${defaults}cases:\n${caseOf(request)}`);

    expect(tested.problems).toEqual([]);
    expect(tested.cases[0]?.decided.codes).toEqual([code]);
  });
});

const words = [
  'cases: defaults: objects: policy: dns: request: expect: name: as: commonName: sans: key: rsa decision: codes:',
  'rules: now: waited: policy.yaml ../x /etc/passwd p.pem "\\0" . allowed everything: [ ] { } &a *a " \' | ~ # ---',
  '-1 1e999 .nan 2026-11-22T00:00:00Z 999999d !!binary',
].flatMap((line) => line.split(' '));
const gaps = ['\n', '\n  ', '\n    - ', ': ', ', ', ' ', ''];
const CASE_FIELDS =
  'signerName usages expirationSeconds as groups uid extra access now waited objects dns request name expect';

describe('any text', () => {
  it('that looks like a test file is run, or refused in words', async () => {
    const text = fc
      .array(fc.oneof(fc.constantFrom(...words, ...gaps), fc.string({ maxLength: 8 })), {
        maxLength: 40,
      })
      .map((parts) => parts.join(''));

    await fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (tail, hasCase) => {
        const start = hasCase ? `${head}${defaults}cases:\n${caseOf('{ commonName: a }')}` : head;
        const { tested } = await run(start + tail);

        expect(tested.problems.length > 0).toBe(tested.policyHash === null);
        expect(tested.problems.every((line) => line.length > 0 && !line.includes('\n'))).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  it('may stand in any field of a case', async () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const fields = fc.record(
      Object.fromEntries(CASE_FIELDS.split(' ').map((name) => [name, value])),
      { requiredKeys: [] },
    );

    await fc.assert(
      fc.asyncProperty(fields, async (change) => {
        const whole = { name: 'a', request: {}, expect: { decision: 'deny' }, ...change };
        const { tested } = await run(`${head}${defaults}cases: [${JSON.stringify(whole)}]`);

        expect(tested.problems.length > 0).toBe(tested.policyHash === null);
      }),
      { numRuns: 200 },
    );
  });

  it('may stand in any name of a short spec, which then is a request that can be decided', async () => {
    const any = fc.string({ unit: 'binary', maxLength: 40 });
    const list = fc.option(fc.array(any, { minLength: 1, maxLength: 3 }), { nil: undefined });
    const spec = fc.record({
      commonName: fc.option(any, { nil: undefined }),
      organizations: list,
      sans: fc.record({ dns: list, uri: list, email: list }),
      key: fc.constantFrom('ecdsa', 'ed25519', 'rsa'),
    });

    await fc.assert(
      fc.asyncProperty(spec, async (request) => {
        const whole = { name: 'a', request, expect: { decision: 'deny' } };
        const { tested } = await run(`${head}${defaults}cases: [${JSON.stringify(whole)}]`);

        expect(tested.problems).toEqual([]);
        expect(tested.cases[0]?.decided.rule).toBe('everybody');
      }),
      { numRuns: 200 },
    );
  });
});
