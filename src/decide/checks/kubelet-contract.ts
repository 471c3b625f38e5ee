// SPDX-License-Identifier: Apache-2.0
// The shape that a kubelet's client certificate must have, as kube-controller-manager checks it (SHP-1).

import type { ReasonCode } from '../../vocabulary/reasons.js';
import { quoted } from '../../vocabulary/printable.js';
import { contractViolations } from '../../request/well-known-signers.js';
import { type Check, passed, violated } from '../check.js';

const codes = [
  'KubeletOrganization',
  'KubeletDnsName',
  'KubeletEmail',
  'KubeletAddress',
  'KubeletUri',
  'KubeletCommonName',
  'KubeletUsages',
] as const satisfies readonly ReasonCode[];

/** Subject, names and usages are exactly those of a kubelet client certificate. */
export const kubeletContract: Check = {
  codes,
  source: 'request',
  run: ({ csr, facts }) => {
    const found = new Map(
      contractViolations(csr.signerName, facts, csr.usages).map((each) => [each.code, each.detail]),
    );
    const looked = {
      want: 'the contract of kubernetes.io/kube-apiserver-client-kubelet',
      saw: `CN ${facts.commonName === undefined ? 'missing' : quoted(facts.commonName)}`,
      source: 'request',
    } as const;
    return codes.map((code) => {
      const detail = found.get(code);
      return detail === undefined ? passed(code, looked) : violated(code, looked, detail);
    });
  },
};
