// SPDX-License-Identifier: Apache-2.0
// A certificate does not renew itself: else whoever has left goes on for ever through the groups of an old certificate.

import { type Check, passed, violated } from '../check.js';

/** Key of spec.extra that Kubernetes ≥ 1.32 sets for users that authenticated with a client certificate. */
export const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** The requester did not authenticate with a client certificate, or the rule allows it (semantics 6). */
export const requesterCertificate: Check = {
  codes: ['CertificateRequester'],
  source: 'requester',
  run: ({ csr, rule }) => {
    const credentials = csr.requester.extra[CREDENTIAL_ID] ?? [];
    const byCertificate = credentials.some((id) => id.startsWith('X509SHA256='));
    const looked = {
      want: rule.certificateRequesters === 'allow' ? 'any credential' : 'no client certificate',
      saw: byCertificate ? 'a client certificate' : 'no client certificate',
      source: 'requester',
    } as const;
    if (!byCertificate || rule.certificateRequesters === 'allow') {
      return [passed('CertificateRequester', looked)];
    }
    const text =
      'the requester authenticated with a client certificate, which must not renew itself';
    return [violated('CertificateRequester', looked, text)];
  },
};
