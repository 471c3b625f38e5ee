// SPDX-License-Identifier: Apache-2.0
// How long certificates of a signer live when its entry does not say.

import { isKubeletSigner } from './presets.js';

/** One year, the default of kube-controller-manager's `--cluster-signing-duration`. */
export const DEFAULT_MAX_LIFETIME_SECONDS = 8760 * 3600;

/** People and workloads ask again tomorrow; a stolen key is then of no use. */
const DEFAULT_LIFETIME_SECONDS = 24 * 3600;

/**
 * Seconds by default and at most. Kubelets never ask for a lifetime and a node that was off for a day
 * must not be locked out, so that theirs is the maximum, as with kube-controller-manager.
 */
export function signerLifetime(
  signerName: string,
  written: { readonly default?: number | undefined; readonly max?: number | undefined } = {},
): { readonly defaultSeconds: number; readonly maxSeconds: number } {
  const maxSeconds = written.max ?? DEFAULT_MAX_LIFETIME_SECONDS;
  const usual = isKubeletSigner(signerName) ? maxSeconds : DEFAULT_LIFETIME_SECONDS;
  return { defaultSeconds: written.default ?? Math.min(usual, maxSeconds), maxSeconds };
}
