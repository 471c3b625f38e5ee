// SPDX-License-Identifier: Apache-2.0
// Nobody gets a client certificate for an identity that may do everything (kubeadm:cluster-admins is such a group).

import { type Check, open, passed, unavailable, violated } from '../check.js';
import type { AccessReviewNeed } from '../evidence.js';

/** Usages with which a certificate authenticates a client; a certificate for `any` does so too. */
const CLIENT_USAGES = ['client auth', 'any'];

/** The question whether the identity to be issued may do everything, as the API server would see it. */
const need = (user: string, organizations: readonly string[]): AccessReviewNeed => ({
  kind: 'access-review',
  assumption: 'everything',
  subject: { user, uid: '', groups: [...organizations, 'system:authenticated'], extra: {} },
  attributes: { verb: '*', group: '*', resource: '*' },
});

/**
 * The identity to be issued (CN, O and system:authenticated) may not do everything. Without a common name there is no
 * identity. A rule in mode review may still put such a request before a person.
 */
export const everyRight: Check = {
  codes: ['IdentityHasEveryRight', 'EvidenceUnavailable'],
  source: 'access review',
  run: ({ csr, facts, rule, ask }) => {
    const looked = {
      want: 'an identity with less than every right',
      source: 'access review',
    } as const;
    const isClient = csr.usages.some((usage) => CLIENT_USAGES.includes(usage));
    if (!isClient || facts.commonName === undefined) {
      return [passed('IdentityHasEveryRight', { ...looked, saw: 'no identity of a client' })];
    }
    const answer = ask.accessReview(need(facts.commonName, facts.organizations));
    if (answer === undefined) return [open('IdentityHasEveryRight', looked)];
    if (answer.state === 'unavailable') return [unavailable(looked, answer.why)];
    if (!answer.value) {
      return [passed('IdentityHasEveryRight', { ...looked, saw: 'not every right' })];
    }
    const saw = 'every right in the cluster';
    if (rule.mode === 'review') {
      return [passed('IdentityHasEveryRight', { ...looked, saw: `${saw}, for a person to judge` })];
    }
    const text = 'the identity to be issued may do everything in the cluster';
    return [violated('IdentityHasEveryRight', { ...looked, saw }, text)];
  },
};
