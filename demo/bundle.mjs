// SPDX-License-Identifier: Apache-2.0
// The program that is shown: built when it is missing or older than its source, started, and asked.

import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
export const BUNDLE = join(ROOT, 'dist/csr-approver.mjs');

/** True after it was built, false if that was not needed. */
export function buildIfStale() {
  const builtAtMs = statSync(BUNDLE, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (builtAtMs > newestSourceMs()) return false;
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error('the bundle could not be built (npm run build)');
  return true;
}

function newestSourceMs() {
  const source = join(ROOT, 'src');
  const files = readdirSync(source, { recursive: true }).map((name) => join(source, String(name)));
  const others = ['package-lock.json', 'scripts/build.mjs'].map((name) => join(ROOT, name));
  return Math.max(...[...files, ...others].map((path) => statSync(path).mtimeMs));
}

/**
 * Runs a command of the program in the root of the project; what it prints.
 * @param {string[]} args
 */
export function askProgram(args) {
  const { stdout, stderr } = spawnSync(process.execPath, [BUNDLE, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: 10_000,
  });
  return stdout + stderr;
}
