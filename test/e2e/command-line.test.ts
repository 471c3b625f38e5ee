// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '../support/readme-examples.js';
import { BUNDLE, runCommand } from '../support/running-controller.js';

describe('a command line of run that cannot be understood', () => {
  const bad: Readonly<Record<string, { args: readonly string[]; says: string }>> = {
    'no policy': { args: [], says: '--policy-configmap' },
    'two policies': {
      args: ['--policy-file', 'policy.yaml', '--policy-configmap', 'a/b'],
      says: '--policy-configmap',
    },
    'a ConfigMap without a namespace': {
      args: ['--policy-configmap', 'policy'],
      says: '"policy" is not NAMESPACE/NAME',
    },
    'an unknown controller': {
      args: ['--policy-file', 'policy.yaml', '--controllers', 'approver,cleaner'],
      says: '"cleaner" is not one of approver, signer',
    },
    'an unknown log level': {
      args: ['--policy-file', 'policy.yaml', '--log-level', 'chatty'],
      says: '"chatty" is not one of debug, info, warn, error',
    },
    'an unknown flag': { args: ['--polcy-file', 'policy.yaml'], says: '--polcy-file' },
    'a word too many': { args: ['--policy-file', 'policy.yaml', 'now'], says: '"now"' },
    'a flag without its value': { args: ['--policy-file'], says: '--policy-file' },
    'a kubeconfig that is not there': {
      args: ['--policy-file', 'policy.yaml', '--kubeconfig', 'nowhere.kubeconfig'],
      says: 'nowhere.kubeconfig',
    },
    'no kubeconfig outside of a cluster': {
      args: ['--policy-file', 'policy.yaml'],
      says: 'name a kubeconfig',
    },
  };
  // Also where the tests run in a pod.
  const env = { KUBERNETES_SERVICE_HOST: '', KUBERNETES_SERVICE_PORT: '' };

  it.each(Object.entries(bad))(
    '(%s) is told in one line and ends with 2',
    async (_, { args, says }) => {
      const { code, stdout, stderr } = await runCommand(['run', ...args], { env });

      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^[A-Z][A-Za-z]+: [^\n]+\n$/);
      expect(stderr).toContain(says);
    },
  );
});

describe('csr-approver', () => {
  it('tells its version', async () => {
    const { code, stdout } = await runCommand(['version']);

    expect(code).toBe(0);
    expect(stdout).toMatch(/\d+\.\d+\.\d+/);
    expect(await runCommand(['--version'])).toEqual({ code, stdout, stderr: '' });
  });

  it('refuses a second value for a flag that takes one', async () => {
    const args = ['rbac', '--name', 'one', '--name', 'other'];

    const { code, stdout, stderr } = await runCommand(args);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^UsageError: --name is given twice, [^\n]+\n$/);
  });

  it('tells its commands, and each command its flags', async () => {
    const overview = await runCommand(['--help']);
    const flags = await runCommand(['run', '--help']);

    expect([overview.code, flags.code]).toEqual([0, 0]);
    expect(overview.stdout).toMatch(/\n {2}run +Runs the controller/);
    expect(flags.stdout).toMatch(/\n +--policy-configmap NS\/NAME /);
  });

  it('does not know other commands', async () => {
    const { code, stdout, stderr } = await runCommand(['approve']);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^UsageError: there is no command "approve"\n/);
  });

  it('takes flags from the environment', async () => {
    const env = { CSR_APPROVER_POLICY_FILE: 'policy.yaml', CSR_APPROVER_LOG_LEVEL: 'chatty' };

    const { code, stderr } = await runCommand(['run'], { env });

    expect(code).toBe(2);
    expect(stderr).toMatch(/^UsageError: --log-level: "chatty"/);
  });
});

const demo = (name: string): string => join(projectRoot, 'demo', name);

describe('the standard input is read as a file is', () => {
  it('by explain', async () => {
    const file = demo('requests/seed-ssup2-b.csr.pem');
    const more = ['--policy', demo('policy.yaml'), '--signer-name', 'corp.example/internal'];
    const args = ['--as', 'ssup2', ...more, '-o', 'json'];

    const fromFile = await runCommand(['explain', '-f', file, ...args]);
    const input = await readFile(file, 'utf8');
    const fromInput = await runCommand(['explain', '-f', '-', ...args], { input });

    expect(fromInput.code).toBe(0);
    expect(JSON.parse(fromInput.stdout)).toEqual({
      ...(JSON.parse(fromFile.stdout) as object),
      csr: 'stdin',
    });
  });

  it('by test, whose files are those of the folder in which it runs', async () => {
    const input =
      'apiVersion: kube-csr-approver/v1alpha1\nkind: PolicyTest\npolicy: nowhere.yaml\n';
    const cases = "cases: [{ name: a, signerName: a.example/b, as: a, usages: ['client auth'],";
    const rest = ' request: {}, expect: { decision: approve } }]\n';

    const { code, stderr } = await runCommand(['test', '-'], { input: input + cases + rest });

    expect(code).toBe(2);
    expect(stderr).toMatch(/^FileUnreadable: stdin:3:9: policy: "nowhere\.yaml": ENOENT\n/);
  });
});

describe('a command that waits for its input', () => {
  /** More than a pipe holds, so that it is taken only by a command that reads, and less than a policy may have. */
  const MUCH = '#'.repeat(256 * 1024);

  /** How the command ended that was sent `name` while it waited for more. */
  const endedBy = (args: readonly string[], name: NodeJS.Signals): Promise<NodeJS.Signals | null> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [BUNDLE, ...args], {
        stdio: ['pipe', 'ignore', 'ignore'],
        timeout: 10_000,
        killSignal: 'SIGKILL',
      });
      child.once('error', reject).once('exit', (_, signal) => resolve(signal));
      child.stdin.on('error', () => undefined).write(MUCH, () => void child.kill(name));
    });

  it.each([
    ['lint', ['lint', '-']],
    ['test', ['test', '-']],
    ['explain', ['explain', '-f', '-', '--policy', demo('policy.yaml')]],
    ['replay', ['replay', '-f', '-', '--policy', demo('policy.yaml')]],
  ])('is ended by the first signal: %s', async (_, args) => {
    expect(await endedBy(args, 'SIGTERM')).toBe('SIGTERM');
    expect(await endedBy(args, 'SIGINT')).toBe('SIGINT');
  });
});
