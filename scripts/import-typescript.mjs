// Lets plain Node programs use a module of TypeScript on every supported Node version.
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** Resolves to the module at `path`, compiled with everything that it imports from the tree. */
export async function importTypeScript(path) {
  // Inside node_modules, so that the bare imports in it are found and nothing is added to the tree.
  const folder = join(import.meta.dirname, '../node_modules/.cache/kube-csr-approver');
  const outfile = join(folder, `${basename(path, '.ts')}-${process.pid}.mjs`);
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [path],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(outfile, { force: true });
  }
}
