// SPDX-License-Identifier: Apache-2.0
// The real kube-controller-manager as a measured program: only its approver and its signer, with our CA.

import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.js';
import { cpuMsOf, type MeasuredProgram, memoryOf } from './process-figures.js';

/** What is enough that its own limits on calls no longer count. */
const LIFTED = ['--kube-api-qps=5000', '--kube-api-burst=5000'];

let started = 0;

const executableIn = (binDir: string): string => join(binDir, 'kube-controller-manager');

/** Whether the folder of the control plane's programs holds one; envtest's does not. */
export const hasControllerManager = (binDir: string): boolean => existsSync(executableIn(binDir));

/** Starts it as the administrator, whose rights the API server finds faster than ours. */
export function startControllerManager(
  cluster: Cluster,
  { binDir, isLifted }: { readonly binDir: string; readonly isLifted: boolean },
): MeasuredProgram {
  started += 1;
  const logFile = join(cluster.folder, `controller-manager-${started}.log`);
  const log = openSync(logFile, 'w');
  const child = spawn(
    executableIn(binDir),
    [
      `--kubeconfig=${cluster.plane.kubeconfigPath}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--controllers=csrapproving,csrsigning',
      `--cluster-signing-cert-file=${join(cluster.folder, 'ca.crt')}`,
      `--cluster-signing-key-file=${join(cluster.folder, 'ca.key')}`,
      ...(isLifted ? LIFTED : []),
    ],
    { cwd: cluster.folder, stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    memory: () => memoryOf(child.pid),
    cpuMs: () => cpuMsOf(child.pid),
    check: () => {
      if (child.exitCode === null && child.signalCode === null) return;
      const logTail = readFileSync(logFile, 'utf8').slice(-3000);
      throw new Error(`kube-controller-manager ended\n${logTail}`);
    },
    stop: async () => {
      process.removeListener('exit', kill);
      kill();
      await exited;
    },
  };
}
