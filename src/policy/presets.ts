// SPDX-License-Identifier: Apache-2.0
// What each preset fills in; a rule may narrow it, never widen it.

import type { OwnerSource, PresetName } from '../decide/rule.js';
import {
  allowedUsages,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
} from '../request/well-known-signers.js';
import { type AddressRange, parseAddressRange } from '../vocabulary/addresses.js';
import type { SignerName } from '../vocabulary/brands.js';
import { type Matcher, patternMatcher } from '../vocabulary/matchers.js';

/** The fixed part of a rule with a preset. */
export interface Preset {
  readonly signerName: SignerName;
  readonly usages: readonly string[];
  /** Bounds where the rule writes none; a kind that is not here must be absent. */
  readonly sans: { readonly dns?: readonly Matcher[]; readonly ip?: readonly AddressRange[] };
  /** Proof of ownership where the rule names none. */
  readonly owner: readonly OwnerSource[];
}

/** The signers that only presets may approve, and for whom a violation leaves the request alone by default. */
const KUBELET_SIGNERS: readonly string[] = [KUBELET_CLIENT_SIGNER, KUBELET_SERVING_SIGNER];

/** Whether `signerName` is approved by presets only. */
export const isKubeletSigner = (signerName: string): boolean =>
  KUBELET_SIGNERS.includes(signerName);

const anyName = patternMatcher('/.*/', () => true);
const anyAddress = ['0.0.0.0/0', '::/0']
  .map(parseAddressRange)
  .filter((range) => range !== undefined);

/** The presets by name. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  'kubelet-client': {
    signerName: KUBELET_CLIENT_SIGNER,
    usages: allowedUsages(KUBELET_CLIENT_SIGNER) ?? [],
    sans: {},
    owner: [],
  },
  'kubelet-serving': {
    signerName: KUBELET_SERVING_SIGNER,
    usages: allowedUsages(KUBELET_SERVING_SIGNER) ?? [],
    // Bounds are for the rule to set; without them every name that the node owns is within bounds.
    sans: { dns: [anyName], ip: anyAddress },
    owner: ['node'],
  },
};

/** The preset that approves for `signerName`, where there is one. */
export const presetFor = (signerName: string): string | undefined =>
  Object.entries(presets).find(([, preset]) => preset.signerName === signerName)?.[0];
