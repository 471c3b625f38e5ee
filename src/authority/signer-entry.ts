// SPDX-License-Identifier: Apache-2.0
// One entry of `signers:`: what a signer name is signed with, and its own ceiling. It knows nothing of rules.

import type { AttributeBounds } from '../request/subject-fields.js';
import type { AddressRange } from '../vocabulary/addresses.js';
import type { SignerName } from '../vocabulary/brands.js';
import type { Matcher } from '../vocabulary/matchers.js';

/** What certificates of a signer may hold, whoever approved; an undefined part must be absent. */
export interface Ceiling {
  readonly commonName: readonly Matcher[] | undefined;
  readonly organizations: readonly Matcher[] | undefined;
  /** Other subject attributes that are given, by type; every other one is left out, not refused. */
  readonly attributes?: AttributeBounds;
  readonly dns: readonly Matcher[] | undefined;
  readonly ip: readonly AddressRange[] | undefined;
  readonly uri: readonly Matcher[] | undefined;
  readonly email: readonly Matcher[] | undefined;
  readonly usages: readonly string[];
}

/** Where the certificates and the key of a CA lie. */
export type CaSource =
  | { readonly kind: 'files'; readonly certFile: string; readonly keyFile: string }
  /** A Secret with tls.crt, tls.key and, where it has one, ca.crt, in the namespace of the controller. */
  | { readonly kind: 'secret'; readonly name: string };

/** Where the trust anchors of a signer are published, and which of them no longer are. */
export interface TrustTerms {
  /** One key of a ConfigMap of this name in each of these namespaces. */
  readonly configMap:
    | { readonly name: string; readonly key: string; readonly namespaces: readonly string[] }
    | undefined;
  readonly clusterTrustBundle: boolean;
  /** SHA-256 of certificates, 64 lower-case hex digits. */
  readonly drop: readonly string[];
}

/** A signer name that this program signs. */
export interface SignerEntry {
  readonly signerName: SignerName;
  readonly ca: CaSource;
  /** Seconds. `defaultSeconds` holds when the request does not say; `maxSeconds` clamps always. */
  readonly lifetime: { readonly defaultSeconds: number; readonly maxSeconds: number };
  /** Undefined for a kubernetes.io signer without `allow`: the contract of that signer is the ceiling. */
  readonly allow: Ceiling | undefined;
  /** Left out where nothing is published. */
  readonly trust?: TrustTerms;
}
