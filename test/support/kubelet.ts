// SPDX-License-Identifier: Apache-2.0
// Joins a real kubelet to a control plane. It has a network and a view of the file system of its own, so that several
// can run beside each other, each with the address that its test wants, and nothing of the machine is changed.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TLSSocket, connect } from 'node:tls';
import { describe } from '@jest/globals';
import { ensureKubelet } from '../control-plane/build.mjs';
import type { KeyPairPem } from './control-plane-certificates.js';
import type { ControlPlane } from './control-plane.js';
import type { RunningProgram } from './control-plane-processes.js';
import { untilTrue } from './eventually.js';

const DOOR = join(import.meta.dirname, 'kubelet-door.mjs');

/** The port of kubelets; each has a network of its own. */
const KUBELET_PORT = 10250;

/** Arguments: the node's address, where to leave the process id, the program that stays. */
const NETWORK_SCRIPT = `
set -e
ip link set lo up
ip address add "$1/32" dev lo
echo $$ > "$2"
shift 2
exec "$@"
`;

/**
 * Arguments: the folder of the node, the program that stays. A kubelet has some paths built in, mounts its own folder,
 * and sets the kernel up for all programs of the machine; here it finds what it would write.
 */
const FILES_SCRIPT = `
set -e
mount -t tmpfs tmpfs /var/lib
mount -t tmpfs tmpfs /var/log
while read -r setting value; do
  file="$1/$(basename "$setting")"
  echo "$value" > "$file"
  mount --bind "$file" "/proc/sys/$setting"
done <<END
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
END
shift
exec "$@"
`;

const TRIAL = [
  '--net',
  '--mount',
  'sh',
  '-c',
  'ip link set lo up && mount -t tmpfs tmpfs /var/lib',
];

export interface KubeletOptions {
  /** The name of its Node. */
  readonly node: string;
  /** An IPv4 address for its Node; no other network has to know it. */
  readonly address: string;
  /** The path of a kubeconfig with a bootstrap token. */
  readonly bootstrapKubeconfig: string;
}

export interface Kubelet {
  readonly node: string;
  readonly address: string;
  /** What it authenticates with at this moment. */
  clientCredential(): Promise<KeyPairPem>;
  /** The certificate that it serves with at this moment, as PEM; undefined before it has one. */
  servingCertificate(): Promise<string | undefined>;
  /** Connects to its port as to the host `name`, trusting nobody but `caPem`. Rejects as the TLS client does. */
  connectAs(name: string, caPem: string): Promise<TLSSocket>;
  hasExited(): boolean;
  logTail(): string;
  stop(): Promise<void>;
}

/**
 * `describe` where a kubelet can run, else one that skips and says why in one line. Throws instead where everything is
 * required.
 */
export async function describeWithKubelet(): Promise<typeof describe | typeof describe.skip> {
  const why = await whyNoKubelet();
  if (why === undefined) return describe;
  const line = `tests with a real kubelet skipped: ${why}`;
  if (process.env['CSR_APPROVER_TEST_REQUIRE_ALL'] === '1') throw new Error(line);
  process.stderr.write(`! ${line}\n`);
  return describe.skip;
}

async function whyNoKubelet(): Promise<string | undefined> {
  const programs = await ensureKubelet();
  if (!programs.ok) return programs.why;
  const { status, error, stderr } = spawnSync('unshare', TRIAL, { encoding: 'utf8' });
  if (status === 0) return undefined;
  const detail = error?.message ?? stderr.trim().replaceAll('\n', '; ');
  return `a kubelet needs root, unshare, ip and mount (${detail})`;
}

