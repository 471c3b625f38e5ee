// What `npm run release:check` makes, with the real helm, tar and sha256sum.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CHART, NAMESPACE, RELEASE, ROOT, startHelm } from '../support/helm.js';

const RELEASE_TIMEOUT_MS = 120_000;

const { version, dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
};

const folder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-releases-'));
afterAll(() => rmSync(folder, { recursive: true }));
const first = join(folder, 'first');
const again = join(folder, 'a/deeper/second');
const at = (name: string): string => join(first, name);
const sums = (outdir: string): string => readFileSync(join(outdir, 'SHA256SUMS'), 'utf8');

const helm = await startHelm();

/** Runs a program in a folder and returns what it printed. */
const run = (cwd: string, program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Unpacks an archive into a folder of its own and returns that. */
function unpacked(name: string): string {
  const to = join(folder, 'unpacked', name);
  mkdirSync(to, { recursive: true });
  run(to, 'tar', '-xzf', at(name));
  return to;
}

beforeAll(() => {
  const script = join(ROOT, 'scripts/release.mjs');
  run(ROOT, process.execPath, script, '--outdir', first);
  // Another folder, umask and time zone: nothing of the machine may be in what is released.
  const other = `umask 077 && TZ=Asia/Kolkata exec "$0" "$@"`;
  run(folder, 'sh', '-c', other, process.execPath, script, '--outdir', again);
}, RELEASE_TIMEOUT_MS);

describe('a release', () => {
  it('is bundle, bill of materials, chart and manifests, with their checksums', () => {
    const checked = [
      `csr-approver-${version}.tar.gz`,
      'csr-approver.cdx.json',
      `kube-csr-approver-${version}.tgz`,
      `kube-csr-approver-manifests-${version}.tar.gz`,
    ];

    expect(readdirSync(first)).toEqual(['SHA256SUMS', ...checked, 'release-notes.md']);
    expect(run(first, 'sha256sum', '--check', '--strict', 'SHA256SUMS')).toBe(
      checked.map((name) => `${name}: OK\n`).join(''),
    );
  });

  it('is the same, byte for byte, when it is made again somewhere else', () => {
    expect(sums(again)).toBe(sums(first));
  });

  it('tells what has changed, and nothing of other versions', () => {
    const notes = readFileSync(at('release-notes.md'), 'utf8');

    expect(notes).toContain('### ');
    expect(notes).not.toMatch(/^## /m);
  });

  it('has a bundle that runs where it is unpacked, with its licences beside it', () => {
    const name = `csr-approver-${version}`;
    const bundle = join(unpacked(`${name}.tar.gz`), name);

    expect(run('/', join(bundle, 'csr-approver.mjs'), 'version')).toBe(`${version}\n`);
    expect(readdirSync(bundle)).toEqual(
      expect.arrayContaining(['LICENSE', 'third-party-licences.txt']),
    );
  });

  it('has a chart that renders as the chart of the tree does', async () => {
    const render = (chart: string) => helm.run(['template', RELEASE, chart, '-n', NAMESPACE]);
    const [packed, own] = [
      await render(at(`kube-csr-approver-${version}.tgz`)),
      await render(CHART),
    ];

    expect(packed).toEqual(own);
    expect(own.code).toBe(0);
    expect(own.stdout).toContain('kind: Deployment');
  });

  it('has the manifests of the tree', () => {
    const name = `kube-csr-approver-manifests-${version}`;
    const inside = join(unpacked(`${name}.tar.gz`), name);

    expect(run(ROOT, 'diff', '--recursive', join(ROOT, 'deploy'), inside)).toBe('');
  });
});

interface Bill {
  readonly serialNumber: string;
  readonly metadata: { readonly component: { readonly 'bom-ref': string } };
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly group?: string;
    readonly name: string;
    readonly version: string;
    readonly licenses: readonly object[];
    readonly hashes: readonly { readonly alg: string; readonly content: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

describe('the bill of materials', () => {
  let bill: Bill;
  let bundled: ReadonlySet<string>;

  beforeAll(() => {
    bill = JSON.parse(readFileSync(at('csr-approver.cdx.json'), 'utf8')) as Bill;
    const metafile = join(folder, 'metafile.json');
    const build = join(ROOT, 'scripts/build.mjs');
    run(ROOT, process.execPath, build, '--outdir', join(folder, 'b'), '--metafile', metafile);
    const { inputs } = JSON.parse(readFileSync(metafile, 'utf8')) as { readonly inputs: object };
    const folders = Object.keys(inputs)
      .map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
      .filter((path) => path !== undefined);
    // What is installed says name and version; the bill has them from the lock file.
    const installed = [...new Set(folders)].map(
      (path) =>
        JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8')) as {
          readonly name: string;
          readonly version: string;
        },
    );
    bundled = new Set(installed.map((each) => `${each.name}@${each.version}`));
  });

  const nameOf = ({ group, name }: Bill['components'][number]): string =>
    group === undefined ? name : `${group}/${name}`;

  it('names every package of the bundle, and no other', () => {
    const named = bill.components.map((each) => `${nameOf(each)}@${each.version}`);

    expect(named.length).toBeGreaterThan(20);
    expect(new Set(named)).toEqual(bundled);
    expect(named).toHaveLength(bundled.size);
  });

  it('says licence and hash of each', () => {
    const without = bill.components.filter(({ licenses, hashes }) => {
      const [hash] = hashes;
      return licenses.length !== 1 || !/^[0-9a-f]{128}$/.test(hash?.content ?? '');
    });

    expect(without).toEqual([]);
  });

  it('says who needs whom, from the program down to every package', () => {
    const edges = new Map(bill.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
    const start = bill.metadata.component['bom-ref'];
    const reached = new Set([start]);
    for (const ref of reached) for (const next of edges.get(ref) ?? []) reached.add(next);

    expect(reached).toEqual(new Set([start, ...bill.components.map((each) => each['bom-ref'])]));
  });

  it('has the dependencies of package.json right below the program', () => {
    const start = bill.metadata.component['bom-ref'];
    const direct = bill.dependencies.find(({ ref }) => ref === start)?.dependsOn ?? [];
    const names = bill.components
      .filter((each) => direct.includes(each['bom-ref']))
      .map((each) => nameOf(each));

    expect(new Set(names)).toEqual(new Set(Object.keys(dependencies)));
  });
});
