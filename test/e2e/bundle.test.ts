// What `npm run build` makes: the same bytes wherever it is made, and client-node apart from what runs in a cluster.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '../..');
const CLIENT_NODE = 'node_modules/@kubernetes/client-node/';

interface Output {
  readonly entryPoint?: string;
  readonly imports: readonly { readonly path: string; readonly kind: string }[];
  readonly inputs: Readonly<Record<string, object>>;
}

const folder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));

let outputs: Readonly<Record<string, Output>>;
let inputs: readonly string[];
const first = join(folder, 'first');
const second = join(folder, 'a/deeper/second');

beforeAll(() => {
  const build = (outdir: string, cwd: string, ...flags: readonly string[]): void => {
    const script = join(root, 'scripts/build.mjs');
    const env = { ...process.env, NODE_OPTIONS: '' };
    execFileSync(process.execPath, [script, '--outdir', outdir, ...flags], { cwd, env });
  };
  const metafile = join(folder, 'meta.json');
  build(first, root, '--metafile', metafile);
  build(second, folder);
  const meta = JSON.parse(readFileSync(metafile, 'utf8')) as {
    readonly inputs: object;
    readonly outputs: Readonly<Record<string, Output>>;
  };
  outputs = meta.outputs;
  inputs = Object.keys(meta.inputs);
}, 30_000);

/** SHA-256 by file name. */
const hashesOf = (outdir: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(outdir).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(outdir, name)))
        .digest('hex'),
    ]),
  );

/** The chunks that are loaded when `entry` is, without anything that is imported later. */
function loadedWith(entry: string, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(entry)) return loaded;
  loaded.add(entry);
  for (const { path, kind } of outputs[entry]?.imports ?? []) {
    if (kind === 'import-statement' && path in outputs) loadedWith(path, loaded);
  }
  return loaded;
}

const holdsClientNode = (chunk: string): boolean =>
  Object.keys(outputs[chunk]?.inputs ?? {}).some((input) => input.startsWith(CLIENT_NODE));

describe('the bundle', () => {
  it('is the same, byte for byte, when it is built again somewhere else', () => {
    expect(hashesOf(second)).toEqual(hashesOf(first));
  });

  it('holds client-node in a chunk that is not loaded at the start', () => {
    const chunks = Object.keys(outputs).filter((path) => path.endsWith('.mjs'));

    expect(chunks.filter(holdsClientNode)).toHaveLength(1);
    expect([...loadedWith('dist/csr-approver.mjs')].filter(holdsClientNode)).toEqual([]);
  });

  it('has a source map for every chunk, whose sources are files of this tree', () => {
    const chunks = readdirSync(first).filter((name) => name.endsWith('.mjs'));
    expect(chunks.length).toBeGreaterThan(1);

    for (const chunk of chunks) {
      const text = readFileSync(join(first, chunk), 'utf8');
      expect(text).toContain(`//# sourceMappingURL=${chunk}.map`);
      const map = JSON.parse(readFileSync(join(first, `${chunk}.map`), 'utf8')) as {
        readonly sources: readonly string[];
      };
      const own = map.sources.filter((source) => !source.includes('node_modules'));
      const folders = own.map((source) => dirname(resolve(root, 'dist', source)));
      expect(folders.filter((each) => !each.startsWith(join(root, 'src')))).toEqual([]);
    }
  });

  it('names the licence of every package that it holds', () => {
    const licences = readFileSync(join(first, 'third-party-licences.txt'), 'utf8');
    const packages = inputs
      .map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1])
      .filter((name) => name !== undefined);
    expect(new Set(packages).size).toBeGreaterThan(20);

    const titles = new Set(licences.match(/^\S+(?= \S+ \([^)]+\)\n=+$)/gm));
    expect(new Set(packages)).toEqual(titles);
  });
});
