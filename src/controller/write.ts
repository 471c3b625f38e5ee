// SPDX-License-Identifier: Apache-2.0
// What a locked write can come to; approver and signer declare it, the adapter in kube/ fits it.

/** The outcome of one write that was locked on uid and resourceVersion. */
export type WriteOutcome =
  | { readonly kind: 'written'; readonly object: unknown }
  /** Somebody else was first, or the object was made anew: look again, never force. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'gone' }
  /** This process may not write now: the lease is no longer ours, or there is a pause. */
  | { readonly kind: 'fenced' }
  | { readonly kind: 'forbidden'; readonly message: string }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly message: string;
      readonly retryAfterMs?: number;
    };