/** Resolves when the kubelet runs, which is long before its Node is there. It ends with the plane at the latest. */
export async function joinKubelet(plane: ControlPlane, options: KubeletOptions): Promise<Kubelet> {
  const programs = await ensureKubelet();
  if (!programs.ok) throw new Error(programs.why);
  const folder = join(plane.group.folder, options.node);
  const at = (name: string): string => join(folder, name);
  await mkdir(folder);
  await writeFile(at('config.json'), JSON.stringify(configuration(folder, plane)));
  const around = await startAround(plane, options, programs.binDir);
  const network = (await readFile(at('network.pid'), 'utf8')).trim();
  const kubelet = plane.group.start(`${options.node}-kubelet`, 'nsenter', [
    `--net=/proc/${network}/ns/net`,
    'unshare',
    '--mount',
    'sh',
    '-c',
    FILES_SCRIPT,
    'files',
    folder,
    join(programs.binDir, 'kubelet'),
    ...flags(folder, options),
  ]);
  return {
    node: options.node,
    address: options.address,
    clientCredential: async () => {
      const pem = await readFile(at('pki/kubelet-client-current.pem'), 'utf8');
      return { certPem: blockOf(pem, 'CERTIFICATE'), keyPem: blockOf(pem, 'EC PRIVATE KEY') };
    },
    servingCertificate: async () => {
      const file = at('pki/kubelet-server-current.pem');
      return existsSync(file) ? blockOf(await readFile(file, 'utf8'), 'CERTIFICATE') : undefined;
    },
    connectAs: (name, caPem) => connectThrough(at('kubelet.sock'), name, caPem),
    hasExited: () => kubelet.hasExited(),
    logTail: () => kubelet.logTail(),
    stop: async () => {
      for (const program of [kubelet, ...around.toReversed()]) await program.kill();
    },
  };
}

/** What a kubelet finds when it starts: a container runtime, and a network with a way out and a way in. */
async function startAround(
  { group, url }: ControlPlane,
  { node, address }: KubeletOptions,
  binDir: string,
): Promise<readonly RunningProgram[]> {
  const at = (name: string): string => join(group.folder, node, name);
  const start = (name: string, program: string, ...args: readonly string[]): RunningProgram =>
    group.start(`${node}-${name}`, program, args);
  const api = new URL(url).host;
  const doors = [api, at('api.sock'), at('kubelet.sock'), `${address}:${KUBELET_PORT}`];
  const inside = ['network', address, at('network.pid'), process.execPath, DOOR, ...doors];
  const programs = [
    start('door', process.execPath, DOOR, at('api.sock'), api),
    start('network', 'unshare', '--net', 'sh', '-c', NETWORK_SCRIPT, ...inside),
    start('runtime', join(binDir, 'fake-container-runtime'), `unix://${at('cri.sock')}`),
  ];
  const sockets = ['api.sock', 'kubelet.sock', 'cri.sock'].map(at);
  await untilTrue(`there are ${sockets.join(', ')}`, () => {
    const ended = programs.find((program) => program.hasExited());
    if (ended !== undefined) throw new Error(`${ended.name} ended:\n${ended.logTail()}`);
    return sockets.every((socket) => existsSync(socket));
  });
  return programs;
}

const configuration = (folder: string, plane: ControlPlane): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  authentication: {
    x509: { clientCAFile: join(plane.group.folder, 'client-ca.crt') },
    anonymous: { enabled: false },
    webhook: { enabled: false },
  },
  authorization: { mode: 'AlwaysAllow' },
  serverTLSBootstrap: true,
  rotateCertificates: true,
  containerRuntimeEndpoint: `unix://${join(folder, 'cri.sock')}`,
  podLogsDir: join(folder, 'pod-logs'),
  volumePluginDir: join(folder, 'volume-plugins'),
  port: KUBELET_PORT,
  readOnlyPort: 0,
  // It runs in whatever the machine is, which need not be fit for pods.
  failSwapOn: false,
  failCgroupV1: false,
  cgroupDriver: 'cgroupfs',
  cgroupsPerQOS: false,
  enforceNodeAllocatable: [],
  makeIPTablesUtilChains: false,
});

const flags = (
  folder: string,
  { node, address, bootstrapKubeconfig }: KubeletOptions,
): readonly string[] => [
  `--config=${join(folder, 'config.json')}`,
  `--bootstrap-kubeconfig=${bootstrapKubeconfig}`,
  `--kubeconfig=${join(folder, 'kubeconfig')}`,
  `--cert-dir=${join(folder, 'pki')}`,
  `--root-dir=${join(folder, 'root')}`,
  `--hostname-override=${node}`,
  `--node-ip=${address}`,
  '--v=2',
];

function blockOf(pem: string, label: string): string {
  const block = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----\n`).exec(pem);
  if (block === null) throw new Error(`no ${label} in the file of the kubelet`);
  return block[0];
}

function connectThrough(path: string, name: string, caPem: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, host: name, ca: caPem }, () => resolve(socket));
    socket.once('error', reject);
  });
}
