// SPDX-License-Identifier: Apache-2.0
// What an exhibit of the attack museum is.

import type { ReasonCode } from '../../../../src/vocabulary/reasons.js';

/** A request that must be refused with exactly `code`; it differs from a passing request in the one thing that its name says. */
export interface Exhibit {
  /** Text is taken byte for byte (Latin-1). */
  readonly request: string | Uint8Array;
  readonly code: ReasonCode;
  /** True where the API server and kube-controller-manager take the request. */
  readonly stricterThanKubernetes: boolean;
}

/** Exhibits by a sentence that names the one thing that is wrong. */
export type Exhibits = Readonly<Record<string, Exhibit>>;

/** An exhibit that Kubernetes refuses as well. */
export const refused = (code: ReasonCode, request: string | Uint8Array): Exhibit => ({
  request,
  code,
  stricterThanKubernetes: false,
});

/** An exhibit that Kubernetes lets pass. */
export const stricter = (code: ReasonCode, request: string | Uint8Array): Exhibit => ({
  request,
  code,
  stricterThanKubernetes: true,
});
