// SPDX-License-Identifier: Apache-2.0
// csr-approver rbac: the least roles with which `run` can do what a policy says.

import type { LoadedPolicy } from '../policy/load-policy.js';
import { toYaml } from '../policy/to-yaml.js';
import { type Grantee, rbacObjects } from '../review/rbac.js';
import { rightLines } from '../review/right-text.js';
import type { Right } from '../review/right.js';
import { rightsOf, type RunShape } from '../review/rights.js';
import { ok, fail, type Result } from '../vocabulary/result.js';
import { type Command, EXIT, type GivenFlags } from './command.js';
import { controllersFlag, readControllers } from './controllers.js';
import { policyOfFiles } from './given-policy.js';
import { type Output, outputFlag, printedValue, readOutput } from './output.js';
import { leaseFlags, readLease } from './lease-flags.js';
import { parseConfigMapName, policyFilesFlag } from './policy-flags.js';
import { namespaceFlag, readNamespace, runShape } from './run-shape.js';

const NAME = 'kube-csr-approver';
const ACCOUNT = `${NAME}/${NAME}`;

/** Prints the roles and bindings for a policy. */
export const rbacCommand: Command = {
  summary: 'Prints the least RBAC with which the controller can do what a policy says.',
  usage: '--policy policy.yaml [flags]',
  flags: {
    policy: policyFilesFlag('the policy'),
    'policy-configmap': {
      type: 'string',
      value: 'NS/NAME',
      help: 'ConfigMap from which `run` reads the policy; default: none, it reads a file',
    },
    controllers: controllersFlag,
    namespace: namespaceFlag,
    ...leaseFlags,
    'service-account': {
      type: 'string',
      value: 'NS/NAME',
      help: `to whom the rights are given; default: ${ACCOUNT}`,
    },
    name: { type: 'string', value: 'NAME', help: `of roles and bindings; default: ${NAME}` },
    output: outputFlag('yaml', 'json', 'text'),
  },
  run: async (given, process) => {
    const answer = await answerTo(given);
    if (answer.ok) process.out(answer.value);
    else process.err(`${answer.error}\n`);
    return answer.ok ? EXIT.yes : EXIT.unknown;
  },
};

async function answerTo(given: GivenFlags): Promise<Result<string, string>> {
  const output = readOutput(given, 'yaml', 'json', 'text');
  if (!output.ok) return output;
  const files = given.texts('policy');
  if (files.length === 0) return fail('UsageError: --policy FILE is missing');
  const shape = readShape(given);
  if (!shape.ok) return shape;
  const grantee = readGrantee(given);
  if (!grantee.ok) return grantee;
  const loaded = await policyOfFiles(files);
  if (!loaded.ok) return loaded;
  const rights = rightsOf(loaded.value, shape.value);
  return ok(
    printed(rights, { output: output.value, grantee: grantee.value, loaded: loaded.value }),
  );
}

function readShape(given: GivenFlags): Result<RunShape, string> {
  const controllers = readControllers(given);
  if (!controllers.ok) return controllers;
  const text = given.text('policy-configmap');
  const configMap = text === undefined ? ok(undefined) : parseConfigMapName(text);
  if (!configMap.ok) return configMap;
  const namespace = readNamespace(given, configMap.value);
  const lease = readLease(given, namespace);
  if (!lease.ok) return lease;
  return ok(
    runShape({
      controllers: controllers.value,
      namespace,
      lease: lease.value,
      configMap: configMap.value,
    }),
  );
}

function readGrantee(given: GivenFlags): Result<Grantee, string> {
  const account = given.text('service-account') ?? ACCOUNT;
  const serviceAccount = parseConfigMapName(account, '--service-account');
  if (!serviceAccount.ok) return serviceAccount;
  return ok({ name: given.text('name') ?? NAME, serviceAccount: serviceAccount.value });
}

function printed(
  rights: readonly Right[],
  { output, grantee, loaded }: { output: Output; grantee: Grantee; loaded: LoadedPolicy },
): string {
  if (output === 'text')
    return rightLines(rights)
      .map((line) => `${line}\n`)
      .join('');
  const objects = rbacObjects(rights, grantee);
  if (output === 'json')
    return printedValue({ apiVersion: 'v1', kind: 'List', items: objects }, output);
  const head = [`What policy ${loaded.hash} needs, and why:`, ...rightLines(rights)];
  const comment = head.map((line) => `# ${line}\n`).join('');
  return `${comment}${objects.map((object) => `---\n${toYaml(object)}`).join('')}`;
}
