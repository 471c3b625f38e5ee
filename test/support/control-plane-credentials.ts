// SPDX-License-Identifier: Apache-2.0
// The certificates and keys that a test control plane starts with, as files in its folder, and its kubeconfig.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CLIENT_AUTH,
  SERVER_AUTH,
  createAuthority,
  createTokenKey,
  issueCertificate,
} from './control-plane-certificates.js';
import type { KeyPairPem } from './control-plane-certificates.js';
import type { ServerCoordinates } from './control-plane-handle.js';

/** The first address of the service range, at which pods would see the API server. */
const SERVICE_ADDRESS = '10.0.0.1';

const SERVER_NAMES = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];

export interface Credentials {
  readonly serverCa: KeyPairPem;
  readonly clientCa: KeyPairPem;
  readonly admin: KeyPairPem;
}

/**
 * Writes server.crt, client-ca.crt (each with its .key), token.key and token.pub. The server certificate is also good
 * for the advertised address.
 */
export async function writeCredentials(folder: string, advertised?: string): Promise<Credentials> {
  const serverCa = await createAuthority('test-server-ca');
  const clientCa = await createAuthority('test-client-ca');
  const addresses = [...new Set(['127.0.0.1', SERVICE_ADDRESS, advertised ?? '127.0.0.1'])];
  const server = await issueCertificate(serverCa, {
    subject: [{ CN: ['kube-apiserver'] }],
    names: [
      ...SERVER_NAMES.map((value) => ({ type: 'dns', value }) as const),
      ...addresses.map((value) => ({ type: 'ip', value }) as const),
    ],
    extendedKeyUsages: [SERVER_AUTH],
  });
  const admin = await issueCertificate(clientCa, {
    subject: [{ O: ['system:masters'] }, { CN: ['test-admin'] }],
    extendedKeyUsages: [CLIENT_AUTH],
  });
  const token = await createTokenKey();
  const files = {
    'server.crt': server.certPem,
    'server.key': server.keyPem,
    'client-ca.crt': clientCa.certPem,
    'client-ca.key': clientCa.keyPem,
    'token.key': token.keyPem,
    'token.pub': token.publicKeyPem,
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text, { mode: 0o600 });
  }
  return { serverCa, clientCa, admin };
}

/** A kubeconfig of the administrator, as JSON (which YAML contains). */
export function kubeconfig(coordinates: ServerCoordinates): string {
  const { url, caPem, adminCertPem, adminKeyPem } = coordinates;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [
      { name: 'test', cluster: { server: url, 'certificate-authority-data': base64(caPem) } },
    ],
    users: [
      {
        name: 'test',
        user: {
          'client-certificate-data': base64(adminCertPem),
          'client-key-data': base64(adminKeyPem),
        },
      },
    ],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
