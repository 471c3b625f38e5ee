// SPDX-License-Identifier: Apache-2.0
// What every contract test works with: the server that the global set-up offers, an administrator's client, and names
// that no other test file uses.

import { randomBytes } from 'node:crypto';
import { afterAll } from '@jest/globals';
import { createApiClient } from '../support/api-client.js';
import type { ApiClient, ApiObject, RequestOptions } from '../support/api-client.js';
import { sharedServer } from '../support/control-plane-handle.js';
import type { ServerHandle } from '../support/control-plane-handle.js';
import { CSR_PATH, csrObject, makeCsr } from '../support/control-plane-requests.js';
import type { CsrObjectOptions } from '../support/control-plane-requests.js';

export interface ServerUnderTest {
  readonly server: ServerHandle;
  readonly api: ApiClient;
  /** A name that this test file alone uses, also when the same server is tested again. */
  readonly name: (label: string) => string;
  /** A client that holds this certificate and key. */
  readonly clientWith: (certPem: string, keyPem: string) => ApiClient;
  /** Creates a CertificateSigningRequest of a fresh key (or of `pem`) and returns it. Throws if it is refused. */
  readonly pending: (label: string, options?: PendingOptions) => Promise<ApiObject>;
}

export interface PendingOptions extends Partial<CsrObjectOptions> {
  readonly pem?: string;
  readonly request?: RequestOptions;
}

/** Call it once, at the top of a test file; the connections are closed at its end. */
export function serverUnderTest(): ServerUnderTest {
  const server = sharedServer();
  const clients: ApiClient[] = [createApiClient(server)];
  const [api] = clients as [ApiClient];
  const run = randomBytes(4).toString('hex');
  const name = (label: string): string => `${label}-${run}`;

  afterAll(async () => {
    for (const client of clients) await client.close();
  });

  return {
    server,
    api,
    name,
    clientWith: (adminCertPem, adminKeyPem) => {
      const { url, caPem } = server;
      const client = createApiClient({ url, caPem, adminCertPem, adminKeyPem });
      clients.push(client);
      return client;
    },
    pending: async (label, { pem, request, ...options } = {}) => {
      const object = csrObject(pem ?? (await makeCsr({ cn: 'contract' })), {
        name: name(label),
        ...options,
      });
      const response = await api.create(CSR_PATH, object, request);
      if (response.status !== 201) throw new Error(`create: ${response.status} ${response.text}`);
      return response.body;
    },
  };
}

/** The path of one request, or of one of its subresources. */
export function csrPath(csr: ApiObject, subresource?: 'approval' | 'status'): string {
  const path = `${CSR_PATH}/${csr.metadata.name}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** A condition that the server will accept. */
export function condition(type: string, reason = 'Contract'): object {
  return { type, status: 'True', reason, message: 'set by a contract test' };
}
