// SPDX-License-Identifier: Apache-2.0
// Lets plain Node programs (the demo, a Jest set-up) use small-api-server.ts on every supported Node version.

import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Resolves to the module `small-api-server.ts`.
 * @returns {Promise<typeof import('./small-api-server.js')>}
 */
export async function loadSmallApiServer() {
  // Inside node_modules, so that the bare imports in it are found and nothing is added to the tree.
  const folder = join(here, '../../node_modules/.cache/kube-csr-approver');
  const outfile = join(folder, `small-api-server-${process.pid}.mjs`);
  await mkdir(folder, { recursive: true });
  await build({
    entryPoints: [join(here, 'small-api-server.ts')],
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
