// SPDX-License-Identifier: Apache-2.0
// The whole controller on the small API server, in this process, with a clock that the test moves.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import {
  type SmallApiServer,
  startSmallApiServer,
} from '../../demo/api-server/small-api-server.js';
import { runControllers } from '../../src/cli/compose.js';
import { createLog } from '../../src/telemetry/log.js';
import type { EventChoice } from '../../src/telemetry/request-events.js';
import { type ApiClient, type ApiObject, createApiClient } from '../support/api-client.js';
import { CSR_PATH, csrObject, makeCsr } from '../support/control-plane-requests.js';
import { eventually } from '../support/eventually.js';
import { LogReader } from '../support/log-reader.js';
import { ManualClock } from '../support/manual-clock.js';

const CONFIG_MAPS = '/api/v1/namespaces/kube-system/configmaps';
const POLICY_NAME = 'csr-policy';

export const USER_SIGNER = 'kubernetes.io/kube-apiserver-client';
export const KUBELET_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';

/** One line of the log. */
export type Line = Readonly<Record<string, unknown>>;

/** A controller that runs in this process. */
export interface Running {
  /** Throws when one is not as log-schema.ts declares it. */
  lines(): readonly Line[];
  linesOf(message: string, fields?: Line): readonly Line[];
  line(message: string, fields?: Line): Promise<Line>;
  stop(): Promise<void>;
}

/** A server, and what a scenario does with it. */
export interface Stage {
  readonly server: SmallApiServer;
  readonly api: ApiClient;
  readonly clock: ManualClock;
  /** Writes the policy into its ConfigMap; `signers` get the server's client CA. */
  putPolicy(rules: string, signers?: readonly string[]): Promise<void>;
  /** DNS servers as `run` takes them, those of the machine unless given; which Events it writes. */
  run(dnsServers?: readonly string[], events?: EventChoice): Running;
  ask(name: string, as: { user: string; groups?: string[] }, more?: object): Promise<ApiObject>;
  csr(name: string): Promise<ApiObject>;
  all(): Promise<readonly ApiObject[]>;
}

const ends: (() => Promise<void>)[] = [];
const logs: LogReader[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
  for (const log of logs.splice(0)) log.check();
});

/** A stage of its own for one test; taken down after it. */
export async function setStage(): Promise<Stage> {
  const server = await startSmallApiServer();
  const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-scenario-'));
  const api = createApiClient(server);
  const clock = new ManualClock();
  ends.push(
    () => server.stop(),
    () => rm(folder, { recursive: true, force: true }),
    () => api.close(),
  );
  await letEverybodyAsk(api);
  const certFile = join(folder, 'ca.crt');
  const keyFile = join(folder, 'ca.key');
  await writeFile(certFile, server.clientCa.certPem);
  await writeFile(keyFile, server.clientCa.keyPem);
  const ca = JSON.stringify({ files: { cert: certFile, key: keyFile } });

  return {
    server,
    api,
    clock,
    putPolicy: async (rules, signers = [USER_SIGNER, KUBELET_SIGNER]) => {
      const text = `apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\n${rules}\nsigners:\n${signers
        .map((name) => `  ${name}: { ca: ${ca} }\n`)
        .join('')}`;
      const body = { metadata: { name: POLICY_NAME }, data: { 'policy.yaml': text } };
      const made = await api.create(CONFIG_MAPS, body);
      if (made.status === 409) await api.put(`${CONFIG_MAPS}/${POLICY_NAME}`, body);
    },
    run: (dnsServers = [], events = 'problems') => runHere(server, clock, { dnsServers, events }),
    ask: async (name, as, more = {}) => {
      const pem = 'pem' in more ? String(more.pem) : await makeCsr({ cn: as.user });
      const usages = ['client auth', 'digital signature'];
      const object = csrObject(pem, { name, signerName: USER_SIGNER, usages, ...more });
      const { status, text, body } = await api.create(CSR_PATH, object, { as });
      if (status !== 201) throw new Error(`ask for ${name}: ${status} ${text}`);
      return body;
    },
    csr: async (name) => (await api.get(`${CSR_PATH}/${name}`)).body,
    all: async () => (await api.get(CSR_PATH)).body.items,
  };
}

/** Who may ask is the server's business; who gets is ours. */
async function letEverybodyAsk(api: ApiClient): Promise<void> {
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const name = 'ask-for-certificates';
  const apiGroup = 'rbac.authorization.k8s.io';
  await api.create(`${rbac}/clusterroles`, {
    metadata: { name },
    rules: [
      {
        apiGroups: ['certificates.k8s.io'],
        resources: ['certificatesigningrequests'],
        verbs: ['create'],
      },
    ],
  });
  await api.create(`${rbac}/clusterrolebindings`, {
    metadata: { name },
    roleRef: { apiGroup, kind: 'ClusterRole', name },
    subjects: [{ apiGroup, kind: 'Group', name: 'system:authenticated' }],
  });
}

function runHere(
  server: SmallApiServer,
  clock: ManualClock,
  { dnsServers, events }: { readonly dnsServers: readonly string[]; readonly events: EventChoice },
): Running {
  const reader = new LogReader();
  logs.push(reader);
  const stop = new AbortController();
  const log = createLog('info', { write: (text) => reader.add(text) });
  const config = {
    baseUrl: server.url,
    caPem: server.caPem,
    clientCertPem: server.adminCertPem,
    clientKeyPem: server.adminKeyPem,
    token: { kind: 'none' },
  } as const;
  const policy = {
    kind: 'configmap',
    namespace: 'kube-system',
    name: POLICY_NAME,
  } as const;
  const controllers = ['approver', 'signer'] as const;
  const namespace = 'kube-system';
  const options = {
    config,
    policy,
    controllers,
    namespace,
    dnsServers,
    lease: undefined,
    events,
    health: undefined,
    metrics: undefined,
  };
  const stopped = runControllers(options, { log, clock }, stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await stopped;
  };
  ends.push(end);
  return {
    lines: () => reader.lines(),
    linesOf: (message, fields) => reader.linesOf(message, fields),
    line: (message, fields) =>
      eventually(
        `a line "${message}" ${JSON.stringify(fields)}`,
        () => reader.linesOf(message, fields)[0],
      ),
    stop: end,
  };
}

/** The one word for where a request stands. */
export function stateOf({ status }: ApiObject): string {
  const types = (status.conditions ?? []).map(({ type }) => type);
  if (types.length > 1) return types.join();
  return status.certificate === undefined ? (types[0] ?? 'pending') : 'issued';
}
