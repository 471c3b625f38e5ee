// The version is written in one place, and what goes into a release can be told from the tree.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const { version } = JSON.parse(read('package.json')) as { readonly version: string };

const folder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-versions-'));
afterAll(() => rmSync(folder, { recursive: true }));
const copy = join(folder, 'tree');

beforeEach(() => {
  const files = ['package.json', 'package-lock.json', 'Dockerfile', 'CHANGELOG.md', 'README.md'];
  const folders = ['.github', 'charts', 'deploy', 'docs', 'scripts'];
  for (const path of [...files, ...folders]) {
    cpSync(join(root, path), join(copy, path), { recursive: true });
  }
  edit('CHANGELOG.md', `## [${version}] - unreleased`, `## [${version}] - 2026-12-01`);
});
afterEach(() => rmSync(copy, { recursive: true }));

/** Replaces a text that has to be there. */
function edit(path: string, from: string | RegExp, to: string): void {
  const text = readFileSync(join(copy, path), 'utf8');
  const edited = text.replace(from, to);
  if (edited === text && text.search(from) < 0) throw new Error(`${path} has no ${from}`);
  writeFileSync(join(copy, path), edited);
}

const run = (script: string, ...flags: readonly string[]) => {
  const args = [join(copy, 'scripts', script), ...flags];
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
};
const check = (...flags: readonly string[]) => {
  const { status, stderr } = run('release-versions.mjs', ...flags);
  return { status, stderr };
};

