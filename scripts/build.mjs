// Makes the bundle: dist/csr-approver.mjs and its chunks (client-node is one of its own).
import { build } from 'esbuild';
import { chmod, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));

// CommonJS packages inside an ES module bundle call require for Node's own modules.
const banner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

await rm(join(root, 'dist'), { recursive: true, force: true });
await build({
  entryPoints: { 'csr-approver': join(root, 'src/cli/main.ts') },
  outdir: join(root, 'dist'),
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
  define: { 'process.env.CSR_APPROVER_VERSION': JSON.stringify(version) },
  banner: { js: banner },
});
await chmod(join(root, 'dist/csr-approver.mjs'), 0o755);
