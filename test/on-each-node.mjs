// SPDX-License-Identifier: Apache-2.0
// Runs the test command on every version of Node that is supported. Flags go to the test command: --fast.

import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { findNodes } from './support/node-versions.mjs';

const failed = [];
for (const { version, execPath, missing } of findNodes()) {
  process.stderr.write(`\n■ Node ${version}\n`);
  if (missing !== undefined) {
    process.stderr.write(`✗ ${missing}\n`);
    failed.push(version);
    continue;
  }
  // Everything that is started by name, npm's programs among them, is to run on this Node, too.
  const PATH = [dirname(execPath), process.env.PATH].join(delimiter);
  const run = join(import.meta.dirname, 'run.mjs');
  const { status } = spawnSync(execPath, [run, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PATH },
  });
  if (status !== 0) failed.push(version);
}
process.stderr.write(failed.length === 0 ? '\n✓ on every Node\n' : `\n✗ on ${failed.join(', ')}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
