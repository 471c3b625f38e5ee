// SPDX-License-Identifier: Apache-2.0
// Which API server a command talks to, and as whom.

import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { readInClusterConfig } from '../kube/in-cluster.js';
import type { ServerConfig } from '../kube/server-config.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Flag, GivenFlags, Process } from './command.js';

/** The flags of every command that talks to a cluster. */
export const serverFlags = {
  kubeconfig: {
    type: 'string',
    value: 'FILE',
    help: 'how to reach the API server; default: as a pod in the cluster',
  },
  context: {
    type: 'string',
    value: 'NAME',
    help: 'context of the kubeconfig; default: its current one',
  },
} as const satisfies Record<string, Flag>;

/** The same for commands that people call: they also look where kubectl looks. */
export const personalServerFlags = {
  ...serverFlags,
  kubeconfig: {
    ...serverFlags.kubeconfig,
    help: 'how to reach the API server; default: KUBECONFIG, the pod it runs in, or ~/.kube/config',
  },
} as const satisfies Record<string, Flag>;

/** The server of `--kubeconfig`, else that of the pod; the error is one line for the user. */
export const findServer = (
  given: GivenFlags,
  { env }: Process,
): Promise<Result<ServerConfig, string>> => readServer(given.text('kubeconfig'), given, env);

/** The server of `--kubeconfig`, KUBECONFIG, the pod, or `~/.kube/config`, whichever is there first. */
export async function findServerForPerson(
  given: GivenFlags,
  { env }: Process,
): Promise<Result<ServerConfig, string>> {
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  const flag = given.text('kubeconfig');
  if (flag === undefined && listed.length > 1) {
    return fail('UsageError: KUBECONFIG names several files; say one with --kubeconfig FILE');
  }
  const isInPod = (env['KUBERNETES_SERVICE_HOST'] ?? '') !== '';
  const path = flag ?? listed[0] ?? (isInPod ? undefined : await ofHome(env));
  return readServer(path, given, env);
}

async function ofHome(env: Process['env']): Promise<string | undefined> {
  const path = join(env['HOME'] ?? '', '.kube', 'config');
  try {
    await access(path);
    return path;
  } catch {
    return undefined;
  }
}

/** client-node is loaded only where there is a kubeconfig; in a cluster it costs a third of the memory for nothing. */
async function readServer(
  path: string | undefined,
  given: GivenFlags,
  env: Process['env'],
): Promise<Result<ServerConfig, string>> {
  const context = given.text('context');
  const config =
    path === undefined
      ? await readInClusterConfig({ env })
      : await (
          await import('../kube/kubeconfig.js')
        ).readKubeconfig({
          path,
          nowMs: () => Date.now(),
          ...(context === undefined ? {} : { context }),
        });
  return config.ok ? ok(config.value) : fail(`${config.error.code}: ${config.error.message}`);
}
