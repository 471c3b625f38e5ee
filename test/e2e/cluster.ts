// SPDX-License-Identifier: Apache-2.0
// A control plane of its own for one file of end-to-end tests, with what they do all the time: ask for certificates,
// run the controller, look at what became of the requests, use kubectl.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { createApiClient } from '../support/api-client.js';
import type { ApiClient, ApiCondition, ApiObject, Impersonation } from '../support/api-client.js';
import { startControlPlane } from '../support/control-plane.js';
import type { ControlPlane, ControlPlaneOptions } from '../support/control-plane.js';
import { sharedServer } from '../support/control-plane-handle.js';
import { CSR_PATH, csrObject, makeCsr } from '../support/control-plane-requests.js';
import type { CsrObjectOptions } from '../support/control-plane-requests.js';
import { eventually } from '../support/eventually.js';
import { keepFromLogs } from '../support/log-secrets.js';
import { checkLogs, runController, runProgram } from '../support/running-controller.js';
import type { Printed, RunningController } from '../support/running-controller.js';

/** The signer of ordinary users' client certificates. */
export const USER_SIGNER = 'kubernetes.io/kube-apiserver-client';

/** How a request is asked for. */
export interface Asking extends Omit<CsrObjectOptions, 'name'> {
  /** A request for `CN=<user>` unless given. */
  readonly pem?: string;
  /** Impersonated; the administrator unless given. */
  readonly as?: Impersonation;
  /** Who calls; the administrator unless given. */
  readonly by?: ApiClient;
}

/** How somebody proves to the API server who they are. */
export type Credential =
  | { readonly certPem: string; readonly keyPem: string }
  | { readonly token: string }
  /** For a proxy that lets everybody in. */
  | 'none';

export interface Cluster {
  readonly plane: ControlPlane;
  readonly api: ApiClient;
  /** Writes a file of the test and returns its path. */
  file(name: string, text: string): Promise<string>;
  /** A kubeconfig file; for another place than the server itself, `at` says where and whom to trust. */
  kubeconfig(
    name: string,
    credential: Credential,
    at?: { readonly url: string; readonly caPem: string },
  ): Promise<string>;
  /** A client with these credentials; closed at the end of the file. */
  client(credential: Exclude<Credential, 'none'>): ApiClient;
  /** Runs kubectl as the administrator unless a kubeconfig is named. */
  kubectl(args: readonly string[], kubeconfigPath?: string): Promise<Printed>;
  /** Creates an object; throws when it is refused. */
  create(path: string, object: object): Promise<ApiObject>;
  /** Binds a ClusterRole to a group or user. */
  bind(clusterRole: string, subject: { kind: 'User' | 'Group'; name: string }): Promise<void>;
  /** Starts the controller; killed at the end of the file unless it has ended before. */
  run(
    flags: readonly string[],
    kubeconfigPath?: string,
    env?: NodeJS.ProcessEnv,
  ): RunningController;
  /** Creates a CertificateSigningRequest; throws when it is refused. */
  ask(name: string, asking?: Asking): Promise<ApiObject>;
  csr(name: string): Promise<ApiObject>;
  /** The request once it is approved or denied. */
  decided(name: string, deadlineMs?: number): Promise<ApiObject>;
  /** The PEM of its certificate once it is issued. */
  issued(name: string, deadlineMs?: number): Promise<string>;
  /** The request once it is marked as failed. */
  failed(name: string): Promise<ApiObject>;
}

/** Everybody may ask for certificates, as in most clusters; what they get is the controller's business. */
const ASKING_ROLE = 'ask-for-certificates';

