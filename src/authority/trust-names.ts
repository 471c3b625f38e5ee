// SPDX-License-Identifier: Apache-2.0
// The names under which the trust of a signer is kept and published.

import { createHash } from 'node:crypto';

import type { SignerName } from '../vocabulary/brands.js';

/** Of the installation whose policy is a file. */
const OWN_NAME = 'kube-csr-approver';

/** Keys of ConfigMaps have at most 253 characters, signer names 571. */
const MAX_KEY_CHARACTERS = 253;
const CUT_CHARACTERS = 200;

/** The ConfigMap that keeps what was ever to be trusted; `policy` is the ConfigMap of the policy, where it is in one. */
export const trustRecordName = (policy: string | undefined): string =>
  `${policy ?? OWN_NAME}-trust`;

/** Its key for one signer: the name with `_` for the slash, which no signer name holds; cut where it is too long. */
export function trustRecordKey(signerName: SignerName): string {
  const key = signerName.replace('/', '_');
  if (key.length <= MAX_KEY_CHARACTERS) return key;
  const digest = createHash('sha256').update(signerName).digest('hex').slice(0, 40);
  return `${key.slice(0, CUT_CHARACTERS)}_${digest}`;
}

/** The name of our ClusterTrustBundle of a signer (CTB-2); a signer may have others beside it (CTB-4). */
export const trustBundleName = (signerName: SignerName): string =>
  `${signerName.replace('/', ':')}:${OWN_NAME}`;