describe('the version', () => {
  it('is the same wherever this tree writes it', () => {
    expect(spawnSync(process.execPath, [join(root, 'scripts/release-versions.mjs')]).status).toBe(
      0,
    );
  });

  it('may be released by its own tag once the changes have a date', () => {
    expect(check('--tag', `v${version}`)).toEqual({ status: 0, stderr: '' });
  });

  it.each([
    [
      'the chart',
      'charts/kube-csr-approver/Chart.yaml',
      `\nversion: ${version}`,
      '\nversion: 9.9.9',
    ],
    [
      'the version of the program in the chart',
      'charts/kube-csr-approver/Chart.yaml',
      `appVersion: ${version}`,
      'appVersion: 9.9.9',
    ],
    ['the image', 'Dockerfile', `ARG VERSION=${version}`, 'ARG VERSION=9.9.9'],
    [
      'the image in the manifests',
      'deploy/base/kube-csr-approver.yaml',
      `kube-csr-approver:${version}`,
      'kube-csr-approver:9.9.9',
    ],
    [
      'the label of an object',
      'deploy/base/kube-csr-approver.yaml',
      `app.kubernetes.io/version: "${version}"`,
      'app.kubernetes.io/version: "9.9.9"',
    ],
    ['an overlay in the docs', 'docs/install.md', `newTag: ${version}`, 'newTag: 9.9.9'],
    ['the lock file', 'package-lock.json', `"version": "${version}"`, '"version": "9.9.9"'],
  ])('is held equal in %s', (_, path, from, to) => {
    edit(path, from, to);
    const { status, stderr } = check();

    expect(status).toBe(1);
    expect(stderr).toContain(path);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('is missed where it is not written any more', () => {
    edit('Dockerfile', /^ARG VERSION=.*$/m, 'ARG VERSION');

    expect(check().stderr).toMatch(/^✗ Dockerfile: no version after/);
  });

  it.each([
    ['without a word on the version', `## [${version}]`, '## [9.9.9]', /has no "## \[/],
    ['without a date', /- 2026-12-01$/m, '- unreleased', /has no date/],
  ])('is not released %s in the changelog', (_, from, to, says) => {
    edit('CHANGELOG.md', from, to);

    const { status, stderr } = check('--tag', `v${version}`);
    expect(status).toBe(1);
    expect(stderr).toMatch(says);
  });

  it('is not released by the tag of another one', () => {
    expect(check('--tag', 'v9.9.9').stderr).toBe(`✗ the tag is v9.9.9, the version ${version}\n`);
  });

  it('is written everywhere by one command', () => {
    edit('package.json', `"version": "${version}"`, '"version": "9.9.9-rc.1"');
    edit('package-lock.json', new RegExp(`"version": "${version}"`), '"version": "9.9.9-rc.1"');
    edit('package-lock.json', new RegExp(`"version": "${version}"`), '"version": "9.9.9-rc.1"');
    edit('CHANGELOG.md', `## [${version}]`, '## [9.9.9-rc.1]');
    expect(check().status).toBe(1);

    expect(run('release-versions.mjs', '--write').stderr).toBe('');
    expect(check()).toEqual({ status: 0, stderr: '' });
    const chart = readFileSync(join(copy, 'charts/kube-csr-approver/Chart.yaml'), 'utf8');
    expect(chart).toContain('version: 9.9.9-rc.1\nappVersion: 9.9.9-rc.1\n');
  });
});

describe('the address', () => {
  const HOME = 'https://github.com/kube-csr-approver/kube-csr-approver';
  const CHART = 'charts/kube-csr-approver';
  const held = (...flags: readonly string[]) => {
    const { status, stderr } = run('release-address.mjs', ...flags);
    return { status, stderr };
  };

  it('is the same wherever the chart writes it, and may be released from there', () => {
    expect(held('--repository', 'kube-csr-approver/kube-csr-approver')).toEqual({
      status: 0,
      stderr: '',
    });
  });

  it.each([
    ['the registry of the image', `${CHART}/values.yaml`, 'registry: ghcr.io', "registry: ''"],
    ['the name of the image', `${CHART}/values.yaml`, /repository: .*/, 'repository: csr'],
    ['where the workflow pushes to', '.github/workflows/release.yml', 'name="ghcr', 'name="other'],
    ['a link of an alert', `${CHART}/files/alerts.yaml`, HOME, 'https://github.com/a/b'],
    ['a link of the README', `${CHART}/README.md`, HOME, 'https://github.com/a/b'],
    ['the links of the alerts', `${CHART}/files/alerts.yaml`, /https:.*/g, '../../docs'],
    ['where the sources are', `${CHART}/Chart.yaml`, `sources: [${HOME}]`, `sources: [${HOME}s]`],
  ])('is held equal in %s', (_, path, from, to) => {
    edit(path, from, to);

    const { status, stderr } = held();

    expect(status).toBe(1);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('is not that of another repository', () => {
    expect(held('--repository', 'a/fork')).toEqual({
      status: 1,
      stderr: `✗ ${CHART}/Chart.yaml has home ${HOME}, and this is https://github.com/a/fork\n`,
    });
  });

  it('keeps a release from being made', () => {
    edit('charts/kube-csr-approver/values.yaml', 'registry: ghcr.io', "registry: ''");
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    mkdirSync(join(copy, 'test'), { recursive: true });
    symlinkSync(join(root, 'test/helm'), join(copy, 'test/helm'));

    expect(run('release.mjs', '--outdir', join(folder, 'none')).stderr).toContain(
      'and a release pushes ghcr.io/kube-csr-approver/kube-csr-approver',
    );
  });
});

describe('the changelog', () => {
  it('begins with the version of this tree, and its headings are of one form', () => {
    const headings = read('CHANGELOG.md').match(/^## .*$/gm) ?? [];

    expect(headings[0]).toMatch(new RegExp(`^## \\[${version}\\] - `));
    const form = /^## \[\d+\.\d+\.\d+[^\]]*\] - (\d{4}-\d\d-\d\d|unreleased)$/;
    expect(headings.filter((heading) => !form.test(heading))).toEqual([]);
  });
});

describe('the bill of materials', () => {
  const metafile = join(folder, 'metafile.json');
  const bill = (inputs: readonly string[]) => {
    const entries = inputs.map((path) => [path, { imports: [] }]);
    mkdirSync(dirname(metafile), { recursive: true });
    writeFileSync(metafile, JSON.stringify({ inputs: Object.fromEntries(entries), outputs: {} }));
    return run('sbom.mjs', '--metafile', metafile);
  };

  it('is made of what is bundled, not of what is installed', () => {
    const { status, stdout } = bill(['src/cli/main.ts', 'node_modules/pino/pino.js']);

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ components: [{ name: 'pino' }] });
  });

  it('is not made without a package that the lock file does not know', () => {
    const { status, stderr } = bill(['node_modules/not-locked/index.js']);

    expect(status).toBe(1);
    expect(stderr).toContain('node_modules/not-locked is not in package-lock.json');
  });

  it('is not made without the licence of a package', () => {
    const path = join(copy, 'package-lock.json');
    const lock = JSON.parse(readFileSync(path, 'utf8')) as {
      readonly packages: Record<string, { license?: string }>;
    };
    delete lock.packages['node_modules/pino']?.license;
    writeFileSync(path, JSON.stringify(lock));
    const { status, stderr } = bill(['node_modules/pino/pino.js']);

    expect(status).toBe(1);
    expect(stderr).toContain('node_modules/pino has no licence');
  });
});
