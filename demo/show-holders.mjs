// SPDX-License-Identifier: Apache-2.0
// Shows who the holders of the issued certificates are: they ask the API server, over TLS, with nothing else.

import { apiClient } from './api-client.mjs';
import { painted, say } from './terminal.mjs';

const WHO_AM_I = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

/**
 * For the client certificates of which the demo has the keys; returns one line for each thing that is wrong.
 * @param {import('./outcomes.mjs').Outcome[]} outcomes
 * @param {import('./api-server/small-api-server.js').SmallApiServer} server
 */
export async function showHolders(outcomes, { url, caPem }) {
  const surprises = /** @type {string[]} */ ([]);
  for (const { certificate: cert, key, request } of outcomes) {
    if (cert === undefined || key === undefined || !request.usages.includes('client auth'))
      continue;
    const keyPem = String(key.export({ type: 'pkcs8', format: 'pem' }));
    const client = apiClient({ url, caPem, cert, key: keyPem });
    const { status, body } = await client.call('POST', WHO_AM_I, { body: {} });
    client.close();
    const { username, groups } = status === 201 ? body.status.userInfo : NOBODY;
    say(`   ${request.name} → ${painted('bold', username)}, groups ${groups.join(', ')}`);

    // To Kubernetes, O is a group and CN is the user.
    const own = groups.filter((/** @type {string} */ group) => group !== 'system:authenticated');
    const identity = [...own.map((/** @type {string} */ group) => `O=${group}`), `CN=${username}`];
    if (identity.join(', ') !== request.expected.subject) {
      surprises.push(`${request.name}: authenticates as ${identity.join(', ')} (status ${status})`);
    }
  }
  say();
  return surprises;
}

const NOBODY = { username: 'nobody', groups: [] };
