// SPDX-License-Identifier: Apache-2.0
// Usages that make a certificate good for more than anybody meant.

import { quotedList } from '../../vocabulary/printable.js';
import { isExtendedKeyUsage } from '../../request/usages.js';
import { type Check, type GuardInput, passed, violated } from '../check.js';

const DANGEROUS = ['any', 'cert sign', 'crl sign'];

/** At least one extended key usage: a certificate without one authenticates as anything. */
export const extendedKeyUsage: Check<GuardInput> = {
  codes: ['ExtendedKeyUsageMissing'],
  source: 'spec',
  run: ({ csr }) => {
    const looked = {
      want: 'at least one extended key usage, such as client auth or server auth',
      saw: quotedList(csr.usages),
      source: 'spec',
    } as const;
    if (csr.usages.some(isExtendedKeyUsage)) return [passed('ExtendedKeyUsageMissing', looked)];
    return [
      violated(
        'ExtendedKeyUsageMissing',
        looked,
        'no extended key usage is asked for (client auth, server auth, …)',
      ),
    ];
  },
};

/** `any`, `cert sign` and `crl sign` only where the ceiling of our own signer spells them. */
export const dangerousUsages: Check<GuardInput> = {
  codes: ['DangerousUsage'],
  source: 'spec',
  run: ({ csr, signer }) => {
    const spelled = signer?.usages ?? [];
    const found = csr.usages.filter(
      (usage) => DANGEROUS.includes(usage) && !spelled.includes(usage),
    );
    const looked = {
      want: `none of ${DANGEROUS.join(', ')}`,
      saw: quotedList(csr.usages),
      source: 'spec',
    } as const;
    if (found.length === 0) return [passed('DangerousUsage', looked)];
    return [
      violated(
        'DangerousUsage',
        looked,
        `usage ${quotedList(found)} is given only where the signer spells it`,
      ),
    ];
  },
};
