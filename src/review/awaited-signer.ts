// SPDX-License-Identifier: Apache-2.0
// Approved, and no certificate: whose turn it is, and since when.

import type { CompiledPolicy } from '../decide/rule.js';
import type { CsrObject } from '../request/csr-object.js';
import { awaitsCertificate } from '../request/state.js';
import {
  API_CLIENT_SIGNER,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
} from '../request/well-known-signers.js';

/** Who is to sign an approved request. */
export interface AwaitedSigner {
  /** RFC 3339; null when the approval has no time. */
  readonly since: string | null;
  /** `this`: the policy has an entry for the signer name. */
  readonly signer: 'this' | 'kube-controller-manager' | 'other';
  /** What to look at. */
  readonly hint: string;
}

/** Signers of kube-controller-manager's csrsigning. */
const OF_CONTROLLER_MANAGER: readonly string[] = [
  API_CLIENT_SIGNER,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
  'kubernetes.io/legacy-unknown',
];

/** Undefined unless `csr` is approved and has neither failed nor a certificate. */
export function awaitedSigner(csr: CsrObject, policy: CompiledPolicy): AwaitedSigner | undefined {
  if (!awaitsCertificate(csr)) return undefined;
  const approval = csr.conditions.find(({ type }) => type === 'Approved');
  const signer = signerOf(csr, policy);
  return { since: approval?.lastUpdateTime ?? null, signer, hint: hintOf(signer, csr) };
}

function signerOf(csr: CsrObject, policy: CompiledPolicy): AwaitedSigner['signer'] {
  if (policy.signerTerms(csr.signerName) !== undefined) return 'this';
  return OF_CONTROLLER_MANAGER.includes(csr.signerName) ? 'kube-controller-manager' : 'other';
}

function hintOf(signer: AwaitedSigner['signer'], { signerName }: CsrObject): string {
  switch (signer) {
    case 'this':
      return `the policy has a signers entry for ${signerName}, so this program signs it where it runs with the controller signer; its log tells why it does not: "certificate waits to be signed"`;
    case 'kube-controller-manager':
      return `${signerName} is signed by the controller csrsigning of kube-controller-manager, if that runs and has a CA (--cluster-signing-cert-file and -key-file, or those of this signer); the policy has no signers entry for it`;
    case 'other':
      return `${signerName} is somebody else's signer: the policy has no signers entry for it, so ask who runs the controller of ${signerName.split('/')[0] ?? ''}`;
  }
}
