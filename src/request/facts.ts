// SPDX-License-Identifier: Apache-2.0
// What a request says, once it was read strictly: the only form in which rules and the signer see it.

import type { PublicKeyFacts } from '../x509/keys.js';
import type { RequestedExtension } from '../x509/requested-extensions.js';
import type { SubjectAltName } from '../x509/subject-alt-names.js';
import type { SubjectAttribute } from '../x509/subject.js';

// Their definitions stand beside the readers that make them; rules know them from here.
export type { PublicKeyFacts, RequestedExtension, SubjectAltName, SubjectAttribute };

/** Everything that a readable request says. Frozen; nothing else of the request reaches a rule or a certificate. */
export interface RequestFacts {
  readonly subject: readonly SubjectAttribute[];
  /** The one common name, if there is one. */
  readonly commonName: string | undefined;
  /** Organisations in the order of the request. */
  readonly organizations: readonly string[];
  readonly sans: readonly SubjectAltName[];
  readonly key: PublicKeyFacts;
  /** Algorithm of the request's own signature, for example `ecdsa-with-SHA256`. */
  readonly signatureAlgorithm: string;
  readonly extensions: readonly RequestedExtension[];
  /**
   * What was read and is judged by nobody and copied nowhere, in words: `subject ST`,
   * `extension subjectKeyIdentifier`, `attribute challengePassword`.
   */
  readonly ignored: readonly string[];
}
