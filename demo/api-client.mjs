// SPDX-License-Identifier: Apache-2.0
// Talks to an API server over TLS with a client certificate: as its owner, or for somebody else by impersonation.

import { once } from 'node:events';
import { Agent, request } from 'node:https';

const TIMEOUT_MS = 10_000;

/** @typedef {{ status: number, body: any }} Answer */

/**
 * A client; `call` resolves with whatever the server answers, and rejects when it does not.
 * @param {{ url: string, caPem: string, cert: string, key: string }} server
 */
export function apiClient({ url, caPem, cert, key }) {
  const agent = new Agent({ ca: caPem, cert, key, keepAlive: true });

  /**
   * @param {string} method
   * @param {string} path
   * @param {{ body?: object, as?: { username: string, groups: string[] } }} [options]
   * @returns {Promise<Answer>}
   */
  async function call(method, path, { body, as } = {}) {
    const headers = {
      accept: 'application/json',
      'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      ...(as === undefined
        ? {}
        : { 'impersonate-user': as.username, 'impersonate-group': as.groups }),
    };
    const options = { method, agent, headers, signal: AbortSignal.timeout(TIMEOUT_MS) };
    const sent = request(new URL(path, url), options);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = await once(sent, 'response');
    const text = Buffer.concat(await response.toArray()).toString('utf8');
    return { status: response.statusCode, body: JSON.parse(text) };
  }

  return { call, close: () => agent.destroy() };
}
