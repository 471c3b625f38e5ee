// SPDX-License-Identifier: Apache-2.0
// Starts a real etcd and kube-apiserver (and, on request, kube-controller-manager) on free loopback ports, in a
// temporary folder that is gone afterwards.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createApiClient } from './api-client.js';
import { kubeconfig, writeCredentials } from './control-plane-credentials.js';
import { handleOf } from './control-plane-handle.js';
import type { ServerCoordinates, ServerHandle } from './control-plane-handle.js';
import { ProcessGroup, freePorts } from './control-plane-processes.js';
import type { RunningProgram } from './control-plane-processes.js';

const READY_TIMEOUT_MS = 90_000;
const READY_PROBE_TIMEOUT_MS = 2_000;
const READY_POLL_MS = 100;

/** How many revisions there are before the API server starts. */
const FIRST_REVISIONS = 20;

/** A free port may be taken between being found and being used. */
const START_ATTEMPTS = 3;

export interface ControlPlaneOptions {
  /** The folder that `ensureControlPlane` names. */
  readonly binDir: string;
  /**
   * What the server says of itself in the EndpointSlice of `default/kubernetes`, which it does not publish for
   * a loopback address. Nothing connects to it.
   */
  readonly advertiseAddress?: string;
  /** Appended, so they win over the flags chosen here. */
  readonly apiServerArgs?: readonly string[];
}

export interface ControlPlane extends ServerHandle {
  readonly coordinates: ServerCoordinates;
  readonly group: ProcessGroup;
  /** Ends all programs and removes their folder. */
  stop(): Promise<void>;
}

/** Resolves when /readyz is ok. Throws with the end of the program's log when it does not get there. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt += 1) {
    const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-plane-'));
    const group = new ProcessGroup(folder);
    try {
      return await startIn(group, options);
    } catch (error) {
      await group.stop();
      const isPortTaken = String(error).includes('address already in use');
      if (!isPortTaken || attempt === START_ATTEMPTS) throw error;
    }
  }
}

async function startIn(group: ProcessGroup, options: ControlPlaneOptions): Promise<ControlPlane> {
  const [etcdPort = 0, apiPort = 0] = await freePorts(2);
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const credentials = await writeCredentials(group.folder, options.advertiseAddress);
  const coordinates: ServerCoordinates = {
    url: `https://127.0.0.1:${apiPort}`,
    caPem: credentials.serverCa.certPem,
    adminCertPem: credentials.admin.certPem,
    adminKeyPem: credentials.admin.keyPem,
    kubeconfigPath: join(group.folder, 'admin.kubeconfig'),
    clientCa: credentials.clientCa,
    binDir: options.binDir,
    etcdUrl,
  };
  await writeFile(coordinates.kubeconfigPath, kubeconfig(coordinates), { mode: 0o600 });

  const etcd = group.start('etcd', join(options.binDir, 'etcd'), etcdArgs(etcdUrl));
  await ageStore(etcdUrl, etcd);
  const apiServer = group.start('kube-apiserver', join(options.binDir, 'kube-apiserver'), [
    ...apiServerArgs(apiPort, etcdUrl, options.advertiseAddress ?? '127.0.0.1'),
    ...(options.apiServerArgs ?? []),
  ]);
  await untilReady(coordinates, [etcd, apiServer]);

  return { ...handleOf(coordinates), coordinates, group, stop: () => group.stop() };
}

/**
 * Runs kube-controller-manager beside the plane until the plane stops or the program is killed. Its signing CA is
 * the one that the API server believes. `args` win, e.g. `['--controllers=csrapproving,csrsigning']`.
 */
export async function startControllerManager(
  plane: ControlPlane,
  args: readonly string[] = [],
): Promise<RunningProgram> {
  const { folder } = plane.group;
  const executable = join(plane.binDir ?? '', 'kube-controller-manager');
  const program = plane.group.start('kube-controller-manager', executable, [
    `--kubeconfig=${plane.kubeconfigPath}`,
    '--leader-elect=false',
    '--secure-port=0',
    `--cluster-signing-cert-file=${join(folder, 'client-ca.crt')}`,
    `--cluster-signing-key-file=${join(folder, 'client-ca.key')}`,
    ...args,
  ]);
  // It has no port here to ask; a wrong flag ends it at once.
  await Promise.race([program.exited, delay(1_000)]);
  if (program.hasExited()) throw new Error(`kube-controller-manager ended:\n${program.logTail()}`);
  return program;
}

function etcdArgs(url: string): string[] {
  return [
    '--data-dir=etcd-data',
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    '--initial-advertise-peer-urls=http://127.0.0.1:0',
    '--initial-cluster=default=http://127.0.0.1:0',
    // The data live no longer than the processes do.
    '--unsafe-no-fsync',
  ];
}

function apiServerArgs(port: number, etcdUrl: string, advertiseAddress: string): string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    `--advertise-address=${advertiseAddress}`,
    '--cert-dir=.',
    '--tls-cert-file=server.crt',
    '--tls-private-key-file=server.key',
    '--client-ca-file=client-ca.crt',
    '--service-account-key-file=token.pub',
    '--service-account-signing-key-file=token.key',
    '--service-account-issuer=https://kubernetes.default.svc',
    '--service-cluster-ip-range=10.0.0.0/24',
    '--authorization-mode=Node,RBAC',
    '--enable-bootstrap-token-auth=true',
    '--enable-admission-plugins=NodeRestriction',
    // Without kube-controller-manager nobody makes the service accounts that this plug-in demands of every pod.
    '--disable-admission-plugins=ServiceAccount',
  ];
}

/**
 * Moves the store past its first revisions, so that the API server starts from a later one, as every restarted
 * one does: what lies before its start it answers with 410.
 */
async function ageStore(etcdUrl: string, etcd: RunningProgram): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  const body = JSON.stringify({ key: 'YWdl', value: '' });
  for (let written = 0; written < FIRST_REVISIONS;) {
    if (etcd.hasExited()) throw new Error(`etcd ended:\n${etcd.logTail()}`);
    if (Date.now() > deadline) throw new Error(`etcd is not ready:\n${etcd.logTail()}`);
    if (await isAccepted(`${etcdUrl}/v3/kv/put`, body)) written += 1;
    else await delay(READY_POLL_MS);
  }
}

async function isAccepted(url: string, body: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(READY_PROBE_TIMEOUT_MS);
    const response = await fetch(url, { method: 'POST', body, signal });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function untilReady(
  coordinates: ServerCoordinates,
  programs: readonly RunningProgram[],
): Promise<void> {
  const client = createApiClient(coordinates);
  const deadline = Date.now() + READY_TIMEOUT_MS;
  try {
    for (;;) {
      const ended = programs.find((program) => program.hasExited());
      if (ended !== undefined) throw new Error(`${ended.name} ended:\n${ended.logTail()}`);
      if (await isReady(client)) return;
      if (Date.now() > deadline) {
        const logs = programs.map((program) => `${program.name}:\n${program.logTail()}`);
        throw new Error(
          `the API server is not ready after ${READY_TIMEOUT_MS} ms\n${logs.join('\n')}`,
        );
      }
      await delay(READY_POLL_MS);
    }
  } finally {
    await client.close();
  }
}

async function isReady(client: ReturnType<typeof createApiClient>): Promise<boolean> {
  try {
    const response = await client.get('/readyz', { timeoutMs: READY_PROBE_TIMEOUT_MS });
    return response.status === 200;
  } catch {
    return false;
  }
}
