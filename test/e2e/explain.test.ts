// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Printed } from '../support/running-controller.js';
import { explain, type Flags } from './explain-command.js';
import { hashOf } from './policies.js';

const fixture = (name: string): string =>
  join(import.meta.dirname, '../fixtures/requests', `${name}.csr.pem`);

const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-explain-'));

const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
};

afterAll(() => rm(folder, { recursive: true }));

/** A policy under which the files in test/fixtures can be explained; their users are made up. */
const PEM_SIGNER = 'example.com/files';
const filesPolicy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  files:
    match: { signerName: ${PEM_SIGNER}, requester: anyone }
    subject: { commonName: [dev1, ssup2, alice], organizations: ['/.*/'] }
    usages: [client auth, digital signature]
  kubelet-client: { preset: kubelet-client }
signers:
  ${PEM_SIGNER}:
    ca: { files: { cert: ca.crt, key: ca.key } }
    allow: { usages: [client auth] }
`;
const filesPolicyFile = await file('files-policy.yaml', filesPolicy);
const badPolicyFile = await file('bad.yaml', filesPolicy.replace('usages:', 'usage:'));
const podFile = await file('pod.yaml', 'apiVersion: v1\nkind: Pod\nmetadata: {}\n');
const twoFile = await file('two.yaml', 'a: 1\n---\nb: 2\n');

/** What explain is told of a fixture. */
const pemFlags = (name: string): Flags => ({
  filename: fixture(name),
  policy: filesPolicyFile,
  'signer-name': PEM_SIGNER,
  as: 'someone',
});

const explainPem = (name: string, ...more: string[]): Promise<Printed> =>
  explain(pemFlags(name), '--exit-code', ...more);

describe('explain of a PEM file', () => {
  it('tells in words what would be decided, by which rule, and every check', async () => {
    const { code, stdout, stderr } = await explainPem('seed-dev1');

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(
      `seed-dev1.csr.pem: approve (rule files, policy ${hashOf(filesPolicy)})\n  PolicyApproved: every check passed\n`,
    );
    expect(stdout).toContain(
      '  subject    C=AU, ST=Some-State, O=Internet Widgits Pty Ltd, CN=dev1\n',
    );
    expect(stdout).toMatch(
      / {2}✓ CommonNameNotAllowed +want dev1, ssup2, alice; saw "dev1" \(request\)\n/,
    );
    expect(stdout).toContain(
      'assumed, since nothing given says otherwise: everything: not allowed',
    );
  });

  const denied: Readonly<Record<string, { name: string; reason: string }>> = {
    'a request for the group above all rights': { name: 'seed-ssup2-a', reason: 'SystemMasters' },
    'the same with another key': { name: 'seed-ssup2-b', reason: 'SystemMasters' },
    'the same once more': { name: 'seed-ssup2-c', reason: 'SystemMasters' },
    'a request whose last line is cut': { name: 'seed-dev1-truncated', reason: 'PemIncomplete' },
    'a request with text before it': { name: 'certtool-as-written', reason: 'PemTextAround' },
    'a request with an old label': { name: 'keytool-rsa2048-as-written', reason: 'PemLabel' },
    'a request without a common name': { name: 'go-workload-p521', reason: 'CommonNameMissing' },
    'a request for another name': { name: 'openssl-utf8-rsa2048', reason: 'CommonNameNotAllowed' },
  };

  it.each(Object.entries(denied))(
    '%s would be denied, and says why',
    async (_, { name, reason }) => {
      const { code, stdout, stderr } = await explainPem(name, '-o', 'json');

      expect([code, stderr]).toEqual([1, '']);
      expect(JSON.parse(stdout)).toMatchObject({ decision: 'deny', rule: 'files', reason });
    },
  );

  it('without the name of a signer cannot be told', async () => {
    const { 'signer-name': _, ...flags } = pemFlags('seed-dev1');
    const { code, stdout, stderr } = await explain(flags);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^UsageError: .*--signer-name NAME is needed\n$/);
  });
});

describe('explain of a kubelet, whose rights only the cluster knows', () => {
  const flags: Flags = {
    ...pemFlags('go-kubelet-client-p256'),
    'signer-name': 'kubernetes.io/kube-apiserver-client-kubelet',
    as: 'system:bootstrap:abcdef',
    'as-group': 'system:bootstrappers',
    output: 'json',
  };

  it('says what it assumes', async () => {
    const { code, stdout } = await explain(flags);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      decision: 'approve',
      rule: 'kubelet-client',
      assumed: expect.arrayContaining(['nodeclient: allowed']) as unknown,
    });
  });

  it('can be told what is so', async () => {
    const { stdout } = await explain({ ...flags, access: 'nodeclient=denied' });

    const answer = JSON.parse(stdout) as Record<string, unknown>;
    expect(answer).toMatchObject({ decision: 'wait', reason: 'AccessNotGranted' });
    expect(answer['until']).toMatch(/^\d{4}-.*Z$/);
    expect(answer['assumed']).not.toContain('nodeclient: allowed');
  });
});

describe('the exit code of explain', () => {
  it('is 0 for every answer, unless it is asked to tell', async () => {
    const plain = await explain(pemFlags('seed-ssup2-a'));

    expect(plain.code).toBe(0);
    expect((await explainPem('seed-ssup2-a')).code).toBe(1);
    expect((await explainPem('seed-dev1')).code).toBe(0);
  });

  const request = pemFlags('seed-dev1');
  const { filename, policy: policyPath, ...neither } = request;
  const untold: Readonly<Record<string, { flags: Flags; says: string }>> = {
    'the request is not named': {
      flags: { ...neither, policy: policyPath ?? '' },
      says: 'UsageError: exactly one of NAME, -f FILE and --awaiting-review is needed',
    },
    'the policy is not named': {
      flags: { ...neither, filename: filename ?? '' },
      says: 'UsageError: --policy FILE is missing',
    },
    'a file is not there': {
      flags: { ...request, filename: 'nowhere.yaml' },
      says: 'FileUnreadable: nowhere.yaml: ENOENT',
    },
    'the policy is bad': {
      flags: { ...request, policy: badPolicyFile },
      says: 'bad.yaml:7:5: ',
    },
    'the request is another object': {
      flags: { ...request, filename: podFile },
      says: 'ObjectUnreadable: ',
    },
    'the file holds two requests': {
      flags: { ...request, filename: twoFile },
      says: '2 objects, exactly one is needed',
    },
    'the form of the answer is unknown': {
      flags: { ...request, output: 'xml' },
      says: 'UsageError: -o "xml": it takes text, json, yaml',
    },
    'the answer of an access review is unknown': {
      flags: { ...request, access: 'nodeclient=maybe' },
      says: 'UsageError: --access nodeclient=maybe: ',
    },
  };

  it.each(Object.entries(untold))('is 2 when %s', async (_, { flags, says }) => {
    const { code, stdout, stderr } = await explain(flags);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
    expect(stderr.endsWith('\n')).toBe(true);
  });
});
