// SPDX-License-Identifier: Apache-2.0
// The raw limit: the same calls as the approver's, from a plain undici client that knows beforehand what to write.

import { Pool } from 'undici';
import { CSR_PATH } from '../../support/control-plane-requests.js';
import type { Cluster } from './cluster.js';
import type { PendingRequest } from './backlog.js';

/** What the approver has in flight, too (its worker's concurrency). */
export const IN_FLIGHT = 16;

export type RawCall = 'review' | 'approval' | 'status';

export interface RawClient {
  /** Does the calls one after the other for one request. Throws at any answer but success. */
  act(request: PendingRequest, calls: readonly RawCall[]): Promise<void>;
  /** Watches all requests and throws away what it sees; resolves, when the server has answered, with how to end it. */
  watch(): Promise<() => void>;
  close(): Promise<void>;
}

export function createRawClient(cluster: Cluster): RawClient {
  const { url, caPem, clientCa } = cluster.plane.coordinates;
  const pool = new Pool(url, { connections: IN_FLIGHT + 1, pipelining: 1, connect: { ca: caPem } });
  const certificate = Buffer.from(clientCa.certPem).toString('base64');

  const send = async (
    method: 'PATCH' | 'POST',
    path: string,
    body: object,
  ): Promise<Record<string, unknown>> => {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answer = await pool.request({
      method,
      path,
      headers: {
        Accept: 'application/json',
        'Content-Type': contentType,
        Authorization: `Bearer ${cluster.token}`,
      },
      body: JSON.stringify(body),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${text}`);
    return JSON.parse(text) as Record<string, unknown>;
  };

  const calls: Readonly<
    Record<RawCall, (request: PendingRequest, version: string) => Promise<string>>
  > = {
    review: async ({ identity }, version) => {
      await send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', reviewOf(identity));
      return version;
    },
    approval: ({ name, uid }, version) =>
      patch(`${CSR_PATH}/${name}/approval`, uid, version, { conditions: [APPROVED] }),
    status: ({ name, uid }, version) =>
      patch(`${CSR_PATH}/${name}/status`, uid, version, { certificate }),
  };

  const patch = async (
    path: string,
    uid: string,
    resourceVersion: string,
    status: object,
  ): Promise<string> => {
    const object = await send('PATCH', path, { metadata: { uid, resourceVersion }, status });
    return (object['metadata'] as { readonly resourceVersion: string }).resourceVersion;
  };

  return {
    act: async (request, names) => {
      let version = request.resourceVersion;
      for (const name of names) version = await calls[name](request, version);
    },
    watch: async () => {
      const answer = await pool.request({
        method: 'GET',
        path: `${CSR_PATH}?${WATCH}`,
        headers: { Accept: 'application/json', Authorization: `Bearer ${cluster.token}` },
        // undici would cut a quiet watch.
        bodyTimeout: 0,
      });
      // Breaks when it is ended, which is what is wanted.
      answer.body.on('error', () => {});
      answer.body.resume();
      return () => answer.body.destroy();
    },
    close: () => pool.destroy(),
  };
}

/** As a reflector begins: the list in the stream, and then every change. */
const WATCH =
  'watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';

/** As long as the text that the approver writes. */
const APPROVED = {
  type: 'Approved',
  status: 'True',
  reason: 'PolicyApproved',
  message: 'rule "users" (policy 00000000): all checks passed, so the request is approved',
};

const reviewOf = (identity: PendingRequest['identity']): object => ({
  apiVersion: 'authorization.k8s.io/v1',
  kind: 'SubjectAccessReview',
  spec: {
    user: identity?.user ?? 'nobody',
    groups: [...(identity?.groups ?? []), 'system:authenticated'],
    resourceAttributes: { verb: '*', group: '*', resource: '*' },
  },
});
