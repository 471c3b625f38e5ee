// SPDX-License-Identifier: Apache-2.0
// npm run bench: builds the bundle that is measured and the bench itself, then runs the bench.
// Flags: --only micro|api, --count N, --rounds N, --write (rewrites docs/benchmarks.md).

import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ensureControlPlane } from '../control-plane/build.mjs';
import { findNodes } from '../support/node-versions.mjs';
import { readOptions } from './options.mjs';

const root = join(import.meta.dirname, '../..');

const options = readOptions(process.argv.slice(2));
if (!options.ok) {
  process.stderr.write(`${options.why}\n`);
  process.exit(2);
}

// Inside node_modules, so that the bare imports in it are found and nothing is added to the tree.
const cache = join(root, 'node_modules/.cache/kube-csr-approver');
await mkdir(cache, { recursive: true });
const folder = await mkdtemp(join(cache, 'bench-'));
const outfile = join(folder, 'bench.mjs');
// One of its own: a bundle that is built anew meanwhile must not be what the next round measures.
const dist = join(folder, 'dist');
const script = join(root, 'scripts/build.mjs');
const built = spawnSync(process.execPath, [script, '--outdir', dist], { stdio: 'inherit' });
if (built.status !== 0) {
  await rm(folder, { recursive: true, force: true });
  process.exit(1);
}
await build({
  entryPoints: [join(import.meta.dirname, 'bench.ts')],
  outfile,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'error',
});

const plane = await controlPlane(options.value.only);
const given = {
  ...options.value,
  root,
  bundle: join(dist, 'csr-approver.mjs'),
  plane,
  nodes: plane.binDir === undefined ? [] : findNodes(),
};
const bench = spawnSync(process.execPath, [outfile, JSON.stringify(given)], { stdio: 'inherit' });
await rm(folder, { recursive: true, force: true });
process.exitCode = bench.status ?? 1;

/** The folder of the control plane's programs; without one the rows that need it are left out and that is said. */
async function controlPlane(only) {
  if (only === 'micro') return {};
  const found = await ensureControlPlane();
  return found.ok ? { binDir: found.binDir } : { missing: found.why };
}
