// SPDX-License-Identifier: Apache-2.0
// spec.usages is what the certificate may be used for: within the rule, and within the signer's contract.

import { quotedList } from '../../vocabulary/printable.js';
import { contractViolations } from '../../request/well-known-signers.js';
import { type Check, passed, violated } from '../check.js';

/** Every usage is in `usages` of the rule, and the contract of a kubernetes.io signer holds (SHP-3). */
export const usages: Check = {
  codes: ['UsageNotAllowed', 'UsageMissing'],
  source: 'spec',
  run: ({ csr, facts, rule }) => {
    const looked = {
      want: rule.usages.join(', '),
      saw: quotedList(csr.usages),
      source: 'spec',
    } as const;
    const contract = contractViolations(csr.signerName, facts, csr.usages);
    const outside = csr.usages.filter((usage) => !rule.usages.includes(usage));
    const refused =
      outside.length > 0
        ? `usage ${quotedList(outside)} is not allowed (allowed: ${looked.want})`
        : contract.find((violation) => violation.code === 'UsageNotAllowed')?.detail;
    const missing = contract.find((violation) => violation.code === 'UsageMissing')?.detail;
    return [
      refused === undefined
        ? passed('UsageNotAllowed', looked)
        : violated('UsageNotAllowed', looked, refused),
      missing === undefined
        ? passed('UsageMissing', looked)
        : violated('UsageMissing', looked, missing),
    ];
  },
};
