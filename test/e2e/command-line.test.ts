// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../support/running-controller.js';

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
