// SPDX-License-Identifier: Apache-2.0
// Jest's global set-up: the small API server takes the place of the real one in the contract tests.

import { createServer } from 'node:http';
import { once } from 'node:events';
import { loadSmallApiServer } from '../../demo/api-server/load.mjs';

/** The name that control-plane-handle.ts reads. */
const SERVER_VARIABLE = 'KUBE_CSR_APPROVER_TEST_SERVER';

export default async function setUp() {
  const { startSmallApiServer } = await loadSmallApiServer();
  const server = await startSmallApiServer();
  const etcd = await etcdOf(server);
  const etcdUrl = `http://127.0.0.1:${etcd.address().port}`;
  process.env[SERVER_VARIABLE] = JSON.stringify({ ...server.coordinates, etcdUrl });
  globalThis.smallServer = {
    stop: async () => {
      etcd.close();
      etcd.closeAllConnections();
      await server.stop();
    },
  };
}

/** The one question to an etcd that tests ask: forget what was before this revision. */
async function etcdOf(server) {
  const etcd = createServer(async (request, response) => {
    const chunks = await request.toArray();
    const { revision } = JSON.parse(Buffer.concat(chunks).toString());
    if (request.url === '/v3/kv/compaction') server.compact(revision);
    response.end('{}');
  });
  etcd.listen(0, '127.0.0.1');
  await once(etcd, 'listening');
  return etcd;
}
