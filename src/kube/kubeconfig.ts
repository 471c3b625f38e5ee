// SPDX-License-Identifier: Apache-2.0
// Finds the API server by a kubeconfig, with everything that may stand in one (contexts, client certificates, tokens,
// credential plug-ins). Only reached by a dynamic import, so that inside a cluster client-node is never loaded.

import { stat } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { KubeConfig, type Cluster, type User } from '@kubernetes/client-node';
import { field, stringAt } from '../vocabulary/json.js';
import { printable } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { errorCode } from './error-code.js';
import type { ServerConfig, ServerConfigError, ServerConfigErrorCode } from './server-config.js';

/** Larger files are no kubeconfig. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** client-node keeps what a plug-in gave until it expires; this only spares its work on each call. */
const TOKEN_KEPT_MS = 10_000;

export interface KubeconfigOptions {
  readonly path: string;
  /** Default: the file's current-context. */
  readonly context?: string;
  readonly nowMs: () => number;
}

/** Reads the file and asks a credential plug-in once. Messages name the file and the context, never a secret. */
export async function readKubeconfig(
  options: KubeconfigOptions,
): Promise<Result<ServerConfig, ServerConfigError>> {
  try {
    return ok(await read(options));
  } catch (error) {
    if (error instanceof Unusable) return fail({ code: error.code, message: error.message });
    throw error;
  }
}

