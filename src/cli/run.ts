// SPDX-License-Identifier: Apache-2.0
// csr-approver run: reads the flags, finds the API server and runs the controllers until it is told to stop.

import type { ServerConfig } from '../kube/server-config.js';
import { readInClusterConfig } from '../kube/in-cluster.js';
import { parseHealthAddress } from '../telemetry/health.js';
import { createLog, LOG_LEVELS, type LogLevel } from '../telemetry/log.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { type Command, EXIT, type GivenFlags, type Process } from './command.js';
import { realClock } from './clock.js';
import { runControllers, type PolicyPlace, type RunOptions } from './compose.js';

/** The controller. */
export const runCommand: Command = {
  summary: 'Runs the controller: decides requests by the policy and signs what is approved.',
  usage: '--policy-configmap NS/NAME [flags]',
  flags: {
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
    'policy-configmap': {
      type: 'string',
      value: 'NS/NAME',
      help: 'ConfigMap whose key policy.yaml is the policy; watched',
    },
    'policy-file': { type: 'string', value: 'FILE', help: 'file that is the policy; watched' },
    controllers: {
      type: 'string',
      value: 'LIST',
      help: 'approver, signer, or both with a comma; default: approver,signer',
    },
    'health-addr': {
      type: 'string',
      value: 'HOST:PORT',
      help: 'where /livez and /readyz are served; default: nowhere',
    },
    'log-level': {
      type: 'string',
      value: 'LEVEL',
      help: `${LOG_LEVELS.join(', ')}; default: info`,
    },
  },
  run: async (given, process) => {
    const options = readOptions(given);
    if (!options.ok) return usage(process, options.error);
    const config = await findServer(given, process);
    if (!config.ok) return usage(process, config.error);
    const log = createLog(options.value.logLevel);
    const parts = { log, clock: realClock };
    await runControllers({ ...options.value, config: config.value }, parts, process.signal);
    return EXIT.yes;
  },
};

function usage({ err }: Process, message: string): number {
  err(`${message}\n`);
  return EXIT.unknown;
}

const CONTROLLERS = ['approver', 'signer'] as const;

function readOptions(
  given: GivenFlags,
): Result<Omit<RunOptions, 'config'> & { readonly logLevel: LogLevel }, string> {
  const policy = readPolicyPlace(given);
  if (!policy.ok) return policy;
  const names = (given.text('controllers') ?? CONTROLLERS.join(',')).split(',');
  const unknown = names.find((name) => !CONTROLLERS.some((each) => each === name));
  if (unknown !== undefined) {
    return fail(
      `UsageError: --controllers: ${JSON.stringify(unknown)} is not one of ${CONTROLLERS.join(', ')}`,
    );
  }
  const healthText = given.text('health-addr');
  const health = healthText === undefined ? undefined : parseHealthAddress(healthText);
  if (healthText !== undefined && health === undefined) {
    return fail(
      `UsageError: --health-addr: ${JSON.stringify(healthText)} is not HOST:PORT or :PORT`,
    );
  }
  const level = given.text('log-level') ?? 'info';
  const logLevel = LOG_LEVELS.find((each) => each === level);
  if (logLevel === undefined) {
    return fail(
      `UsageError: --log-level: ${JSON.stringify(level)} is not one of ${LOG_LEVELS.join(', ')}`,
    );
  }
  const controllers = CONTROLLERS.filter((name) => names.includes(name));
  return ok({ policy: policy.value, controllers, logLevel, health });
}

function readPolicyPlace(given: GivenFlags): Result<PolicyPlace, string> {
  const file = given.text('policy-file');
  const configMap = given.text('policy-configmap');
  if ((file === undefined) === (configMap === undefined)) {
    return fail(
      'UsageError: exactly one of --policy-configmap NS/NAME and --policy-file FILE is needed',
    );
  }
  if (file !== undefined) return ok({ kind: 'file', path: file });
  const [namespace = '', name = '', ...rest] = (configMap ?? '').split('/');
  if (namespace === '' || name === '' || rest.length > 0) {
    return fail(
      `UsageError: --policy-configmap: ${JSON.stringify(configMap)} is not NAMESPACE/NAME`,
    );
  }
  return ok({ kind: 'configmap', namespace, name });
}

/** client-node is loaded only where there is a kubeconfig; in a cluster it costs a third of the memory for nothing. */
async function findServer(
  given: GivenFlags,
  { env }: Process,
): Promise<Result<ServerConfig, string>> {
  const path = given.text('kubeconfig');
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
  return config.ok ? config : fail(`${config.error.code}: ${config.error.message}`);
}
