// SPDX-License-Identifier: Apache-2.0
// Which lists of conditions the API server accepts on /approval.

import { describe, expect, it } from '@jest/globals';
import type { ApiObject } from '../support/api-client.js';
import { condition, csrPath, serverUnderTest } from './server-under-test.js';

const { api, pending } = serverUnderTest();

const approve = (csr: ApiObject, ...conditions: readonly object[]) =>
  api.patch(csrPath(csr, 'approval'), { status: { conditions } });

describe('conditions that contradict each other', () => {
  it('a denied request cannot be approved by a list without the denial (API-20)', async () => {
    const csr = await pending('denied-approved');
    await approve(csr, condition('Denied'));

    const response = await approve(csr, condition('Approved'));

    expect(response.status).toBe(422);
    expect(response.failure?.message).toContain(
      'updates may not remove a condition of type "Denied"',
    );
  });

  it('a denied request cannot be approved beside the denial (API-17)', async () => {
    const csr = await pending('denied-both');
    await approve(csr, condition('Denied'));

    const response = await approve(csr, condition('Denied'), condition('Approved'));

    expect(response.status).toBe(422);
    expect(response.failure?.message).toContain(
      'Approved and Denied conditions are mutually exclusive',
    );
  });

  it('an approval cannot be taken back (API-20)', async () => {
    const csr = await pending('approved-removed');
    await approve(csr, condition('Approved'));

    const response = await approve(csr);

    expect(response.status).toBe(422);
    expect(response.failure?.message).toContain(
      'updates may not remove a condition of type "Approved"',
    );
  });

  it('Failed may stand beside Approved, and beside Denied (API-8, API-18)', async () => {
    const approved = await pending('approved-failed');
    const denied = await pending('denied-failed');

    const responses = [
      await approve(approved, condition('Approved'), condition('Failed')),
      await approve(denied, condition('Denied'), condition('Failed')),
    ];

    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('the shape of a condition', () => {
  const cases: Record<string, { conditions: readonly object[]; status: number; says?: string }> = {
    'status False is refused for Approved (API-15)': {
      conditions: [{ ...condition('Approved'), status: 'False' }],
      status: 422,
      says: 'Unsupported value: "False": supported values: "True"',
    },
    'status False is accepted for a type of our own (API-15)': {
      conditions: [{ ...condition('example.com/Seen'), status: 'False' }],
      status: 200,
    },
    'a missing status is refused (API-15)': {
      conditions: [{ type: 'Approved', reason: 'Contract' }],
      status: 422,
      says: 'status.conditions[0].status',
    },
    'an empty type is refused (API-15)': {
      conditions: [condition('')],
      status: 422,
      says: 'status.conditions[0].type',
    },
    'two of one type are refused (API-16)': {
      conditions: [condition('Approved'), condition('Approved', 'Other')],
      status: 422,
      says: 'Duplicate value',
    },
    'a reason with spaces and umlauts is accepted': {
      conditions: [condition('Approved', 'weil es schön ist')],
      status: 200,
    },
    'an empty reason is accepted': { conditions: [condition('Approved', '')], status: 200 },
    'a message of 40 KB is accepted': {
      conditions: [{ ...condition('Approved'), message: 'x'.repeat(40_000) }],
      status: 200,
    },
  };

  it.each(Object.entries(cases))('%s', async (sentence, { conditions, status, says = '' }) => {
    const label = `shape-${Object.keys(cases).indexOf(sentence)}`;
    const csr = await pending(label);

    const response = await approve(csr, ...conditions);

    expect(response.status).toBe(status);
    expect(response.failure?.message ?? '').toContain(says);
  });
});
