// SPDX-License-Identifier: Apache-2.0
// csr-approver run: reads the flags, finds the API server and runs the controllers until it is told to stop.

import { type HealthAddress, parseHealthAddress } from '../telemetry/health.js';
import { createLog, LOG_LEVELS, type LogLevel } from '../telemetry/log.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { type Command, EXIT, type GivenFlags, type Process } from './command.js';
import { realClock } from './clock.js';
import { dnsServerFlag, readDnsServers } from './dns-servers.js';
import { controllersFlag, readControllers } from './controllers.js';
import { runControllers, type PolicyPlace, type RunOptions } from './compose.js';
import { eventsFlag, readEvents } from './event-flags.js';
import { findServer, serverFlags } from './find-server.js';
import { leaseFlags, readLease } from './lease-flags.js';
import { parseConfigMapName } from './policy-flags.js';
import { namespaceFlag, readNamespace } from './run-shape.js';

/** The controller. */
export const runCommand: Command = {
  summary: 'Runs the controller: decides requests by the policy and signs what is approved.',
  usage: '--policy-configmap NS/NAME [flags]',
  flags: {
    ...serverFlags,
    'policy-configmap': {
      type: 'string',
      value: 'NS/NAME',
      help: 'ConfigMap whose keys that end in .yaml are the policy; watched',
    },
    'policy-file': { type: 'string', value: 'FILE', help: 'file that is the policy; watched' },
    controllers: controllersFlag,
    namespace: namespaceFlag,
    ...leaseFlags,
    events: eventsFlag,
    'dns-server': dnsServerFlag,
    'health-addr': {
      type: 'string',
      value: 'HOST:PORT',
      help: 'where /livez and /readyz are served; default: nowhere',
    },
    'metrics-addr': {
      type: 'string',
      value: 'HOST:PORT',
      help: 'where /metrics is served; default: nowhere',
    },
    'log-level': {
      type: 'string',
      value: 'LEVEL',
      help: `${LOG_LEVELS.join(', ')}; default: info`,
    },
  },
  run: async (given, process) => {
    // As the first process of a container it hears no signal that it does not listen to.
    const { signal } = process;
    const options = readOptions(given);
    if (!options.ok) return usage(process, options.error);
    const config = await findServer(given, process);
    if (!config.ok) return usage(process, config.error);
    const log = createLog(options.value.logLevel);
    const parts = { log, clock: realClock };
    await runControllers({ ...options.value, config: config.value }, parts, signal);
    return EXIT.yes;
  },
};

function usage({ err }: Process, message: string): number {
  err(`${message}\n`);
  return EXIT.unknown;
}

function readOptions(
  given: GivenFlags,
): Result<Omit<RunOptions, 'config'> & { readonly logLevel: LogLevel }, string> {
  const policy = readPolicyPlace(given);
  if (!policy.ok) return policy;
  const controllers = readControllers(given);
  if (!controllers.ok) return controllers;
  const events = readEvents(given);
  if (!events.ok) return events;
  const dnsServers = readDnsServers(given);
  if (!dnsServers.ok) return dnsServers;
  const health = readAddress(given, 'health-addr');
  if (!health.ok) return health;
  const metrics = readAddress(given, 'metrics-addr');
  if (!metrics.ok) return metrics;
  const level = given.text('log-level') ?? 'info';
  const logLevel = LOG_LEVELS.find((each) => each === level);
  if (logLevel === undefined) {
    return fail(
      `UsageError: --log-level: ${JSON.stringify(level)} is not one of ${LOG_LEVELS.join(', ')}`,
    );
  }
  const place = policy.value;
  const namespace = readNamespace(given, place.kind === 'configmap' ? place : undefined);
  const lease = readLease(given, namespace);
  if (!lease.ok) return lease;
  return ok({
    policy: place,
    controllers: controllers.value,
    namespace,
    lease: lease.value,
    events: events.value,
    dnsServers: dnsServers.value,
    logLevel,
    health: health.value,
    metrics: metrics.value,
  });
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
  const parsed = parseConfigMapName(configMap ?? '');
  return parsed.ok ? ok({ kind: 'configmap', ...parsed.value }) : parsed;
}

/** Where to listen; undefined when nothing was given. */
function readAddress(given: GivenFlags, flag: string): Result<HealthAddress | undefined, string> {
  const text = given.text(flag);
  if (text === undefined) return ok(undefined);
  const address = parseHealthAddress(text);
  if (address !== undefined) return ok(address);
  return fail(`UsageError: --${flag}: ${JSON.stringify(text)} is not HOST:PORT or :PORT`);
}
