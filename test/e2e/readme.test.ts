// SPDX-License-Identifier: Apache-2.0
// Each command of the README is run, and prints what the README shows.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startHelm } from '../support/helm.js';
import { examplesOf, firstMissing, projectRoot } from '../support/readme-examples.js';

/** Run elsewhere: CI runs the test command itself, and a controller needs a cluster (see the other e2e tests). */
const ELSEWHERE = ['npm ci && npm test', 'node dist/csr-approver.mjs run', 'helm install'];

const examples = examplesOf('README.md').filter(
  ({ command }) => !ELSEWHERE.some((start) => command.startsWith(start)),
);

const helm = await startHelm();

describe('the README', () => {
  it('shows the two commands of a newcomer', () => {
    const commands = examplesOf('README.md').map(({ command }) => command);

    expect(commands).toContain('npm ci && npm run demo');
    expect(commands).toContain('npm ci && npm test');
  });

  it('has a picture of what the demo really prints', () => {
    const picture = readFileSync(join(projectRoot, 'docs/demo.svg'), 'utf8');
    const drawn = [...picture.matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, line = '']) =>
      line
        .replaceAll(/<[^>]+>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&amp;', '&'),
    );
    const { stdout } = spawnSync(process.execPath, ['demo/main.mjs'], {
      cwd: projectRoot,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '' },
    });

    expect(drawn.length).toBeGreaterThan(40);
    expect(firstMissing(drawn, stdout)).toBeUndefined();
  });

  it('installs the chart with a command that the real helm takes', async () => {
    const install = examplesOf('README.md').find(({ command }) => command.startsWith('helm '));
    const [, ...args] = install?.command.split(' ') ?? [];

    const { code, stdout } = await helm.run([...args, '--dry-run=client']);

    expect(code).toBe(0);
    expect(stdout).toContain('kind: Deployment');
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
