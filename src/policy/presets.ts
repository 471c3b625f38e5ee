// SPDX-License-Identifier: Apache-2.0
// What each preset fills in; a rule may narrow it, never widen it.

import type { PresetName } from '../decide/rule.js';
import {
  allowedUsages,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
} from '../request/well-known-signers.js';
import type { SignerName } from '../vocabulary/brands.js';

/** The fixed part of a rule with a preset. */
export interface Preset {
  readonly signerName: SignerName;
  readonly usages: readonly string[];
}

/** The signers that only presets may approve, and for whom a violation leaves the request alone by default. */
const KUBELET_SIGNERS: readonly string[] = [KUBELET_CLIENT_SIGNER, KUBELET_SERVING_SIGNER];

/** Whether `signerName` is approved by presets only. */
export const isKubeletSigner = (signerName: string): boolean =>
  KUBELET_SIGNERS.includes(signerName);

/** The presets by name. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  'kubelet-client': {
    signerName: KUBELET_CLIENT_SIGNER as SignerName,
    usages: allowedUsages(KUBELET_CLIENT_SIGNER) ?? [],
  },
};

/** The preset that approves for `signerName`, where there is one. */
export const presetFor = (signerName: string): string | undefined =>
  Object.entries(presets).find(([, preset]) => preset.signerName === signerName)?.[0];
