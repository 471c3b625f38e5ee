// Every dependency has a reason written down, and an exact version.
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const { dependencies, devDependencies } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
const all = { ...dependencies, ...devDependencies };

describe('dependencies', () => {
  it('are named with their reason in docs/dependencies.md, and no others are', () => {
    const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8');
    const named = [...page.matchAll(/^\| ([^|]+) \|/gm)]
      .flatMap(([, cell = '']) => cell.trim().split(', '))
      .filter((name) => name !== 'package' && !/^-+$/.test(name));

    expect(named.toSorted()).toEqual(Object.keys(all).toSorted());
  });

  it('have exact versions', () => {
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual(
      [],
    );
  });

  it('leave no address of a registry in the lock file', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved"/);
  });
});
