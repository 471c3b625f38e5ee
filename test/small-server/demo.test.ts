// SPDX-License-Identifier: Apache-2.0
// The demo as a newcomer runs it: to its end with nothing but Node, and with --keep to be played with by the real kubectl.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureControlPlane } from '../control-plane/build.mjs';
import { eventually } from '../support/eventually.js';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const plainEnv = { ...process.env, NODE_OPTIONS: '' };
/** The issue allows 30 s; a machine that runs other tests as well gets there, too. */
const DEADLINE_MS = 30_000;

const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-demo-test-'));
afterAll(() => rm(folder, { recursive: true }));

describe('npm run demo', () => {
  it(
    'needs nothing but Node, and paints nothing where no terminal is',
    async () => {
      const env = { ...plainEnv, PATH: '' };

      const { stdout } = await run(process.execPath, ['demo/main.mjs'], { cwd: root, env });

      expect(stdout).toContain('all 17 requests came out as expected');
      expect(stdout).toContain('What to try next');
      expect(stdout).not.toContain('\u001B');
    },
    DEADLINE_MS,
  );

  it(
    'fails, and says where, when a request comes out otherwise than expected',
    async () => {
      const copy = join(folder, 'copy');
      await cp(join(root, 'demo'), join(copy, 'demo'), { recursive: true });
      for (const name of ['src', 'dist', 'scripts', 'node_modules', 'package-lock.json']) {
        await symlink(join(root, name), join(copy, name));
      }
      const policy = join(copy, 'demo/policy.yaml');
      const text = await readFile(policy, 'utf8');
      await writeFile(policy, text.replace('{ max: 8h }', '{ max: 7h }'));

      const ending = run(process.execPath, ['demo/main.mjs'], { cwd: copy, env: plainEnv });

      await expect(ending).rejects.toMatchObject({
        code: 1,
        stdout: expect.stringContaining('alice: decision is "denied", expected was "issued"'),
      });
    },
    DEADLINE_MS,
  );
});

// It builds nothing where there is no Go; then only KUBEBUILDER_ASSETS has a kubectl.
const programs = await ensureControlPlane();
const describeWithKubectl = programs.ok ? describe : describe.skip;

/** Each command that the demo names, and what it must print. */
const COMMANDS = {
  'get csr': /^contractor +\d+s +kubernetes\.io\/kube-apiserver-client +contractor +60m +Pending$/m,
  'get csr alice -o yaml': /^ {2}certificate: LS0tLS1CRUdJTi/m,
  'describe csr alice-as-bob': /Common Name: +bob/,
  'get events': /ReviewRequired +certificatesigningrequest\/on-call .*certificate approve on-call/,
  'certificate approve on-call': /on-call approved/,
  'create -f demo/requests/sample.yaml': /sample created/,
  'certificate deny sample': /sample denied/,
  'delete csr sample': /"sample" deleted/,
  '-n kube-system get configmap csr-policy -o yaml': /^ {6}contractors:$/m,
  '-n kube-system edit configmap csr-policy': /csr-policy edited/,
};

describeWithKubectl('npm run demo -- --keep', () => {
  let demo: ChildProcess;
  let printed = '';
  let env: NodeJS.ProcessEnv = {};

  beforeAll(async () => {
    demo = spawn(process.execPath, ['demo/main.mjs', '--keep'], { cwd: root, env: plainEnv });
    demo.stdout?.setEncoding('utf8').on('data', (text: string) => void (printed += text));
    await eventually(
      'the demo goes on',
      () => (printed.includes('until Ctrl-C') ? true : undefined),
      DEADLINE_MS,
    );
    const editor = join(folder, 'editor.sh');
    const script = '#!/bin/sh\nexec sed -i "s/mode: shadow/mode: enforce/" "$1"\n';
    await writeFile(editor, script, { mode: 0o755 });
    const KUBECONFIG = /export KUBECONFIG=(.*)/.exec(printed)?.[1];
    env = { ...plainEnv, KUBECONFIG, HOME: folder, EDITOR: editor, KUBE_EDITOR: '' };
  }, DEADLINE_MS);

  afterAll(() => {
    demo.kill('SIGTERM');
  });

  const program = join(programs.ok ? programs.binDir : '', 'kubectl');
  const kubectl = async (commandLine: string): Promise<string> =>
    (await run(program, commandLine.split(' '), { cwd: root, env })).stdout;
  const becomes = (csr: string, condition: string): Promise<string> =>
    eventually(`${csr} is ${condition}`, async () => {
      const row = await kubectl(`get csr ${csr} --no-headers`);
      return row.trimEnd().endsWith(` ${condition}`) ? row : undefined;
    });

  it('names these commands', () => {
    const named = [...printed.matchAll(/^ {3}kubectl (.*?)(?: {3}.*)?$/gm)].map(([, args]) => args);

    expect(named).toEqual(Object.keys(COMMANDS));
  });

  it.each(Object.entries(COMMANDS))('kubectl %s', async (commandLine, shown) => {
    expect(await kubectl(commandLine)).toMatch(shown);
  });

  it('what a person approved is issued, and what the edited policy approves is, too', async () => {
    await becomes('on-call', 'Approved,Issued');
    await becomes('contractor', 'Approved,Issued');

    expect(await kubectl('get csr sample --ignore-not-found')).toBe('');
  });

  it('get csr -w shows a request that is created and approved', async () => {
    const watch = spawn(program, ['get', 'csr', '-w'], { env });
    let rows = '';
    watch.stdout.setEncoding('utf8').on('data', (text: string) => void (rows += text));

    await eventually('the list', () => (rows.includes('visitor') ? true : undefined));
    await kubectl('create -f demo/requests/sample.yaml');
    await kubectl('certificate approve sample');
    await eventually('the end', () => (/^sample.*Issued$/m.test(rows) ? true : undefined));
    watch.kill();

    expect(rows).toMatch(/^sample.*Pending\n(?:.*\n)*sample.*Approved,Issued$/m);
  });

  it('ends at Ctrl-C with code 0, and leaves nothing behind', async () => {
    const ended = new Promise((resolve) => demo.once('close', (code) => resolve(code)));

    demo.kill('SIGINT');

    expect(await ended).toBe(0);
    expect(existsSync(env['KUBECONFIG'] ?? '')).toBe(false);
  });
});
