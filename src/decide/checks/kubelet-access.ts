// SPDX-License-Identifier: Apache-2.0
// Who may ask for a kubelet's client certificate is a question for the cluster's RBAC, asked as upstream does (APR).

import type { CsrObject } from '../../request/csr-object.js';
import { type Check, type CheckResult, open, passed, unavailable } from '../check.js';
import type { AccessReviewNeed } from '../evidence.js';

const need = (csr: CsrObject, subresource: 'nodeclient' | 'selfnodeclient'): AccessReviewNeed => {
  const { username, uid, groups, extra } = csr.requester;
  return {
    kind: 'access-review',
    assumption: subresource,
    subject: { user: username, uid, groups, extra },
    attributes: {
      verb: 'create',
      group: 'certificates.k8s.io',
      resource: 'certificatesigningrequests',
      subresource,
    },
  };
};

/**
 * The requester may create `selfnodeclient` (when it asks for its own name) or `nodeclient`: upstream tries the second
 * when the first is not granted. A missing right may be granted later, so it is never a fact of the request.
 */
export const kubeletAccess: Check = {
  codes: ['AccessNotGranted', 'EvidenceUnavailable'],
  source: 'access review',
  run: ({ csr, facts, ask }) => {
    const asksForItself = csr.requester.username === facts.commonName;
    const reviews = asksForItself
      ? (['selfnodeclient', 'nodeclient'] as const)
      : (['nodeclient'] as const);
    const want = `create certificatesigningrequests/${reviews.join(' or /')}`;
    const looked = { want, source: 'access review' } as const;
    for (const review of reviews) {
      const answer = ask.accessReview(need(csr, review));
      if (answer === undefined) return [open('AccessNotGranted', looked)];
      if (answer.state === 'unavailable') return [unavailable(looked, answer.why)];
      if (answer.value)
        return [passed('AccessNotGranted', { ...looked, saw: `${review} allowed` })];
    }
    const refusal: CheckResult = {
      code: 'AccessNotGranted',
      state: 'violated',
      transient: 'may pass',
      ...looked,
      saw: 'not allowed',
      message: `the requester may not ${want}`,
    };
    return [refusal];
  },
};
