// SPDX-License-Identifier: Apache-2.0
// Talks to an API server over TLS with a client certificate: as its owner, or for somebody else by impersonation.

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
    const options = { method, agent, headers, timeout: TIMEOUT_MS };
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, url), options, (response) => {
        const chunks = /** @type {Buffer[]} */ ([]);
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, body: parsed(text) });
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  return { call, close: () => agent.destroy() };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}
