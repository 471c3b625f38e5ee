// Makes the bundle: csr-approver.mjs and its chunks (client-node is one of its own), source maps, and the licences of
// what it holds. The same sources give the same bytes.
// Flags: --outdir FOLDER (default: dist), --metafile FILE (what esbuild says of inputs and outputs; default: none).
import { build } from 'esbuild';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { licencesOf } from './licences.mjs';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const { values } = parseArgs({
  options: { outdir: { type: 'string' }, metafile: { type: 'string' } },
});
const outdir = resolve(values.outdir ?? join(root, 'dist'));

// CommonJS packages inside an ES module bundle call require for Node's own modules.
const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

const { metafile, outputFiles } = await build({
  // Names of chunks and paths in source maps depend on these two, so they are the same wherever the bundle goes.
  absWorkingDir: root,
  outdir: 'dist',
  write: false,
  entryPoints: { 'csr-approver': 'src/cli/main.ts' },
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  keepNames: true,
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  define: { 'process.env.CSR_APPROVER_VERSION': JSON.stringify(version) },
  banner: { js: banner },
});
const licences = await licencesOf(Object.keys(metafile.inputs), root);

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
for (const { path, contents } of outputFiles) {
  await writeFile(join(outdir, basename(path)), contents);
}
await writeFile(join(outdir, 'third-party-licences.txt'), licences);
await chmod(join(outdir, 'csr-approver.mjs'), 0o755);
if (values.metafile !== undefined) await writeFile(values.metafile, JSON.stringify(metafile));