/** Leaves this module as a ServerConfigError only. */
class Unusable extends Error {
  readonly code: ServerConfigErrorCode;
  constructor(code: ServerConfigErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

async function read(options: KubeconfigOptions): Promise<ServerConfig> {
  const kubeconfig = await load(options);
  const where = whereOf(options.path, kubeconfig);
  const context = kubeconfig.getContextObject(kubeconfig.getCurrentContext());
  const cluster = kubeconfig.getCurrentCluster();
  const user = kubeconfig.getCurrentUser();
  if (context === null || cluster === null) {
    throw new Unusable('ContextMissing', `${where}: there is no such context, or no such cluster`);
  }
  if (user === null) throw new Unusable('ContextMissing', `${where}: there is no such user`);
  refuseUnsupported(where, cluster, user);

  const credentials = await credentialsOf(kubeconfig, where);
  return {
    baseUrl: cluster.server,
    ...credentials.tls,
    token: tokenSource(options, user, credentials.token),
    ...(cluster.tlsServerName ? { serverName: cluster.tlsServerName } : {}),
    ...(cluster.skipTLSVerify ? { insecureSkipTlsVerify: true } : {}),
    ...(context.namespace ? { namespace: context.namespace } : {}),
  };
}

async function load({ path, context }: KubeconfigOptions): Promise<KubeConfig> {
  const kubeconfig = new KubeConfig();
  try {
    const { size } = await stat(path);
    if (size > MAX_FILE_BYTES) {
      throw new Unusable('KubeconfigInvalid', `${path} is larger than ${MAX_FILE_BYTES} bytes`);
    }
    kubeconfig.loadFromFile(path);
  } catch (error) {
    if (error instanceof Unusable) throw error;
    throw unreadable(path, error);
  }
  if (context !== undefined) kubeconfig.setCurrentContext(context);
  for (const user of kubeconfig.users) tellPlugin(user);
  return kubeconfig;
}

/** The parser's own message may quote the file, and the file holds secrets: only the line is told. */
function unreadable(path: string, error: unknown): Unusable {
  const code = errorCode(error);
  if (code !== 'UNKNOWN') {
    return new Unusable('KubeconfigUnreadable', `${path} cannot be read (${code})`);
  }
  const line = field(field(error, 'mark'), 'line');
  const at = typeof line === 'number' ? `:${line + 1}` : '';
  return new Unusable('KubeconfigInvalid', `${path}${at} is no kubeconfig`);
}

const whereOf = (path: string, kubeconfig: KubeConfig): string =>
  `${path}, context "${printable(kubeconfig.getCurrentContext() ?? '')}"`;

/** What would silently mean something else if it were ignored. */
function refuseUnsupported(where: string, cluster: Cluster, user: User): void {
  const refuse = (what: string): never => {
    throw new Unusable('KubeconfigInvalid', `${where}: ${what}`);
  };
  const url = URL.canParse(cluster.server) ? new URL(cluster.server) : refuse('no server URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') refuse('no https server URL');
  if (url.protocol === 'http:' && !cluster.skipTLSVerify) {
    refuse('plain http needs insecure-skip-tls-verify: true');
  }
  if (cluster.proxyUrl) refuse('proxy-url is not supported');
  if (user.impersonateUser) refuse('impersonation (as) is not supported');
  if (user.username) refuse('basic authentication is not supported');
}

interface Credentials {
  readonly tls: Pick<ServerConfig, 'caPem' | 'clientCertPem' | 'clientKeyPem'>;
  readonly token: string | undefined;
}

async function credentialsOf(kubeconfig: KubeConfig, where: string): Promise<Credentials> {
  const options: RequestOptions = {};
  try {
    await kubeconfig.applyToHTTPSOptions(options);
  } catch (error) {
    // What a plug-in wrote to stderr may hold anything.
    const message = `${where}: the credentials cannot be had (${errorCode(error)})`;
    throw new Unusable('CredentialsUnavailable', message);
  }
  const caPem = pemOf(options.ca);
  const clientCertPem = pemOf(options.cert);
  const clientKeyPem = pemOf(options.key);
  return {
    tls: {
      ...(caPem === undefined ? {} : { caPem }),
      ...(clientCertPem === undefined ? {} : { clientCertPem }),
      ...(clientKeyPem === undefined ? {} : { clientKeyPem }),
    },
    token: bearerOf(options),
  };
}

const pemOf = (value: unknown): string | undefined =>
  typeof value === 'string' || Buffer.isBuffer(value) ? value.toString() : undefined;

function bearerOf({ headers }: RequestOptions): string | undefined {
  const header = stringAt(headers, 'Authorization') ?? '';
  const token = header.startsWith('Bearer ') ? header.slice('Bearer '.length).trim() : '';
  return token === '' ? undefined : token;
}

function tokenSource(
  options: KubeconfigOptions,
  user: User,
  token: string | undefined,
): ServerConfig['token'] {
  if (!isRecordLike(user.exec) && !isRecordLike(user.authProvider)) {
    return token === undefined ? { kind: 'none' } : { kind: 'static', token };
  }
  let kept: { readonly token: string | undefined; readonly atMs: number } | undefined = {
    token,
    atMs: options.nowMs(),
  };
  let kubeconfig: KubeConfig | undefined;
  return {
    kind: 'function',
    get: async (refused) => {
      if (!refused && kept !== undefined && options.nowMs() - kept.atMs < TOKEN_KEPT_MS) {
        return kept.token;
      }
      // A new object knows nothing of the token that was refused.
      if (refused || kubeconfig === undefined) kubeconfig = await load(options);
      const fresh = await credentialsOf(kubeconfig, whereOf(options.path, kubeconfig));
      kept = { token: fresh.token, atMs: options.nowMs() };
      return fresh.token;
    },
  };
}

const isRecordLike = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** Credential plug-ins expect to be told which version of their protocol is spoken; client-node does not tell them. */
function tellPlugin(user: User): void {
  const exec: unknown = user.exec;
  const apiVersion = stringAt(exec, 'apiVersion');
  if (apiVersion === undefined || typeof exec !== 'object' || exec === null) return;
  const value = JSON.stringify({
    apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false },
  });
  const env: unknown = field(exec, 'env');
  const known: readonly unknown[] = Array.isArray(env) ? env : [];
  Object.assign(exec, { env: [...known, { name: 'KUBERNETES_EXEC_INFO', value }] });
}
