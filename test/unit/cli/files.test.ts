// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readBytes, readPolicyPart, readText } from '../../../src/cli/files.js';
import { lintCommand } from '../../../src/cli/lint.js';
import { rbacCommand } from '../../../src/cli/rbac.js';
import { testCommand } from '../../../src/cli/test.js';
import { MAX_POLICY_BYTES } from '../../../src/vocabulary/limits.js';
import { loadTestEngine, runHere } from './run-here.js';

const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-files-'));
const huge = join(folder, 'huge.yaml');
const file = join(folder, 'file');

beforeAll(async () => {
  await loadTestEngine();
  await writeFile(file, 'twelve bytes');
  await writeFile(huge, '');
  // More than a string can hold; it takes no space on the disk.
  await truncate(huge, 600 * 1024 * 1024);
});

afterAll(() => rm(folder, { recursive: true }));

describe('a file that is read', () => {
  it('may have as many bytes as the bound says', async () => {
    expect(await readText(file, 12)).toEqual({ ok: true, value: 'twelve bytes' });
  });

  it.each([
    ['with one byte more', file, 11],
    ['that a string cannot hold', huge, 1000],
    ['without an end', '/dev/zero', 1000],
  ])('%s is refused, naming file and bound', async (_, path, mostBytes) => {
    expect(await readBytes(path, mostBytes)).toEqual({
      ok: false,
      error: `FileTooLarge: ${path}: larger than ${mostBytes} bytes; split it, or name another file`,
    });
  });

  it.each([
    ['that is not there', join(folder, 'nowhere'), 'ENOENT'],
    ['that is a folder', folder, 'EISDIR'],
  ])('%s is told by the code of the system', async (_, path, code) => {
    const error = `FileUnreadable: ${path}: ${code}`;

    expect(await readBytes(path, 1000)).toEqual({ ok: false, error });
    expect(await readPolicyPart(path)).toEqual({ ok: false, error });
  });
});

describe('a file that is far too large', () => {
  const TOO_LONG = `:1:1: error PolicyTooLarge: the text is longer than ${MAX_POLICY_BYTES} bytes\n`;

  it.each(['/dev/zero', huge])('is an error for lint (%s)', async (path) => {
    const { code, out } = await runHere(lintCommand, [path]);

    expect(code).toBe(1);
    expect(out).toContain(path + TOO_LONG);
  });

  it('ends rbac with one line', async () => {
    const { code, out, err } = await runHere(rbacCommand, ['--policy', huge]);

    expect([code, out]).toEqual([2, '']);
    expect(err).toBe(`${huge}:1:1: the text is longer than ${MAX_POLICY_BYTES} bytes\n`);
  });

  it('ends test with one line', async () => {
    const { code, err } = await runHere(testCommand, [huge]);

    expect(code).toBe(2);
    expect(err).toMatch(/^FileTooLarge: \S+huge\.yaml: larger than 1048576 bytes; [^\n]+\n$/);
  });
});
