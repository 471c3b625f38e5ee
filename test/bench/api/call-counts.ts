// SPDX-License-Identifier: Apache-2.0
// What the API server says about how often it was called (its metric apiserver_request_total).

import type { ApiClient } from '../../support/api-client.js';

/** Calls for each request of a backlog. */
export interface CallCounts {
  readonly writes: number;
  readonly reviews: number;
  /** GETs and LISTs of CertificateSigningRequests; a watch counts when it ends. */
  readonly reads: number;
}

const WRITE_VERBS = new Set(['PATCH', 'PUT', 'APPLY']);
const READ_VERBS = new Set(['GET', 'LIST']);

export async function countCalls(admin: ApiClient): Promise<CallCounts> {
  const { text } = await admin.get('/metrics');
  const counts = { writes: 0, reviews: 0, reads: 0 };
  for (const [, labels = '', value = '0'] of text.matchAll(
    /^apiserver_request_total\{(.*)\} (\S+)$/gm,
  )) {
    const resource = label(labels, 'resource');
    const verb = label(labels, 'verb');
    if (resource === 'subjectaccessreviews') counts.reviews += Number(value);
    if (resource !== 'certificatesigningrequests') continue;
    if (WRITE_VERBS.has(verb)) counts.writes += Number(value);
    if (READ_VERBS.has(verb)) counts.reads += Number(value);
  }
  return counts;
}

const label = (labels: string, name: string): string =>
  new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';

export const callsBetween = (
  before: CallCounts,
  after: CallCounts,
  requests: number,
): CallCounts => ({
  writes: (after.writes - before.writes) / requests,
  reviews: (after.reviews - before.reviews) / requests,
  reads: (after.reads - before.reads) / requests,
});
