// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { explainCommand } from '../../../src/cli/explain.js';
import { lintCommand } from '../../../src/cli/lint.js';
import { rbacCommand } from '../../../src/cli/rbac.js';
import { replayCommand } from '../../../src/cli/replay.js';
import { testCommand } from '../../../src/cli/test.js';
import { loadTestEngine, runHere } from './run-here.js';

const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-several-'));
const keys = join(folder, 'keys');
const BASE = join(keys, 'base.yaml');
const TEAM = `${keys}/./Team-a.yaml`;
const OTHER_BASE = join(folder, 'base.yaml');
const REQUESTS = join(folder, 'requests.yaml');
const FILES = ['--policy', BASE, '--policy', TEAM];

const ruleFor = (signer: string): string => `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  ${signer}:
    match: { signerName: example.com/${signer}, requester: anyone }
    usages: [client auth]
`;

const request = JSON.stringify({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'one' },
  spec: {
    request: 'LS0t',
    signerName: 'example.com/team',
    usages: ['client auth'],
    username: 'jane',
  },
});

const testOf = (policy: string): string => `apiVersion: kube-csr-approver/v1alpha1
kind: PolicyTest
policy: ${policy}
cases:
  - name: one
    signerName: example.com/team
    as: jane
    usages: [client auth]
    request: {}
    expect: { decision: deny, rule: team }
`;

let hash = '';

beforeAll(async () => {
  await loadTestEngine();
  await mkdir(keys);
  await writeFile(BASE, ruleFor('base'));
  await writeFile(TEAM, ruleFor('team'));
  await writeFile(OTHER_BASE, ruleFor('other'));
  await writeFile(REQUESTS, request);
  // What docs/policy.md tells, in the folder that becomes the ConfigMap.
  const sums = execFileSync('sh', ['-c', 'LC_ALL=C sha256sum *.yaml'], { cwd: keys });
  hash = createHash('sha256').update(sums).digest('hex').slice(0, 8);
});

afterAll(() => rm(folder, { recursive: true }));

describe('a policy of several files is that of a ConfigMap with these keys', () => {
  it('for rbac', async () => {
    const { code, out, err } = await runHere(rbacCommand, FILES);

    expect([code, err]).toEqual([0, '']);
    expect(out).toContain(`# What policy ${hash} needs, and why:\n`);
    expect(out).toContain('- example.com/base\n');
    expect(out).toContain('- example.com/team\n');
  });

  it('for explain, offline', async () => {
    const { code, out } = await runHere(explainCommand, ['-f', REQUESTS, ...FILES]);

    expect(code).toBe(0);
    expect(out).toContain(`one: deny (rule team, policy ${hash})\n`);
  });

  it('for replay, as the candidate and as what it is compared with', async () => {
    const against = ['--against', TEAM, '--against', BASE];

    const { code, out } = await runHere(replayCommand, [
      '-f',
      REQUESTS,
      ...FILES,
      ...against,
      '-o',
      'json',
    ]);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ candidate: hash, against: hash, total: 1 });
  });

  it('for lint --merge', async () => {
    const { code, out } = await runHere(lintCommand, [BASE, TEAM, '--merge', '-o', 'json']);

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ policies: [{ policyHash: hash }] });
  });

  it('for test', async () => {
    const test = join(folder, 'test.yaml');
    await writeFile(test, testOf('[keys/base.yaml, keys/Team-a.yaml]'));

    const { out } = await runHere(testCommand, [test, '-o', 'json']);

    expect(JSON.parse(out)).toMatchObject({ files: [{ problems: [], policyHash: hash }] });
  });
});

describe('two files with the same name cannot be keys of one ConfigMap', () => {
  const SAME = `${BASE} and ${OTHER_BASE} would both be the key "base.yaml" of one ConfigMap\n`;
  const two = ['--policy', BASE, '--policy', OTHER_BASE];

  it.each([
    ['rbac', rbacCommand, two, 'UsageError: '],
    ['explain', explainCommand, ['-f', REQUESTS, ...two], 'UsageError: '],
    ['replay', replayCommand, ['-f', REQUESTS, ...two], 'UsageError: '],
    ['lint --merge', lintCommand, ['--merge', BASE, OTHER_BASE], 'UsageError: --merge: '],
  ])('so %s says', async (_, command, args, head) => {
    const { code, out, err } = await runHere(command, args);

    expect([code, out, err]).toEqual([2, '', head + SAME]);
  });

  it('so test says, at the place where they are named', async () => {
    const test = join(folder, 'same.yaml');
    await writeFile(test, testOf('[keys/base.yaml, base.yaml]'));

    const { code, err } = await runHere(testCommand, [test]);

    expect(code).toBe(2);
    expect(err).toBe(`${test}:3:9: policy: ${SAME}`);
  });
});

describe('a file of several that cannot be read', () => {
  it('is named, and nothing is made of the others', async () => {
    const nowhere = join(folder, 'nowhere.yaml');

    const { code, out, err } = await runHere(rbacCommand, [...FILES, '--policy', nowhere]);

    expect([code, out, err]).toEqual([2, '', `FileUnreadable: ${nowhere}: ENOENT\n`]);
  });
});
