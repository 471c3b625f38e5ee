// SPDX-License-Identifier: Apache-2.0
// The shape that a kubelet's certificate must have, as kube-controller-manager checks it (SHP-1 and SHP-2).

import type { ReasonCode } from '../../vocabulary/reasons.js';
import { quoted } from '../../vocabulary/printable.js';
import { contractViolations } from '../../request/well-known-signers.js';
import { type Check, passed, violated } from '../check.js';

const kubeletContract = (codes: readonly [ReasonCode, ...ReasonCode[]]): Check => ({
  codes,
  source: 'request',
  run: ({ csr, facts }) => {
    const found = new Map(
      contractViolations(csr.signerName, facts, csr.usages).map((each) => [each.code, each.detail]),
    );
    const looked = {
      want: `the contract of ${csr.signerName}`,
      saw: `CN ${facts.commonName === undefined ? 'missing' : quoted(facts.commonName)}`,
      source: 'request',
    } as const;
    return codes.map((code) => {
      const detail = found.get(code);
      return detail === undefined ? passed(code, looked) : violated(code, looked, detail);
    });
  },
});

/** Subject, names and usages are exactly those of a kubelet's client certificate. */
export const kubeletClientContract = kubeletContract([
  'KubeletOrganization',
  'KubeletDnsName',
  'KubeletEmail',
  'KubeletAddress',
  'KubeletUri',
  'KubeletCommonName',
  'KubeletUsages',
]);

/** Subject, kinds of names and usages are exactly those of a kubelet's serving certificate. */
export const kubeletServingContract = kubeletContract([
  'KubeletOrganization',
  'KubeletNamesMissing',
  'KubeletEmail',
  'KubeletUri',
  'KubeletUsages',
  'KubeletCommonName',
]);
