// SPDX-License-Identifier: Apache-2.0
// What every reason code must explain.

/** The explanation of one code, for `docs/reasons.md` and `csr-approver explain`. */
export interface Reason {
  /** One sentence: what was found. */
  readonly meaning: string;
  /** What the requester can do. */
  readonly requester: string;
  /** What the operator can do. */
  readonly operator: string;
}
