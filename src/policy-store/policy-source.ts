// SPDX-License-Identifier: Apache-2.0
// What brings a policy's texts to the store: a watched ConfigMap, a watched file.

import type { PolicyParts } from '../policy/policy-part.js';

/** Where texts came from, for the log: whoever reads a hash later must find the text again. */
export interface PolicyOrigin {
  /** `policy.yaml`, `configmap ns/name key policy.yaml`, or `configmap ns/name keys a.yaml, b.yaml`. */
  readonly source: string;
  /** resourceVersion of the ConfigMap; undefined for files. */
  readonly resourceVersion?: string | undefined;
  /** Who wrote it last by managedFields; undefined for files. */
  readonly fieldManager?: string | undefined;
}

/** What a source sees: the texts of a policy, or why there is none. */
export type OfferedPolicy =
  | { readonly kind: 'texts'; readonly parts: PolicyParts; readonly origin: PolicyOrigin }
  | { readonly kind: 'nothing'; readonly why: string; readonly origin: PolicyOrigin };

/** Takes what a source sees. Never throws. */
export type OfferPolicy = (offered: OfferedPolicy) => void;

/** Something that watches one place for a policy and offers what it sees there. */
export interface PolicySource {
  /** Watches until `signal` aborts; resolves when it has stopped. */
  start(signal: AbortSignal): Promise<void>;
}
