// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { explainCommand } from '../../../src/cli/explain.js';
import { runHere } from './run-here.js';

const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-explain-'));
const POLICY = join(folder, 'policy.yaml');
const NODE = join(folder, 'node.yaml');
const fixture = (name: string): string =>
  join(import.meta.dirname, '../../fixtures/requests', `${name}.csr.pem`);

const SIGNER = 'kubernetes.io/kubelet-serving';
const SERVING = ['--signer-name', SIGNER, '--as', 'system:node:worker-1'];
const CUSTOM = ['--signer-name', 'example.com/files', '--as', 'dev1'];

beforeAll(async () => {
  await writeFile(
    POLICY,
    `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  files:
    match: { signerName: example.com/files, requester: anyone }
    subject: { commonName: [dev1], organizations: ['/.*/'] }
    usages: [client auth, digital signature]
  serving: { preset: kubelet-serving }
signers:
  example.com/files:
    ca: { files: { cert: ca.crt, key: ca.key } }
    allow: { usages: [client auth] }
`,
  );
  await writeFile(NODE, '{ kind: Node, metadata: { name: worker-1 } }\n');
});

afterAll(() => rm(folder, { recursive: true }));

const explain = (file: string, ...more: string[]) =>
  runHere(explainCommand, ['-f', file, '--policy', POLICY, ...more]);

const answerTo = async (...args: Parameters<typeof explain>) => {
  const { out, err } = await explain(...args);
  return err === '' ? (JSON.parse(out) as unknown) : err;
};

describe('the usages of a PEM file, where none are given,', () => {
  it('are those that the contract of the signer requires', async () => {
    const answer = await answerTo(
      fixture('openssl-kubelet-serving-p256'),
      ...SERVING,
      '-o',
      'json',
    );

    expect(JSON.stringify(answer)).toContain('"digital signature","server auth"');
    expect(JSON.stringify(answer)).not.toContain('"reason":"KubeletUsages"');
  });

  it('are those of a client certificate for a signer without a contract', async () => {
    const answer = await answerTo(fixture('seed-dev1'), ...CUSTOM, '-o', 'json');

    expect(answer).toMatchObject({ decision: 'approve', rule: 'files' });
  });

  it('are in the help text', () => {
    expect(explainCommand.flags['usage']?.help).toMatch(
      /default: what the signer requires, else client auth, digital signature$/,
    );
  });
});

describe('explain refuses', () => {
  it('a usage that there is not, and names those that there are', async () => {
    const { code, err } = await explain(fixture('seed-dev1'), ...CUSTOM, '--usage', 'frob');

    expect(code).toBe(2);
    expect(err).toMatch(/^UsageError: --usage "frob" is no usage; there are signing, digital sig/);
  });

  it('the ConfigMap of a policy beside a file, which is explained without a cluster', async () => {
    const more = [...CUSTOM, '--policy-configmap', 'a/b'];

    const { code, err } = await explain(fixture('seed-dev1'), ...more);

    expect(code).toBe(2);
    expect(err).toMatch(/^UsageError: --policy-configmap is for the cluster; /);
  });

  it.each(['as', 'as-group', 'objects', 'access', 'dns', 'signer-name', 'usage'])(
    '--%s beside a request of the cluster, which says it itself',
    async (flag) => {
      for (const subject of ['name', '--awaiting-review']) {
        const { code, err } = await runHere(explainCommand, [subject, `--${flag}`, 'client auth']);

        expect(code).toBe(2);
        expect(err).toBe(`UsageError: --${flag} is for -f FILE; the cluster says it itself\n`);
      }
    },
  );

  it.each([
    ['a policy', '# no object\nkind: Policy\n', 1],
    ['a list', '- 1\n', 1],
    ['a text, behind an object,', '{ kind: Node, metadata: { name: a } }\n---\ntext\n', 2],
    ['an object without metadata', 'kind: Node\n', 1],
    ['an object without kind', 'metadata: { name: a }\n', 1],
  ])('%s as evidence', async (_, text, object) => {
    const file = join(folder, 'objects.yaml');
    await writeFile(file, text);

    const { code, err } = await explain(fixture('seed-dev1'), ...CUSTOM, '--objects', file);

    expect(code).toBe(2);
    expect(err).toMatch(
      new RegExp(`^ObjectFileInvalid: \\S+objects\\.yaml: object ${object} has no "kind" or no `),
    );
  });

  it('takes objects of Kubernetes as evidence', async () => {
    const { code } = await explain(fixture('seed-dev1'), ...CUSTOM, '--objects', NODE);

    expect(code).toBe(0);
  });
});

describe('a request that is no object', () => {
  const EXPECTED = 'expected a CertificateSigningRequest as YAML or JSON, or the PEM of a PKCS#10';

  it('but DER is told what is expected, and how to make it', async () => {
    const pem = await readFile(fixture('seed-dev1'), 'utf8');
    const der = join(folder, 'request.der');
    await writeFile(der, Buffer.from(pem.replaceAll(/-----.*-----|\s/g, ''), 'base64'));

    const { code, err } = await explain(der, ...CUSTOM);

    expect(code).toBe(2);
    expect(err).toBe(
      `ObjectFileInvalid: ${der}: this is binary, as DER is; ${EXPECTED}; openssl req -inform DER -in FILE writes PEM\n`,
    );
  });

  it('but a text is told what is expected', async () => {
    const text = join(folder, 'text');
    await writeFile(text, 'LS0tLS1CRUdJTg==\n');

    const { code, err } = await explain(text, ...CUSTOM);

    expect([code, err]).toEqual([
      2,
      `ObjectFileInvalid: ${text}: this is no object; ${EXPECTED}\n`,
    ]);
  });

  it('but PEM behind a byte order mark is told so', async () => {
    const marked = join(folder, 'marked.pem');
    await writeFile(marked, `\uFEFF${await readFile(fixture('seed-dev1'), 'utf8')}`);

    const { code, err } = await explain(marked, ...CUSTOM);

    expect(code).toBe(2);
    expect(err).toBe(
      `ObjectFileInvalid: ${marked}: a byte order mark stands before the PEM; save the file without it\n`,
    );
  });
});
