// SPDX-License-Identifier: Apache-2.0
// Users of a cluster who may ask for certificates and nothing else, and the command by which they ask.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ROOT } from '../support/helm.js';
import { BUNDLE, type Printed, runCommand } from '../support/running-controller.js';
import { type Cluster, startCluster } from './cluster.js';
import { DEVELOPERS } from './policies.js';

/** By user name: a developer for whom the policy speaks, and somebody of whom it knows nothing. */
const GROUPS = { jane: DEVELOPERS, quinn: 'testers', eve: 'strangers', pat: 'pollers' } as const;
export type UserName = keyof typeof GROUPS;

/** ClusterRole of the chart. */
const REQUESTER = 'kube-csr-approver-requester';
const POLLER = 'create-and-get';

export interface Users {
  readonly cluster: Cluster;
  /** Where they keep their files. */
  readonly folder: string;
  readonly kubeconfigOf: (user: UserName) => string;
  /** The token by which the server knows them. */
  readonly tokenOf: (user: UserName) => string;
  /** `csr-approver request` as that user, in the folder of theirs. */
  readonly request: (user: UserName, ...args: readonly string[]) => Promise<Printed>;
  /** The same, under way. */
  readonly begin: (user: UserName, ...args: readonly string[]) => UnderWay;
}

/** A command that has not ended. */
export interface UnderWay {
  readonly stderr: () => string;
  /** When it ends by itself. */
  readonly ended: Promise<Printed>;
  readonly interrupt: () => Promise<Printed>;
}

/** Call it once, at the top of a test file: eve may ask for nothing, pat may not watch. */
export async function usersOfACluster(): Promise<Users> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-users-'));
  const tokenOf = (user: UserName): string => `token-of-${user}`;
  const rows = Object.entries(GROUPS).map(
    ([user, group]) => `token-of-${user},${user},uid-${user},"${group}"`,
  );
  const tokens = join(folder, 'tokens.csv');
  await writeFile(tokens, `${rows.join('\n')}\n`);
  const cluster = await startCluster({ apiServerArgs: [`--token-auth-file=${tokens}`] });
  await grant(cluster);
  const paths = new Map<UserName, string>();
  for (const user of Object.keys(GROUPS) as UserName[]) {
    paths.set(user, await cluster.kubeconfig(`login-of-${user}`, { token: tokenOf(user) }));
  }
  const kubeconfigOf = (user: UserName): string => paths.get(user) ?? '';
  const argsOf = (user: UserName, args: readonly string[]): readonly string[] => [
    'request',
    ...(args.includes('--kubeconfig') ? [] : ['--kubeconfig', kubeconfigOf(user)]),
    '--out',
    folder,
    ...args,
  ];
  return {
    cluster,
    folder,
    kubeconfigOf,
    tokenOf,
    request: (user, ...args) => runCommand(argsOf(user, args)),
    begin: (user, ...args) => underWay(spawn(process.execPath, [BUNDLE, ...argsOf(user, args)])),
  };
}

/** The rights of the chart, as it is rendered; `pollers` may do without watching. */
async function grant(cluster: Cluster): Promise<void> {
  const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
  const manifests = await readFile(join(ROOT, 'deploy/base/kube-csr-approver.yaml'), 'utf8');
  const role = parseAllDocuments(manifests)
    .map((document) => document.toJS() as { kind?: string; metadata?: { name?: string } })
    .find(({ kind, metadata }) => kind === 'ClusterRole' && metadata?.name === REQUESTER);
  if (role === undefined) throw new Error(`the chart has no ClusterRole ${REQUESTER}`);
  await cluster.create(roles, role);
  await cluster.create(roles, {
    metadata: { name: POLLER },
    rules: [
      {
        apiGroups: ['certificates.k8s.io'],
        resources: ['certificatesigningrequests'],
        verbs: ['create', 'get'],
      },
    ],
  });
  for (const user of ['jane', 'quinn'] as const) {
    await cluster.bind(REQUESTER, { kind: 'Group', name: GROUPS[user] });
  }
  await cluster.bind(POLLER, { kind: 'Group', name: GROUPS.pat });
}

function underWay(child: ChildProcess): UnderWay {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  const ended = new Promise<Printed>((resolve) => {
    child.once('close', (code) => resolve({ code: code ?? -1, stdout, stderr }));
  });
  return {
    stderr: () => stderr,
    ended,
    interrupt: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}
