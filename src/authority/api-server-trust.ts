// SPDX-License-Identifier: Apache-2.0
// A certificate from a CA that the API server believes is a login: only the signers that are there for logins use such a CA.

import type { X509Certificate } from 'node:crypto';

import type { SignerName } from '../vocabulary/brands.js';
import {
  API_CLIENT_SIGNER,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
} from '../request/well-known-signers.js';
import type { CaChain } from './ca-chain.js';
import { authorityTrouble, type SigningTrouble } from './trouble.js';

/** What the API server believes (ConfigMap kube-system/extension-apiserver-authentication). */
export interface ApiServerTrust {
  /** CAs whose client certificates log in as their CN and O. */
  readonly clientCas: readonly X509Certificate[];
  /** CAs whose certificates may say in a header who the user is: above every login. */
  readonly requestHeaderCas: readonly X509Certificate[];
}

/** On clusters made by kubeadm one CA signs all three; kubelets serve with certificates that log nobody in (no client auth). */
const MAY_LOG_IN: readonly SignerName[] = [
  API_CLIENT_SIGNER,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
];

/** Why `signerName` must not sign with this CA; undefined when it may (design: section 4). */
export function trustTrouble(
  signerName: SignerName,
  chain: CaChain,
  { clientCas, requestHeaderCas }: ApiServerTrust,
): SigningTrouble | undefined {
  if (isBelieved(chain, requestHeaderCas)) {
    return authorityTrouble(
      'CaOfRequestHeader',
      'the API server believes this CA who the user of a request is (request-header CA); nobody may sign with it',
    );
  }
  if (MAY_LOG_IN.includes(signerName) || !isBelieved(chain, clientCas)) return undefined;
  return authorityTrouble(
    'CaLogsIn',
    'the API server takes certificates of this CA for logins; give this signer a CA of its own',
  );
}

/** Whether a certificate below this chain is valid below one of `believed`: by its key, or because that one issued it. */
const isBelieved = ({ lineage }: CaChain, believed: readonly X509Certificate[]): boolean =>
  lineage.some(({ publicKey, seen }) =>
    believed.some(
      (each) =>
        each.publicKey.equals(publicKey) ||
        (seen.byOpenssl.checkIssued(each) && seen.byOpenssl.verify(each.publicKey)),
    ),
  );
