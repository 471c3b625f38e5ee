// SPDX-License-Identifier: Apache-2.0
// Kubernetes reads one subject attribute as the UID of the user; whoever sets it chooses another's UID.

import { type Check, type GuardInput, passed, violated } from '../check.js';

/** kubernetes.io's attribute for the UID of a user, read by the API server's client certificate authenticator. */
const UID = '1.3.6.1.4.1.57683.2';

/** The subject does not set the user's UID. */
export const uidAttribute: Check<GuardInput> = {
  codes: ['UidAttribute'],
  source: 'request',
  run: ({ facts }) => {
    const sets = facts.subject.some((attribute) => attribute.oid === UID);
    const looked = {
      want: `no subject attribute ${UID}`,
      saw: sets ? 'the attribute' : 'nothing',
      source: 'request',
    } as const;
    if (!sets) return [passed('UidAttribute', looked)];
    return [
      violated('UidAttribute', looked, `the subject attribute ${UID} (user UID) is never given`),
    ];
  },
};
