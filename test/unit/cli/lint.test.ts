// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFlags } from '../../../src/cli/command.js';
import { lintCommand } from '../../../src/cli/lint.js';
import { field, listAt } from '../../../src/vocabulary/json.js';

const head = 'apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\n';

const files = {
  'good.yaml': `${head}rules:
  nodes: { preset: kubelet-serving, sans: { dns: ['{node.name}'], ip: [10.0.0.0/8] } }
`,
  'noted.yaml': `${head}rules: { join: { preset: kubelet-client } }\n`,
  'warned.yaml': `${head}rules: { nodes: { preset: kubelet-serving } }\n`,
  'wrong.yaml': `${head}rules:\n  nodes: { preset: kubelets }\n`,
  'signers.yaml': `${head}signers: { kubernetes.io/kubelet-serving: { ca: { files: { cert: a, key: b } } } }\n`,
};

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lint-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function lint(...args: readonly string[]) {
  const given = readFlags(
    lintCommand,
    args.map((arg) => (arg.endsWith('.yaml') ? join(folder, arg) : arg)),
    {},
  );
  if (!given.ok) throw new RangeError(given.error);
  const printed = { out: '', err: '' };
  const code = await lintCommand.run(given.value, {
    env: {},
    out: (text) => void (printed.out += text.replaceAll(`${folder}/`, '')),
    err: (text) => void (printed.err += text.replaceAll(`${folder}/`, '')),
    signal: new AbortController().signal,
  });
  return { code, ...printed };
}

describe('csr-approver lint ends with', () => {
  it.each([
    ['0 for a good policy', 0, ['good.yaml']],
    ['0 for warnings', 0, ['warned.yaml']],
    ['1 for warnings with --strict', 1, ['warned.yaml', '--strict']],
    ['0 for notes with --strict', 0, ['noted.yaml', '--strict']],
    [
      '0 for warnings that are ignored, with --strict',
      0,
      ['warned.yaml', '--strict', '--ignore', 'SelfReportedOnly'],
    ],
    ['1 for an error', 1, ['wrong.yaml']],
    ['1 for an error in one of several', 1, ['good.yaml', 'wrong.yaml']],
    ['0 for a file that is named by --policy', 0, ['--policy', 'good.yaml']],
    ['2 for a file that is not there', 2, ['nowhere.yaml']],
    ['2 for a file that is not there beside one with an error', 2, ['nowhere.yaml', 'wrong.yaml']],
    ['2 without a file', 2, []],
    ['2 for a code that is not there', 2, ['good.yaml', '--ignore', 'Everything']],
    ['2 for the code of an error', 2, ['wrong.yaml', '--ignore', 'PolicyInvalidValue']],
    ['2 for an unknown form of output', 2, ['good.yaml', '-o', 'xml']],
  ])('%s', async (_, code, args) => {
    const answer = await lint(...args);

    expect(answer.code).toBe(code);
    expect(answer.err === '').toBe(code !== 2);
  });
});

describe('csr-approver lint prints', () => {
  it('a line for each problem, what to do, and the sum', async () => {
    const { out } = await lint('wrong.yaml', 'warned.yaml');

    expect(out).toBe(
      [
        'wrong.yaml:4:20: error PolicyInvalidValue: rules.nodes.preset: expected one of kubelet-client, kubelet-serving, found "kubelets"',
        "warned.yaml:3:19: warning SelfReportedOnly: rules.nodes.preset: nothing but the kubelet's own word bounds its DNS names (sans.dns) and addresses (sans.ip)",
        '  → Set bounds with `sans.dns` and `sans.ip`.',
        '',
        '2 policies: 1 error, 1 warning',
        '',
      ].join('\n'),
    );
  });

  it('the sum alone where there is nothing to say', async () => {
    expect((await lint('good.yaml')).out).toBe('1 policy: no errors, no warnings\n');
  });

  it('the same as one JSON document', async () => {
    const { out } = await lint('noted.yaml', 'good.yaml', '-o', 'json');

    const report: unknown = JSON.parse(out);

    expect(report).toMatchObject({ kind: 'LintReport', errors: 0, warnings: 0, notes: 1 });
    expect(listAt(report, 'policies').map((each) => listAt(each, 'problems').length)).toEqual([
      1, 0,
    ]);
    expect(field(listAt(report, 'policies')[1], 'policyHash')).toMatch(/^[0-9a-f]{8}$/);
  });

  it('what is true of all files together with --merge', async () => {
    const apart = await lint('signers.yaml', 'good.yaml');
    const together = await lint('signers.yaml', 'good.yaml', '--merge');

    expect(apart.out).toContain('SignerWithoutRule');
    expect(together.out).toBe('1 policy: no errors, no warnings\n');
  });

  it('where a text is not UTF-8', async () => {
    const text = Buffer.from(`${head}mode: dev-t\xe9am\n`, 'latin1');
    await writeFile(join(folder, 'latin1.yaml'), text);

    const { code, out } = await lint('latin1.yaml');

    expect(code).toBe(1);
    expect(out).toMatch(/^latin1\.yaml:3:12: error PolicySyntax: the byte 0xe9 is not UTF-8; /);
  });

  it('nothing of a merged policy of which a file is missing', async () => {
    const { code, out, err } = await lint('good.yaml', 'nowhere.yaml', '--merge');

    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^FileUnreadable: nowhere\.yaml: .*\n$/);
  });
});
