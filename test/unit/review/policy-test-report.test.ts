// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { junitOf } from '../../../src/review/policy-test-junit.js';
import { reportOf } from '../../../src/review/policy-test-report.js';
import { policyTestText } from '../../../src/review/policy-test-text.js';
import { runPolicyTest } from '../../../src/review/policy-test.js';
import { keyOf } from '../../support/policy-tests.js';
import { NOW_MS, oneCase, policy, report } from './policy-test-folder.js';

describe('a file that cannot be run says where and why:', () => {
  const bad: Readonly<Record<string, readonly [cases: string, ...problems: string[]]>> = {
    'no case': [
      'cases: []',
      'team/test.yaml:4:8: cases: there is no case; a test file without one tests nothing',
    ],
    'two cases of one name': [
      'cases: [{ name: a, request: {}, as: a, signerName: a.b/c, usages: [any], expect: { decision: deny } },\n {name: a, request: {}, expect: { decision: deny }}]',
      'team/test.yaml:5:9: cases[1].name: there is another case named "a"',
    ],
    'an unknown field': [
      oneCase({ user: 'alice' }),
      expect.stringContaining(
        'cases[0].user: there is no such field here (known: name, request,',
      ) as unknown as string,
    ],
    'an unknown code': [
      oneCase({ expect: { decision: 'deny', codes: ['NotAllowed'] } }),
      expect.stringContaining('"NotAllowed" is not a reason code') as unknown as string,
    ],
    'no signer name': [
      'cases:\n  - { name: a, as: a, request: {}, expect: { decision: deny } }',
      'team/test.yaml:5:5: cases[0]: signerName is missing, here and in the defaults',
    ],
    'nobody who asks': [
      'cases:\n  - { name: a, signerName: kubernetes.io/kubelet-serving, request: {}, expect: { decision: deny } }',
      'team/test.yaml:5:5: cases[0]: "as" is missing, here and in the defaults: who asks',
    ],
    'no usages of a signer that has none by itself': [
      'cases:\n  - { name: a, as: a, signerName: a.b/c, request: {}, expect: { decision: deny } }',
      'team/test.yaml:5:5: cases[0]: usages are missing, here and in the defaults; a.b/c has none by itself',
    ],
    'files that are not there': [
      'objects: [nodes.yaml]\n' + oneCase({ request: 'bob.csr.pem' }),
      'FileUnreadable: team/test.yaml:4:11: objects[0]: "nodes.yaml": ENOENT',
    ],
    'an object file that holds none': [
      `objects: [alice.csr.pem]\n${oneCase()}`,
      'team/test.yaml:4:11: objects[0]: there is something without "kind" or "metadata": no Kubernetes object',
    ],
    'a manifest without a request': [
      oneCase({ request: 'worker.json' }),
      'team/test.yaml:4:140: cases[0].request: worker.json is not one CertificateSigningRequest',
    ],
    'a time that is none': [
      'defaults: { now: 2026-02-31T00:00:00Z }\n' + oneCase(),
      expect.stringContaining(
        'defaults.now: "2026-02-31T00:00:00Z" is not a time',
      ) as unknown as string,
    ],
  };

  it.each(Object.entries(bad))('%s', async (_, [cases, ...problems]) => {
    const { passed, failed, files } = await report(cases);

    expect([passed, failed]).toEqual([0, 0]);
    expect(files[0]?.problems).toEqual(problems);
  });

  it('a policy with a fault, in its own file', async () => {
    const { files } = await report(oneCase(), { 'policy.yaml': policy.replace('8h', 'long') });

    expect(files[0]?.problems).toEqual([
      expect.stringMatching(
        /^team\/policy\.yaml:9:22: rules\.developers\.lifetime\.max: "long" is/,
      ),
    ]);
  });

  it('a document of another kind', async () => {
    const run = await runPolicyTest(policy, 'policy.yaml', {
      read: () => Promise.reject(new Error('nothing is to be read')),
      keyOf,
      nowMs: NOW_MS,
    });

    expect(run.tested.problems).toEqual([
      'policy.yaml:2:7: kind: expected PolicyTest, found "Policy"',
    ]);
  });
});

