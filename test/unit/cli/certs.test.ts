// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { certsCommand } from '../../../src/cli/certs.js';
import { readFlags } from '../../../src/cli/command.js';
import { field, listAt, stringAt } from '../../../src/vocabulary/json.js';
import { makeCa } from '../../support/signing.js';

const DAY_MS = 86_400_000;
const SERVING = 'kubernetes.io/kubelet-serving';

const csr = (name: string, signerName: string, certificate: string): object => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: { request: 'LS0t', signerName, usages: ['client auth'], username: 'jane' },
  status: { certificate: Buffer.from(certificate).toString('base64') },
});

const endingIn = async (days: number): Promise<string> =>
  (await makeCa({ isCa: false, notAfterMs: Date.now() + days * DAY_MS })).certificate;

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certs-'));
  const items = [
    csr('late', 'example.org/a', await endingIn(30)),
    csr('soon', SERVING, await endingIn(2)),
    csr('garbage', 'example.org/a', 'nothing'),
  ];
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } };
  const files = { 'requests.json': items, 'empty.json': [], 'pods.json': [pod] };
  for (const [name, list] of Object.entries(files)) {
    await writeFile(
      join(folder, name),
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: list }),
    );
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function certs(...args: readonly string[]) {
  const given = readFlags(
    certsCommand,
    args.map((arg) => (arg.endsWith('.json') ? join(folder, arg) : arg)),
    {},
  );
  if (!given.ok) throw new RangeError(given.error);
  const printed = { out: '', err: '' };
  const code = await certsCommand.run(given.value, {
    env: {},
    out: (text) => void (printed.out += text),
    err: (text) => void (printed.err += text.replaceAll(`${folder}/`, '')),
    signal: new AbortController().signal,
  });
  return { code, ...printed };
}

const listed = async (...args: readonly string[]): Promise<readonly (string | undefined)[]> => {
  const { out } = await certs('-f', 'requests.json', '-o', 'json', ...args);
  return listAt(JSON.parse(out), 'items').map((item) => stringAt(item, 'csr'));
};

describe('csr-approver certs -f', () => {
  it('lists what is in the file, and says that older ones are elsewhere', async () => {
    const { code, out, err } = await certs('-f', 'requests.json');

    expect(code).toBe(0);
    expect(out).toMatch(/^2 certificates, the soonest to end first\n\nENDS [^]+ soon\n[^]+ late\n/);
    expect(out).toContain('\ncertificates that cannot be read, in:\n  garbage: jane asked');
    expect(err).toMatch(/^Kubernetes deletes a request.*\n.*"certificate issued".*audit-log\.md/);
  });

  it('prints the same as JSON and YAML', async () => {
    const json: unknown = JSON.parse((await certs('-f', 'requests.json', '-o', 'json')).out);
    const yaml: unknown = parse((await certs('-f', 'requests.json', '-o', 'yaml')).out);

    expect(json).toMatchObject({ kind: 'IssuedList', endsBy: null, total: 2 });
    expect(field(yaml, 'items')).toEqual(field(json, 'items'));
  });

  it.each([
    ['everything', [], ['soon', 'late']],
    ['what ends soon', ['--expires-within', '7d'], ['soon']],
    ['what ends within hours and minutes', ['--expires-within', '1h30m'], []],
    ['one signer', ['--signer', 'example.org/a'], ['late']],
    ['two signers', ['--signer', 'example.org/a', '--signer', SERVING], ['soon', 'late']],
  ])('lists %s', async (_, args, names) => {
    expect(await listed(...args)).toEqual(names);
  });

  it('is content with nothing', async () => {
    expect(await certs('-f', 'empty.json')).toMatchObject({ code: 0, out: '0 certificates\n' });
  });

  it.each([
    ['a duration that is none', ['-f', 'requests.json', '--expires-within', 'soon'], 'UsageError'],
    ['a number without unit', ['-f', 'requests.json', '--expires-within', '7'], 'UsageError'],
    ['an empty duration', ['-f', 'requests.json', '--expires-within='], 'UsageError'],
    ['an unknown form', ['-f', 'requests.json', '-o', 'wide'], 'UsageError'],
    ['a file that is not there', ['-f', 'nowhere.json'], 'FileUnreadable: nowhere.json: '],
    ['other objects', ['-f', 'pods.json'], 'ObjectUnreadable: pods.json: item 1'],
    ['a kubeconfig that is not there', ['--kubeconfig', 'nowhere'], 'KubeconfigUnreadable'],
  ])('ends with 2 for %s', async (_, args, says) => {
    const { code, out, err } = await certs(...args);

    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(says);
    expect(err).not.toContain('Kubernetes deletes');
  });
});
