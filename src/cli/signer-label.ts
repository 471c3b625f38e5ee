// SPDX-License-Identifier: Apache-2.0
// The label of a signer name in metrics.

import type { LoadedPolicy } from '../policy/load-policy.js';
import { allowedUsages } from '../request/well-known-signers.js';
import type { SignerName } from '../vocabulary/brands.js';

/** Requesters choose signer names, so only those that the policy or Kubernetes knows become labels. */
export function signerLabel(inForce: LoadedPolicy | undefined, name: string): string {
  const signerName = name as SignerName;
  const isKnown =
    allowedUsages(name) !== undefined ||
    inForce?.policy.signerTerms(signerName) !== undefined ||
    (inForce?.policy.rulesFor(signerName).length ?? 0) > 0;
  return isKnown ? name : 'other';
}