describe('a policy', () => {
  const inline = (text: string): string =>
    `policy:\n${text.replaceAll(/^/gm, '  ').trimEnd()}\n${oneCase()}`;
  const run = async (policyText: string) => {
    const text = `apiVersion: kube-csr-approver/v1alpha1\nkind: PolicyTest\n${policyText}`;
    const read = () => Promise.reject(new Error('nothing is to be read'));
    return runPolicyTest(text, 'test.yaml', { read, keyOf, nowMs: NOW_MS });
  };

  it('may stand in the test file', async () => {
    const { tested } = await run(inline(policy));

    expect(tested.problems).toEqual([]);
    expect(tested.cases.map(({ passed }) => passed)).toEqual([true]);
  });

  it('that stands in the test file and has a fault is told with the line of the test file', async () => {
    const { tested } = await run(inline(policy.replace('8h', 'long')));

    expect(tested.problems).toEqual([
      expect.stringMatching(
        /^test\.yaml:12:24: policy\.rules\.developers\.lifetime\.max: "long" is/,
      ),
    ]);
  });

  it('may be several files, as the keys of a ConfigMap are', async () => {
    const [head = '', rules = ''] = policy.split('rules:\n');
    const split = rules.indexOf('  kubelet-serving:');
    const files = {
      'a.yaml': `${head}rules:\n${rules.slice(0, split)}`,
      'b.yaml': `${head}rules:\n${rules.slice(split)}`,
    };
    const text = `apiVersion: kube-csr-approver/v1alpha1\nkind: PolicyTest\npolicy: [a.yaml, b.yaml]\n${oneCase()}`;
    const { tested } = await runPolicyTest(text, 'test.yaml', {
      read: (name) =>
        Promise.resolve({
          ok: true,
          value: Buffer.from(files[name === 'a.yaml' ? 'a.yaml' : 'b.yaml']),
        }),
      keyOf,
      nowMs: NOW_MS,
    });

    expect(tested.problems).toEqual([]);
    expect(tested.cases[0]?.decided.rules.map(({ name }) => name)).toEqual(['developers', 'trial']);
  });
});

describe('the report', () => {
  const twoCases = `${oneCase().slice(0, -1)},
  { "name": "b\\"ob <\\u001b[31m>", "signerName": "kubernetes.io/kube-apiserver-client", "as": "bob", "groups": [dev],
    "request": { commonName: bob }, "expect": { decision: approve, rule: robots, codes: [PolicyApproved] } }]`;

  it('in words has ✓ and ✗, what was expected, what was decided, and why', async () => {
    const { files, ...rest } = await report(twoCases);
    const text = policyTestText({
      ...rest,
      files: files.map((file) => ({ ...file, policyHash: '3f9c1a2b' })),
      untouched: rest.untouched.map((each) => ({ ...each, policyHash: '3f9c1a2b' })),
    });

    expect(text).toBe(`team/test.yaml (policy 3f9c1a2b)
  ✓ alice: approve by developers (PolicyApproved)
  ✗ b\\"ob <\\u{1b}[31m> (line 5)
      expected approve by robots (PolicyApproved)
      decided  deny by developers (LifetimeMissing)
      ! rule robots speaks of signer example.com/robots, the request is for kubernetes.io/kube-apiserver-client
      ✗ developers: LifetimeMissing          want at most 28800 seconds (8h); saw nothing (spec)

policy 3f9c1a2b: no case in team/test.yaml touches
  rule kubelet-serving
  rule robots
  in rule developers: CommonNameNotAllowed, LifetimeTooLong
  in rule trial: CommonNameNotAllowed

1 passed, 1 failed
`);
  });

  it('in words says only in the end that a file could not be run, since its problems are told apart', async () => {
    expect(policyTestText(await report('cases: []'))).toBe(
      '0 passed, 0 failed, 1 of 1 files could not be run\n',
    );
  });

  it('as JUnit has one testcase for each case, and no character that XML cannot hold', async () => {
    const xml = junitOf(await report(twoCases));

    expect(xml).toContain('<testsuite name="team/test.yaml" tests="2" failures="1" errors="0">');
    expect(xml).toContain('<testcase classname="team/test.yaml" name="alice"/>');
    expect(xml).toContain('name="b&quot;ob &lt;\\u{1b}[31m&gt;">');
    expect(xml).toContain('<failure message="decision deny, not approve; by rule developers, ');
  });

  it('as JUnit has an error for a file that could not be run', async () => {
    expect(junitOf(await report('cases: []'))).toContain(
      '<error message="team/test.yaml:4:8: cases: there is no case; ',
    );
  });

  it('counts what is untouched over all files that test one policy', async () => {
    const ports = {
      read: () => Promise.resolve({ ok: true, value: Buffer.from(policy) } as const),
      keyOf,
      nowMs: NOW_MS,
    };
    const head = 'apiVersion: kube-csr-approver/v1alpha1\nkind: PolicyTest\npolicy: policy.yaml\n';
    const bob = oneCase({ request: { commonName: 'bob' } });
    const robot = oneCase({
      signerName: 'example.com/robots',
      usages: ['client auth'],
      as: 'system:serviceaccount:shop:a',
    });
    const runs = [
      await runPolicyTest(head + bob, 'a.yaml', ports),
      await runPolicyTest(head + robot, 'b.yaml', ports),
    ];

    expect(reportOf(runs).untouched).toEqual([
      {
        policyHash: runs[0]?.tested.policyHash,
        files: ['a.yaml', 'b.yaml'],
        rules: ['kubelet-serving'],
        checks: [
          { rule: 'developers', codes: ['LifetimeTooLong'] },
          { rule: 'robots', codes: ['UsageNotAllowed'] },
        ],
      },
    ]);
  });
});