/** Call it once, at the top of a test file, and await it. */
export async function startCluster(
  options: Omit<ControlPlaneOptions, 'binDir'> = {},
): Promise<Cluster> {
  const { binDir } = sharedServer();
  if (binDir === undefined) throw new Error('the end-to-end tests need kubectl and kube-apiserver');
  const plane = await startControlPlane({ binDir, ...options });
  const folder = join(plane.group.folder, 'e2e');
  await mkdir(folder);
  const clients: ApiClient[] = [];
  const controllers: RunningController[] = [];
  const client = (...credentials: Parameters<typeof createApiClient>): ApiClient => {
    const made = createApiClient(...credentials);
    clients.push(made);
    return made;
  };
  const api = client(plane);

  afterAll(async () => {
    await Promise.all(controllers.map((controller) => controller.kill()));
    await Promise.all(clients.map((each) => each.close()));
    await plane.stop();
    checkLogs();
  });

  const file = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    return path;
  };
  const cluster: Cluster = {
    plane,
    api,
    file,
    kubeconfig: (name, credential, at = plane) =>
      file(`${name}.kubeconfig`, kubeconfigText(credential, at)),
    client: (credential) =>
      client({
        url: plane.url,
        caPem: plane.caPem,
        ...('token' in credential
          ? credential
          : { adminCertPem: credential.certPem, adminKeyPem: credential.keyPem }),
      }),
    kubectl: (args, kubeconfigPath = plane.kubeconfigPath) =>
      // kubectl keeps a cache in the home folder.
      runProgram(join(binDir, 'kubectl'), ['--kubeconfig', kubeconfigPath, ...args], {
        env: { HOME: folder },
      }),
    run: (flags, kubeconfigPath = plane.kubeconfigPath, env = {}) => {
      const controller = runController(['--kubeconfig', kubeconfigPath, ...flags], env);
      controllers.push(controller);
      return controller;
    },
    ...objectsOf(api),
  };
  await cluster.create('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    metadata: { name: ASKING_ROLE },
    rules: [
      {
        apiGroups: ['certificates.k8s.io'],
        resources: ['certificatesigningrequests'],
        verbs: ['create'],
      },
    ],
  });
  await cluster.bind(ASKING_ROLE, { kind: 'Group', name: 'system:authenticated' });
  return cluster;
}

type ObjectCalls = Pick<
  Cluster,
  'create' | 'bind' | 'ask' | 'csr' | 'decided' | 'issued' | 'failed'
>;

function objectsOf(api: ApiClient): ObjectCalls {
  const create: Cluster['create'] = async (path, object) => {
    const { status, text, body } = await api.create(path, object);
    if (status !== 201) throw new Error(`create ${path}: ${status} ${text}`);
    return body;
  };
  const csr = async (name: string): Promise<ApiObject> => {
    const { status, text, body } = await api.get(`${CSR_PATH}/${name}`);
    if (status !== 200) throw new Error(`get ${name}: ${status} ${text}`);
    return body;
  };
  const once = (
    what: string,
    name: string,
    isSo: (object: ApiObject) => boolean,
    deadlineMs?: number,
  ): Promise<ApiObject> =>
    eventually(
      `${name} is ${what}`,
      async () => {
        const object = await csr(name);
        return isSo(object) ? object : undefined;
      },
      deadlineMs,
    );
  return {
    create,
    bind: async (clusterRole, subject) => {
      await create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        metadata: { generateName: 'e2e-' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: clusterRole },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', ...subject }],
      });
    },
    ask: async (name, { pem, as, by = api, ...options } = {}) => {
      const request = pem ?? (await makeCsr({ cn: as?.user ?? 'nobody' }));
      const object = csrObject(request, {
        name,
        signerName: USER_SIGNER,
        usages: ['client auth', 'digital signature'],
        ...options,
      });
      const { status, text, body } = await by.create(
        CSR_PATH,
        object,
        as === undefined ? {} : { as },
      );
      if (status !== 201) throw new Error(`ask for ${name}: ${status} ${text}`);
      return body;
    },
    csr,
    decided: (name, deadlineMs) =>
      once('decided', name, (object) => decisionsOf(object).length > 0, deadlineMs),
    issued: async (name, deadlineMs) => {
      const object = await once('issued', name, (each) => certificateOf(each) !== '', deadlineMs);
      return certificateOf(object);
    },
    failed: (name) => once('failed', name, (object) => conditionOf(object, 'Failed') !== undefined),
  };
}

/** Its condition of a type. */
export const conditionOf = (object: ApiObject, type: string): ApiCondition | undefined =>
  object.status.conditions?.find((condition) => condition.type === type);

/** All its conditions that decide. */
export const decisionsOf = (object: ApiObject): readonly ApiCondition[] =>
  (object.status.conditions ?? []).filter(({ type }) => ['Approved', 'Denied'].includes(type));

/** The PEM of its certificate; empty when there is none. */
export const certificateOf = ({ status }: ApiObject): string =>
  Buffer.from(status.certificate ?? '', 'base64').toString('utf8');

function kubeconfigText(
  credential: Credential,
  { url, caPem }: { readonly url: string; readonly caPem: string },
): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  if (credential !== 'none' && 'token' in credential) keepFromLogs(credential.token);
  const user =
    credential === 'none'
      ? {}
      : 'token' in credential
        ? credential
        : {
            'client-certificate-data': base64(credential.certPem),
            'client-key-data': base64(credential.keyPem),
          };
  const cluster = { server: url, 'certificate-authority-data': base64(caPem) };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'e2e',
    clusters: [{ name: 'e2e', cluster }],
    users: [{ name: 'e2e', user }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e' } }],
  });
}
