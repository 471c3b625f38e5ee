// SPDX-License-Identifier: Apache-2.0
// Commands that look things up: reasons, schema, rbac. They need no cluster.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { ROOT } from '../support/helm.js';
import { examplesOf } from '../support/readme-examples.js';
import { runCommand } from '../support/running-controller.js';

const KUBEADM = join(ROOT, 'examples/kubeadm/policy.yaml');

describe('csr-approver reasons', () => {
  it('lists every code with its meaning', async () => {
    const { code, stdout } = await runCommand(['reasons']);

    expect(code).toBe(0);
    expect(stdout).toMatch(/^Reading a request\n\n {2}ObjectUnreadable +The object is not/);
    expect(stdout).toMatch(/\n\nDeciding by a policy\n\n {2}PolicyApproved +An enforced rule/);
  });

  it('says of one what it means and what both can do, however it is spelled', async () => {
    const { code, stdout } = await runCommand(['reasons', 'commonnamemissing']);

    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'CommonNameMissing (Deciding by a policy)',
        '  The rule expects a common name and the request has none.',
        '',
        '  Requester: Put a common name (CN) into the subject.',
        '  Operator:  Remove `subject.commonName` from the rule if certificates without a name are wanted.',
        '',
      ].join('\n'),
    );
  });

  it('knows the warnings of lint', async () => {
    const { code, stdout } = await runCommand(['reasons', 'RuleShadowed']);

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^RuleShadowed \(warning of lint\)\n {2}Another enforced rule speaks of/,
    );
    expect(stdout).toMatch(/\n {2}Operator: {2}Remove one of the two rules, or narrow the/);
  });

  it.each(['json', 'yaml'])('prints one as %s', async (output) => {
    const { stdout } = await runCommand(['reasons', 'SystemMasters', '-o', output]);

    // JSON is YAML.
    expect(stdout.startsWith('{')).toBe(output === 'json');
    expect(parse(stdout)).toEqual({
      code: 'SystemMasters',
      chapter: 'Deciding by a policy',
      meaning: expect.stringMatching(/\.$/) as unknown,
      requester: expect.stringMatching(/\.$/) as unknown,
      operator: expect.stringMatching(/\.$/) as unknown,
    });
  });

  it('names what an unknown code may have been meant for', async () => {
    const { code, stdout, stderr } = await runCommand(['reasons', 'NameOwned']);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^UsageError: there is no reason code "NameOwned"; did you mean NameNotOwned/,
    );
  });

  it('takes one code', async () => {
    const { code, stderr } = await runCommand(['reasons', 'SystemMasters', 'SystemName']);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^UsageError: "SystemName" is not expected;/);
  });
});

describe('csr-approver schema', () => {
  it('prints docs/policy.schema.json', async () => {
    const { code, stdout } = await runCommand(['schema']);

    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(join(ROOT, 'docs/policy.schema.json'), 'utf8'));
  });

  it('prints the same as YAML', async () => {
    const { stdout } = await runCommand(['schema', '-o', 'yaml']);

    expect(parse(stdout)).toEqual(
      JSON.parse(readFileSync(join(ROOT, 'docs/policy.schema.json'), 'utf8')),
    );
  });

  it('has no text', async () => {
    const { code, stderr } = await runCommand(['schema', '-o', 'text']);

    expect([code, stderr]).toEqual([2, 'UsageError: -o "text": it takes json, yaml\n']);
  });
});

describe('csr-approver rbac', () => {
  it('prints what docs/rights.md shows', async () => {
    const [{ command, shown } = { command: '', shown: [] }] = examplesOf('docs/rights.md');
    const [, ...args] = command.replace('examples/', `${ROOT}/examples/`).split(' ');

    const { stdout } = await runCommand(args);

    expect(stdout.trimEnd().split('\n')).toEqual(shown);
  });

  it('prints YAML that says what each right is for', async () => {
    const { code, stdout } = await runCommand(['rbac', '--policy', KUBEADM, '--name', 'csr']);

    const [first, ...others] = parseAllDocuments(stdout);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^# What policy [0-9a-f]{8} needs, and why:\n# list, watch cert/);
    expect(first?.errors).toEqual([]);
    expect(others.length).toBeGreaterThan(2);
    expect(stdout).toMatch(/kind: ClusterRole\nmetadata:\n {2}name: csr\n/);
  });

  it('prints the same as one List of JSON', async () => {
    const yaml = await runCommand(['rbac', '--policy', KUBEADM]);
    const json = await runCommand(['rbac', '--policy', KUBEADM, '-o', 'json']);

    expect(JSON.parse(json.stdout)).toEqual({
      apiVersion: 'v1',
      kind: 'List',
      items: parseAllDocuments(yaml.stdout).map((document): unknown => document.toJS()),
    });
  });

  const bad: Readonly<Record<string, readonly [args: readonly string[], says: string]>> = {
    'no policy': [[], '--policy FILE is missing'],
    'a policy that is not there': [['--policy', 'nowhere.yaml'], 'FileUnreadable: nowhere.yaml'],
    'a policy that is none': [['--policy', join(ROOT, 'package.json')], 'package.json:2:3: '],
    'a ConfigMap without a namespace': [
      ['--policy', KUBEADM, '--policy-configmap', 'policy'],
      '--policy-configmap: "policy" is not NAMESPACE/NAME',
    ],
    'an account without a namespace': [
      ['--policy', KUBEADM, '--service-account', 'csr'],
      '--service-account: "csr" is not NAMESPACE/NAME',
    ],
    'an unknown controller': [
      ['--policy', KUBEADM, '--controllers', 'denier'],
      '"denier" is not one of approver, signer',
    ],
    'an election that is neither': [
      ['--policy', KUBEADM, '--leader-elect', 'maybe'],
      '"maybe" is not true or false',
    ],
  };

  it.each(Object.entries(bad))('(%s) ends with 2', async (_, [args, says]) => {
    const { code, stdout, stderr } = await runCommand(['rbac', ...args]);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
  });
});
