// SPDX-License-Identifier: Apache-2.0
// Each command of the README is run, and prints what the README shows.

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { examplesOf, firstMissing, projectRoot } from '../support/readme-examples.js';

/** Run elsewhere: CI runs the test command itself, and a controller needs a cluster (see the other e2e tests). */
const ELSEWHERE = ['npm ci && npm test', 'node dist/csr-approver.mjs run'];

const examples = examplesOf('README.md').filter(
  ({ command }) => !ELSEWHERE.some((start) => command.startsWith(start)),
);

describe('the README', () => {
  it('shows the two commands of a newcomer', () => {
    const commands = examplesOf('README.md').map(({ command }) => command);

    expect(commands).toContain('npm ci && npm run demo');
    expect(commands).toContain('npm ci && npm test');
  });

  it.each(examples)(
    'tells the truth about: $command',
    ({ command, shown }) => {
      // What npm ci would install is there, and the bundle was built by the test command.
      const line = command.replace('npm ci && ', '').replace('npm run build && ', '');
      const { status, stdout, stderr } = spawnSync(
        'bash',
        ['-c', line.replace('npm run', 'npm run -s')],
        {
          cwd: projectRoot,
          encoding: 'utf8',
          env: { ...process.env, NODE_OPTIONS: '' },
        },
      );

      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
      expect(shown.length).toBeGreaterThan(0);
      expect(firstMissing(shown, stdout)).toBeUndefined();
    },
    120_000,
  );
});
