// SPDX-License-Identifier: Apache-2.0
// Finds the requests of the cluster that await a person: every check of a rule in mode review passed.

import { parseCsrObject } from '../request/parse-csr-object.js';
import { isDecided } from '../request/state.js';
import type { ReviewList } from '../review/review-list.js';
import { ok, type Result } from '../vocabulary/result.js';
import { type ClusterCase, explainObject } from './explain-cluster.js';
import { CSR_COLLECTION } from './requests.js';

/** Requests judged at the same time; each asks the API server a few questions. */
const AT_ONCE = 16;

/** The requests that await review, the oldest first; the error is one line for the user. */
export async function explainAwaitingReview(
  where: ClusterCase,
): Promise<Result<ReviewList, string>> {
  const candidates: unknown[] = [];
  const listed = await where.cluster.list(CSR_COLLECTION, (item) => {
    const csr = parseCsrObject(item);
    if (!csr.ok || isDecided(csr.value)) return;
    const rules = where.policy.rulesFor(csr.value.signerName);
    if (rules.some(({ mode }) => mode === 'review')) candidates.push(item);
  });
  if (!listed.ok) return listed;
  const items: ReviewList['items'][number][] = [];
  for (let at = 0; at < candidates.length; at += AT_ONCE) {
    // In groups, so that a thousand requests are not a thousand calls at once.
    const some = await Promise.all(
      candidates.slice(at, at + AT_ONCE).map((object) => explainObject(object, where)),
    );
    for (const each of some) if (each.ok) items.push(each.value);
  }
  return ok({
    apiVersion: 'kube-csr-approver/v1alpha1',
    kind: 'ReviewList',
    policyHash: where.policy.hash,
    items: items
      .filter(({ decision, known }) => decision === 'review' && known)
      .toSorted((a, b) => ((a.createdAt ?? '') < (b.createdAt ?? '') ? -1 : 1)),
    notKnown: items.filter(({ known }) => !known).map(({ csr }) => csr),
    missingRights: where.cluster.missingRights(),
  });
}
