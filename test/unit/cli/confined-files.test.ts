// SPDX-License-Identifier: Apache-2.0
// What a policy test file may read: its own folder and below, and nothing that only looks as if it were there.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { confinedReader } from '../../../src/cli/confined-files.js';
import { MAX_OBJECT_FILE_BYTES } from '../../../src/vocabulary/limits.js';

const outer = mkdtempSync(join(tmpdir(), 'kube-csr-approver-confined-'));
const folder = join(outer, 'team');
const read = confinedReader(folder);

beforeAll(() => {
  mkdirSync(join(folder, 'sub'), { recursive: true });
  mkdirSync(join(outer, 'team-of-others'));
  for (const file of ['team/a.yaml', 'team/sub/b.yaml', 'team/..c.yaml', 'secret.yaml']) {
    writeFileSync(join(outer, file), file);
  }
  writeFileSync(join(outer, 'team-of-others/a.yaml'), 'of others');
  symlinkSync('a.yaml', join(folder, 'link-inside.yaml'));
  symlinkSync('../secret.yaml', join(folder, 'link-outside.yaml'));
  symlinkSync('../team-of-others', join(folder, 'link-to-folder'));
  symlinkSync('/dev/zero', join(folder, 'link-to-zero'));
  symlinkSync('loop', join(folder, 'loop'));
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  writeFileSync(join(folder, 'huge.yaml'), '');
  truncateSync(join(folder, 'huge.yaml'), MAX_OBJECT_FILE_BYTES + 1);
});

afterAll(() => rmSync(outer, { recursive: true }));

describe('a file beside a test file', () => {
  it.each([
    ['by its name', 'a.yaml', 'team/a.yaml'],
    ['by its name and a dot', './a.yaml', 'team/a.yaml'],
    ['in a folder below', 'sub/b.yaml', 'team/sub/b.yaml'],
    ['whose name only begins with two dots', '..c.yaml', 'team/..c.yaml'],
    ['through a link that stays inside', 'link-inside.yaml', 'team/a.yaml'],
  ])('is read %s', async (_, name, text) => {
    expect(await read(name)).toEqual({ ok: true, value: Buffer.from(text) });
  });

  it.each([
    ['above', '../secret.yaml', 'FileOutside'],
    ['above, by a detour', 'sub/../../secret.yaml', 'FileOutside'],
    ['in its own folder, by a detour', 'sub/../a.yaml', 'FileOutside'],
    ['by an absolute path', join(folder, 'a.yaml'), 'FileOutside'],
    ['by an empty name', '', 'FileOutside'],
    ['by a path as Windows writes it', 'sub\\b.yaml', 'FileOutside'],
    ['by a name with NUL', 'a.yaml\0', 'FileOutside'],
    ['through a link that leads out', 'link-outside.yaml', 'FileOutside'],
    ['through a folder that leads out', 'link-to-folder/a.yaml', 'FileOutside'],
    ['without end, through a link', 'link-to-zero', 'FileOutside'],
    ['that is the folder itself', '.', 'FileOutside'],
    ['that is a folder', 'sub', 'FileUnreadable'],
    ['that is a pipe, which nobody would fill', 'pipe', 'FileUnreadable'],
    ['that is a link to itself', 'loop', 'FileUnreadable'],
    ['that is not there', 'b.yaml', 'FileUnreadable'],
    ['that is too large', 'huge.yaml', 'FileUnreadable'],
  ])('is not read %s', async (_, name, code) => {
    expect(await read(name)).toMatchObject({ ok: false, error: { code } });
  });

  it('is not read where the folder is not there', async () => {
    const result = await confinedReader(join(outer, 'nowhere'))('a.yaml');

    expect(result).toMatchObject({ ok: false, error: { code: 'FileUnreadable' } });
  });
});
