// SPDX-License-Identifier: Apache-2.0
// What a test needs to know of a running API server, as a value that travels through an environment variable. Whatever
// serves the API can offer one; what not every server can do is optional.

import { CLIENT_AUTH, issueCertificate } from './control-plane-certificates.js';
import type { KeyPairPem } from './control-plane-certificates.js';

/** Set by the global set-up, read by every contract and end-to-end test. */
export const SERVER_VARIABLE = 'KUBE_CSR_APPROVER_TEST_SERVER';

const ETCD_TIMEOUT_MS = 10_000;

/** Plain JSON. */
export interface ServerCoordinates {
  readonly url: string;
  /** The authority that the server's own certificate comes from. */
  readonly caPem: string;
  readonly adminCertPem: string;
  readonly adminKeyPem: string;
  readonly kubeconfigPath: string;
  /** The authority whose client certificates the server believes. */
  readonly clientCa: KeyPairPem;
  /** Where kubectl and kube-controller-manager are, if anywhere. */
  readonly binDir?: string;
  readonly etcdUrl?: string;
}

export interface ServerHandle extends ServerCoordinates {
  /** A client certificate as that user, from the authority that the server believes. */
  requestClientCert(username: string, groups?: readonly string[]): Promise<KeyPairPem>;
  /** Makes the store forget everything before the revision; absent where the server cannot be told to. */
  readonly compact?: (revision: string) => Promise<void>;
}

export function handleOf(coordinates: ServerCoordinates): ServerHandle {
  const { clientCa, etcdUrl } = coordinates;
  return {
    ...coordinates,
    requestClientCert: (username, groups = []) =>
      issueCertificate(clientCa, {
        subject: [...groups.map((group) => ({ O: [group] })), { CN: [username] }],
        extendedKeyUsages: [CLIENT_AUTH],
      }),
    ...(etcdUrl === undefined ? {} : { compact: (revision) => compactEtcd(etcdUrl, revision) }),
  };
}

/** The server that the global set-up started. Throws when there is none. */
export function sharedServer(): ServerHandle {
  const text = process.env[SERVER_VARIABLE];
  if (text === undefined) {
    throw new Error(
      `${SERVER_VARIABLE} is not set: run with --config jest.control-plane.config.js`,
    );
  }
  return handleOf(JSON.parse(text) as ServerCoordinates);
}

async function compactEtcd(etcdUrl: string, revision: string): Promise<void> {
  // Under this key API servers tell each other how far the store was compacted, and drop their own snapshots.
  const key = Buffer.from('compact_rev_key').toString('base64');
  await askEtcd(`${etcdUrl}/v3/kv/put`, { key, value: Buffer.from(revision).toString('base64') });
  await askEtcd(`${etcdUrl}/v3/kv/compaction`, { revision, physical: true });
}

async function askEtcd(url: string, question: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(question),
    signal: AbortSignal.timeout(ETCD_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}
