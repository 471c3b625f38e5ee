// SPDX-License-Identifier: Apache-2.0
// `csr-approver test` of the bundle, as people and CI call it.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testFilesIn } from '../support/policy-tests.js';
import { projectRoot } from '../support/readme-examples.js';
import { type Printed, runCommand } from '../support/running-controller.js';

const folder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-test-command-'));
const file = (name: string): string => join(folder, 'team', name);
const examples = testFilesIn('examples').map((name) => join(projectRoot, name));

const good = `apiVersion: kube-csr-approver/v1alpha1
kind: PolicyTest
policy: policy.yaml
cases:
  - name: alice for herself
    signerName: kubernetes.io/kube-apiserver-client
    as: alice
    groups: ['oidc:dev-team']
    expirationSeconds: 3600
    request: { commonName: alice }
    expect: { decision: approve, rule: developers }
`;

beforeAll(() => {
  mkdirSync(join(folder, 'team'));
  const policy = join(projectRoot, 'examples/developers/policy.yaml');
  writeFileSync(file('policy.yaml'), readFileSync(policy));
  writeFileSync(join(folder, 'policy.yaml'), readFileSync(policy));
  writeFileSync(file('good.yaml'), good);
  writeFileSync(file('failing.yaml'), good.replace('{ commonName: alice }', '{ commonName: bob }'));
  writeFileSync(file('outside.yaml'), good.replace('policy.yaml', '../policy.yaml'));
  writeFileSync(file('broken.yaml'), good.replace('expect:', 'expects:'));
});

afterAll(() => rmSync(folder, { recursive: true }));

const test = (...args: readonly string[]): Promise<Printed> => runCommand(['test', ...args]);

describe('csr-approver test', () => {
  it('runs all examples, which pass', async () => {
    const { code, stdout, stderr } = await test(...examples);

    expect([code, stderr]).toEqual([0, '']);
    expect(examples.length).toBe(12);
    expect(stdout).not.toContain('✗');
    expect(stdout).toMatch(/\n(\d{2,3}) passed, 0 failed\n$/);
  });

  it('ends with 1 where a case fails, and shows why', async () => {
    const { code, stdout, stderr } = await test(file('good.yaml'), file('failing.yaml'));

    expect([code, stderr]).toEqual([1, '']);
    expect(stdout).toContain('  ✓ alice for herself: approve by developers (PolicyApproved)\n');
    expect(stdout).toContain('  ✗ alice for herself (line 5)\n');
    expect(stdout).toContain('want {requester.username} ("alice"); saw "bob" (request)\n');
    expect(stdout).toMatch(/\n1 passed, 1 failed\n$/);
  });

  it.each([
    ['broken.yaml', /broken\.yaml:11:5: cases\[0\]\.expects: there is no such field here/],
    ['outside.yaml', /^FileOutside: \S+outside\.yaml:3:9: policy: "\.\.\/policy\.yaml" is not in/],
    ['nowhere.yaml', /^FileUnreadable: \S+nowhere\.yaml: ENOENT\n/],
  ])('ends with 2 where %s cannot be run, and runs the others', async (name, problem) => {
    const { code, stdout, stderr } = await test(file(name), file('failing.yaml'));

    expect(code).toBe(2);
    expect(stderr).toMatch(problem);
    expect(stdout).toMatch(/\n0 passed, 1 failed, 1 of 2 files could not be run\n$/);
  });

  it('tells all of it as JSON and as YAML', async () => {
    const json = await test(file('failing.yaml'), '-o', 'json');
    const yaml = await test(file('failing.yaml'), '-o', 'yaml');

    expect([json.code, yaml.code]).toEqual([1, 1]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      apiVersion: 'kube-csr-approver/v1alpha1',
      kind: 'PolicyTestReport',
      passed: 0,
      failed: 1,
      files: [
        {
          problems: [],
          cases: [
            {
              line: 5,
              passed: false,
              expected: { decision: 'approve', rule: 'developers' },
              decided: { decision: 'deny', codes: ['CommonNameNotAllowed'] },
              differences: ['decision deny, not approve'],
            },
          ],
        },
      ],
    });
    expect(yaml.stdout).toContain('\nkind: PolicyTestReport\n');
  });

  it('writes JUnit XML beside what it prints', async () => {
    const junit = join(folder, 'junit.xml');
    const { code, stdout } = await test(file('failing.yaml'), '--junit', junit);

    expect(code).toBe(1);
    expect(stdout).toMatch(/\n0 passed, 1 failed\n$/);
    expect(readFileSync(junit, 'utf8')).toContain('tests="1" failures="1" errors="0"');
  });

  it.each([
    ['no file', [], /^UsageError: name at least one test file\n/],
    ['an unknown form', ['a.yaml', '-o', 'xml'], /^UsageError: -o "xml": it takes /],
    ['a folder', [folder], /^FileUnreadable: \S+: EISDIR\n/],
  ])('ends with 2 for %s', async (_, args, problem) => {
    const { code, stderr } = await test(...args);

    expect(code).toBe(2);
    expect(stderr).toMatch(problem);
  });

  it('ends with 2 where the JUnit file cannot be written', async () => {
    const { code, stderr } = await test(file('good.yaml'), '--junit', join(folder, 'no/where.xml'));

    expect(code).toBe(2);
    expect(stderr).toMatch(/^FileUnwritable: \S+where\.xml: ENOENT\n/);
  });
});
