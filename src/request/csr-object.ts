// SPDX-License-Identifier: Apache-2.0
// The CertificateSigningRequest object as this program sees it: parsed once from the API's JSON.

import type { ResourceVersion, SignerName } from '../vocabulary/brands.js';

/** Who asked: written by the API server from the authenticated user, never by the client. */
export interface Requester {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** One entry of status.conditions; `raw` is what is written back, so that no unknown field is lost. */
export interface CsrCondition {
  readonly type: string;
  readonly status: string | undefined;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly lastUpdateTime: string | undefined;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** A `certificates.k8s.io/v1` CertificateSigningRequest. */
export interface CsrObject {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: ResourceVersion;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
  readonly signerName: SignerName;
  readonly usages: readonly string[];
  /** Seconds; absent when the requester did not say. */
  readonly expirationSeconds: number | undefined;
  readonly requester: Requester;
  /** spec.request: base64 of PEM, unread. */
  readonly request: string;
  readonly conditions: readonly CsrCondition[];
  /** status.certificate: base64 of PEM; absent until issued. */
  readonly certificate: string | undefined;
}

/** Where a request stands, as `kubectl get csr` shows it. */
export type CsrState = 'pending' | 'approved' | 'denied' | 'failed' | 'issued';
