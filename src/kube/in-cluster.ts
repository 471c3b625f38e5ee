// SPDX-License-Identifier: Apache-2.0
// Finds the API server from inside a pod: two environment variables and the service account's files.

import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { errorCode } from './error-code.js';
import type { ServerConfig, ServerConfigError } from './server-config.js';

/** Where kubelets mount the service account. */
const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InClusterOptions {
  /** KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder?: string;
}

/** Reads the files once, except the token, which the transport reads again as kubelets renew it. */
export async function readInClusterConfig({
  env,
  folder = SERVICE_ACCOUNT_FOLDER,
}: InClusterOptions): Promise<Result<ServerConfig, ServerConfigError>> {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (!host || !port) return fail({ code: 'NotInCluster', message: notInCluster });

  const ca = await readText(join(folder, 'ca.crt'));
  if (!ca.ok) return ca;
  const tokenPath = join(folder, 'token');
  const token = await readText(tokenPath);
  if (!token.ok) return token;
  // Absent where only a token was projected; then the caller has to know its namespace.
  const namespace = await readText(join(folder, 'namespace'));

  return ok({
    baseUrl: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    caPem: ca.value,
    token: { kind: 'file', path: tokenPath },
    ...(namespace.ok ? { namespace: namespace.value.trim() } : {}),
  });
}

const notInCluster =
  'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: this is no pod; name a kubeconfig';

async function readText(path: string): Promise<Result<string, ServerConfigError>> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.trim() !== '') return ok(text);
    return fail({ code: 'ServiceAccountFileUnreadable', message: `${path} is empty` });
  } catch (error) {
    const message = `${path} cannot be read (${errorCode(error)})`;
    return fail({ code: 'ServiceAccountFileUnreadable', message });
  }
}
