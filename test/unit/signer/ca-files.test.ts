// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CaFiles, readCaFiles, versionOfCaFiles } from '../../../src/signer/ca-files.js';
import type { ReadCa } from '../../../src/signer/ca-access.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ca-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const filesWith = (certificates: string): CaFiles => {
  const files = { certFile: join(folder, 'ca.crt'), keyFile: join(folder, 'ca.key') };
  writeFileSync(files.certFile, certificates);
  writeFileSync(files.keyFile, 'key');
  return files;
};

const versionOf = async (files: CaFiles): Promise<string> => {
  const version = await versionOfCaFiles(files);
  if (!version.ok) throw new Error(version.error);
  return version.value;
};

const read = async (files: CaFiles): Promise<ReadCa> => {
  const texts = await readCaFiles(files);
  if (!texts.ok) throw new Error(texts.error);
  return texts.value;
};

describe('the files of a CA', () => {
  it.each(['certFile', 'keyFile'] as const)(
    'are read whole and have another version when they were written again: %s',
    async (which) => {
      const files = filesWith('one');
      const before = await versionOf(files);
      writeFileSync(files[which], 'other');

      const { certificates, key, version } = await read(files);

      expect([certificates, key]).toContain('other');
      expect(version).toBe(await versionOf(files));
      expect(version).not.toBe(before);
    },
  );

  it.each<readonly [string, (files: CaFiles) => void, string]>([
    ['is not there', ({ certFile }) => rmSync(certFile), 'the file CERT is not there'],
    ['is not there, the key', ({ keyFile }) => rmSync(keyFile), 'the file KEY is not there'],
    [
      'is a folder',
      ({ keyFile }) => {
        rmSync(keyFile);
        mkdirSync(keyFile);
      },
      'the file KEY is a folder',
    ],
    [
      'is larger than any key',
      ({ keyFile }) => writeFileSync(keyFile, 'x'.repeat(64 * 1024 + 1)),
      'the file KEY has more than 65536 bytes',
    ],
  ])('say why they are not read when one %s', async (_name, change, why) => {
    const files = filesWith('one');
    change(files);

    const text = why.replace('CERT', files.certFile).replace('KEY', files.keyFile);
    expect(await readCaFiles(files)).toEqual({ ok: false, error: text });
  });
});

describe('a mounted Secret', () => {
  /** As kubelets lay it out: names that point into ..data, which points to a folder of one version. */
  function mount(): { readonly files: CaFiles; readonly swap: (version: string) => void } {
    const swap = (version: string): void => {
      const data = join(folder, `..${version}`);
      mkdirSync(data);
      writeFileSync(join(data, 'tls.crt'), `certificate ${version}`);
      writeFileSync(join(data, 'tls.key'), `key ${version}`);
      symlinkSync(`..${version}`, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    swap('0');
    for (const name of ['tls.crt', 'tls.key']) {
      symlinkSync(join('..data', name), join(folder, name));
    }
    return {
      files: { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') },
      swap,
    };
  }

  it('has another version when ..data points elsewhere', async () => {
    const { files, swap } = mount();
    const before = await versionOf(files);

    swap('1');

    expect(await versionOf(files)).not.toBe(before);
    expect(await read(files)).toMatchObject({ certificates: 'certificate 1', key: 'key 1' });
  });

  it('that is swapped again and again is never read half from one version and half from another', async () => {
    const { files, swap } = mount();

    const readings: ReadCa[] = [];
    for (let version = 1; version <= 50; version += 1) {
      const reading = read(files);
      // At another point of the reading each time.
      for (let turn = 0; turn < version % 10; turn += 1) await new Promise(setImmediate);
      swap(String(version));
      readings.push(await reading);
    }

    for (const { certificates, key } of readings) {
      expect(key.replace('key ', '')).toBe(certificates.replace('certificate ', ''));
    }
  });
});
