// SPDX-License-Identifier: Apache-2.0
// The API server that the demo runs on: a real etcd and kube-apiserver. The only file of the demo that knows which.

import { ensureControlPlane } from '../test/control-plane/build.mjs';
import { loadControlPlane } from '../test/support/control-plane-load.mjs';

/**
 * @typedef {object} ApiServer
 * @property {string} url
 * @property {string} caPem whom to trust when talking to it
 * @property {{ cert: string, key: string }} admin client certificate of an administrator
 * @property {string} kubeconfigPath of the same administrator
 * @property {{ certPem: string, keyPem: string }} clientCa the CA whose client certificates it believes
 * @property {() => Promise<void>} stop
 */

/**
 * Makes sure that the programs are there, which may take minutes the first time.
 * @param {(line: string) => void} report receives progress
 * @returns {Promise<{ start: () => Promise<ApiServer> } | { why: string }>}
 */
export async function findApiServer(report) {
  const programs = await ensureControlPlane({ report });
  if (!programs.ok) return { why: programs.why };
  return { start: () => start(programs.binDir) };
}

/** @param {string} binDir */
async function start(binDir) {
  const { startControlPlane } = await loadControlPlane();
  const plane = await startControlPlane({ binDir });
  return {
    url: plane.url,
    caPem: plane.caPem,
    admin: { cert: plane.adminCertPem, key: plane.adminKeyPem },
    kubeconfigPath: plane.kubeconfigPath,
    clientCa: plane.clientCa,
    stop: () => plane.stop(),
  };
}
