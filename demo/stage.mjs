// SPDX-License-Identifier: Apache-2.0
// Prepares an API server for the demo: the objects in it, the authorities, and the controller with its policy loaded.

import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiClient } from './api-client.mjs';
import { POLICY_CONFIGMAP, createClusterObjects } from './cluster-objects.mjs';
import { startController } from './controller.mjs';
import { makeAuthority } from './make-authority.mjs';

/**
 * @typedef {object} Stage
 * @property {ReturnType<typeof apiClient>} client of an administrator
 * @property {ReturnType<typeof startController>} controller
 * @property {string} folder for files of a moment
 * @property {(signerName: string) => string} caPemOf the CA certificate of that signer
 */

/**
 * What has to be undone is handed to `later`, also when this throws.
 * @param {import('./api-server/small-api-server.js').SmallApiServer} server
 * @param {(undo: () => unknown) => void} later
 * @returns {Promise<Stage>}
 */
export async function prepareStage(server, later) {
  const client = apiClient({ ...server, cert: server.adminCertPem, key: server.adminKeyPem });
  later(client.close);
  await createClusterObjects(client);

  const folder = await mkdtemp(join(tmpdir(), 'csr-approver-demo-'));
  later(() => rmSync(folder, { recursive: true, force: true }));
  // A CA of its own: what it signs must be nobody to the API server.
  const internalCa = await makeAuthority('corp internal CA');
  const authorities = { 'client-ca': server.clientCa, 'internal-ca': internalCa };
  for (const [name, { certPem, keyPem }] of Object.entries(authorities)) {
    await writeFile(join(folder, `${name}.crt`), certPem);
    await writeFile(join(folder, `${name}.key`), keyPem, { mode: 0o600 });
  }

  const { kubeconfigPath } = server;
  const controller = startController({ kubeconfigPath, policyConfigMap: POLICY_CONFIGMAP, folder });
  later(controller.stop);
  const line = await controller.seen('policy in the log', ({ message }) =>
    ['policy loaded', 'policy refused'].includes(message),
  );
  if (line['message'] === 'policy refused') {
    throw new Error(`demo/policy.yaml: ${JSON.stringify(line['problems'], undefined, 2)}`);
  }
  return {
    client,
    controller,
    folder,
    caPemOf: (signerName) =>
      (signerName.startsWith('kubernetes.io/') ? server.clientCa : internalCa).certPem,
  };
}
