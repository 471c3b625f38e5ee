// SPDX-License-Identifier: Apache-2.0
// What brings a policy's text to the store: a watched ConfigMap, a watched file.

/** Where one text came from, for the log: whoever reads a hash later must find the text again. */
export interface PolicyOrigin {
  /** `policy.yaml`, or `configmap ns/name key policy.yaml`. */
  readonly source: string;
  /** resourceVersion of the ConfigMap; undefined for files. */
  readonly resourceVersion?: string | undefined;
  /** Who wrote it last by managedFields; undefined for files. */
  readonly fieldManager?: string | undefined;
}

/** Takes what a source sees: a text, or undefined when there is none. Never throws. */
export type OfferPolicy = (text: string | undefined, origin: PolicyOrigin) => void;

/** Something that watches one place for a policy and offers each text that it sees. */
export interface PolicySource {
  /** Watches until `signal` aborts; resolves when it has stopped. */
  start(signal: AbortSignal): Promise<void>;
}
