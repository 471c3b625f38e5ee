// SPDX-License-Identifier: Apache-2.0
// Reason codes of the strict reader: why the bytes of a request are refused.

import type { Reason } from './reason.js';

/** Codes by which `x509/` and `request/` refuse a request. A retired code is never used again. */
export const readingReasons = {
  ObjectUnreadable: {
    meaning: 'The object is not a CertificateSigningRequest as the API defines it.',
    requester: 'Create the object with a common tool such as kubectl.',
    operator: 'Look at the field that the message names; a real API server never sends such an object.',
  },
  RequestTooLarge: {
    meaning: 'The request is larger than any real request, so it is not parsed at all.',
    requester: 'Ask for fewer names, or leave out attributes and extensions that nobody reads.',
    operator: 'Nothing; the limit protects the controller.',
  },
  ReadersDisagree: {
    meaning: 'Two independent parsers read different things in the same bytes.',
    requester: 'Make the request with a common tool such as openssl.',
    operator:
      'Treat it as an attack or a defect of this program until it is explained; keep the object and report it.',
  },
} as const satisfies Record<string, Reason>;
