// SPDX-License-Identifier: Apache-2.0
// What makes a kubelet certificate safe is more than a list of values, so only presets approve one.

import { KUBELET_CLIENT_SIGNER, KUBELET_SERVING_SIGNER } from '../../request/well-known-signers.js';
import { type Check, passed, violated } from '../check.js';

const KUBELET_SIGNERS: readonly string[] = [KUBELET_CLIENT_SIGNER, KUBELET_SERVING_SIGNER];

/** The kubelet signers are approved by kubelet presets only. */
export const kubeletSigners: Check = {
  codes: ['KubeletSignerNeedsPreset'],
  source: 'policy',
  run: ({ csr, rule }) => {
    const isKubelet = KUBELET_SIGNERS.includes(csr.signerName);
    const looked = {
      want: isKubelet ? 'a kubelet preset' : 'any rule',
      saw: rule.preset ?? 'no preset',
      source: 'policy',
    } as const;
    if (!isKubelet || rule.preset !== undefined)
      return [passed('KubeletSignerNeedsPreset', looked)];
    return [
      violated(
        'KubeletSignerNeedsPreset',
        looked,
        'kubelet certificates are approved by presets only',
      ),
    ];
  },
};
