// SPDX-License-Identifier: Apache-2.0
// The product's own transport to the server under test, for contract tests of kube/.

import { afterAll } from '@jest/globals';
import { createTransport } from '../../src/kube/transport.js';
import type { Transport } from '../../src/kube/transport.js';
import type { ServerConfig } from '../../src/kube/server-config.js';
import { realClock } from '../../src/cli/clock.js';
import type { ServerHandle } from '../support/control-plane-handle.js';

/** The administrator's configuration. */
export const configOf = (server: ServerHandle): ServerConfig => ({
  baseUrl: server.url,
  caPem: server.caPem,
  clientCertPem: server.adminCertPem,
  clientKeyPem: server.adminKeyPem,
  token: { kind: 'none' },
});

const transports: Transport[] = [];

afterAll(async () => {
  for (const transport of transports) await transport.close();
});

/** A transport that is closed at the end of the test file. */
export function transportTo(config: ServerConfig): Transport {
  const transport = createTransport(config, { clock: realClock, version: '0.0.0-test' });
  transports.push(transport);
  return transport;
}
