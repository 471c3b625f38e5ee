// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';

import type { CsrObject, CsrState } from '../../../src/request/csr-object.js';
import { parseCsrObject } from '../../../src/request/parse-csr-object.js';
import { csrState, isApproved, isDecided, isFailed } from '../../../src/request/state.js';

function csrWith(conditions: readonly object[], certificate?: string): CsrObject {
  const parsed = parseCsrObject({
    metadata: { name: 'a' },
    spec: { signerName: 'example.com/mesh', usages: [], request: 'LS0t' },
    status: { conditions, certificate },
  });
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
}

interface Row {
  readonly conditions: readonly object[];
  readonly certificate?: string;
  readonly state: CsrState;
  readonly approved?: boolean;
  readonly failed?: boolean;
  readonly decided?: boolean;
}

const yes = (type: string) => ({ type, status: 'True' });

const rows: Readonly<Record<string, Row>> = {
  'nothing is pending': { conditions: [], state: 'pending' },
  'a condition of another type is pending': { conditions: [yes('Seen')], state: 'pending' },
  'Approved is approved': {
    conditions: [yes('Approved')],
    state: 'approved',
    approved: true,
    decided: true,
  },
  'Approved with status False, as old objects have it, is approved': {
    conditions: [{ type: 'Approved', status: 'False' }],
    state: 'approved',
    approved: true,
    decided: true,
  },
  'Denied is denied': { conditions: [yes('Denied')], state: 'denied', decided: true },
  'Denied with status False is denied': {
    conditions: [{ type: 'Denied', status: 'False' }],
    state: 'denied',
    decided: true,
  },
  'Approved and Denied is denied': {
    conditions: [yes('Approved'), yes('Denied')],
    state: 'denied',
    decided: true,
  },
  'Failed is failed': { conditions: [yes('Failed')], state: 'failed', failed: true, decided: true },
  'Failed without status is failed': {
    conditions: [{ type: 'Failed' }],
    state: 'failed',
    failed: true,
    decided: true,
  },
  'Failed with an empty status is failed': {
    conditions: [{ type: 'Failed', status: '' }],
    state: 'failed',
    failed: true,
    decided: true,
  },
  'Failed with status False is pending': {
    conditions: [{ type: 'Failed', status: 'False' }],
    state: 'pending',
  },
  'Approved and Failed is failed, and still approved to HLP-1': {
    conditions: [yes('Approved'), yes('Failed')],
    state: 'failed',
    approved: true,
    failed: true,
    decided: true,
  },
  'Denied and Failed is denied': {
    conditions: [yes('Failed'), yes('Denied')],
    state: 'denied',
    failed: true,
    decided: true,
  },
  'a certificate is issued': {
    conditions: [yes('Approved')],
    certificate: 'LS0t',
    state: 'issued',
    approved: true,
    decided: true,
  },
  'a certificate without any condition is issued and decided': {
    conditions: [],
    certificate: 'LS0t',
    state: 'issued',
    decided: true,
  },
};

describe('the state of a request', () => {
  it.each(Object.entries(rows))('%s', (_name, row) => {
    const csr = csrWith(row.conditions, row.certificate);

    expect({
      state: csrState(csr),
      approved: isApproved(csr),
      failed: isFailed(csr),
      decided: isDecided(csr),
    }).toEqual({
      state: row.state,
      approved: row.approved ?? false,
      failed: row.failed ?? false,
      decided: row.decided ?? false,
    });
  });
});
