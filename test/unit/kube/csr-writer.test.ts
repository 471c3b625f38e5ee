// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { refused, unreachable } from '../../../src/kube/api-answer.js';
import type { ApiAnswer } from '../../../src/kube/api-answer.js';
import { createCsrWriter } from '../../../src/kube/csr-writer.js';
import { ScriptedTransport } from './scripted-transport.js';

const { signal } = new AbortController();
const target = { name: 'csr/é', uid: 'u-1', resourceVersion: '7' };
const conditions = [{ type: 'Approved', status: 'True' }];

function writerOf(answer: ApiAnswer, isHeld = true) {
  const transport = new ScriptedTransport();
  transport.answers.push(answer);
  const writer = createCsrWriter({ transport, fence: { isHeld: () => isHeld }, signal });
  return { transport, writer };
}

const written: ApiAnswer = { kind: 'ok', status: 200, body: { metadata: {} } };

/** A 422 that names these fields. */
const invalid = (...causes: readonly (readonly [field: string, reason: string])[]): ApiAnswer => {
  const details = { causes: causes.map(([field, reason]) => ({ field, reason })) };
  return refused(422, { kind: 'Status', reason: 'Invalid', message: 'm', details }, undefined);
};

describe('a write', () => {
  it('of a decision is a merge patch of the conditions, locked on uid and version', async () => {
    const { transport, writer } = writerOf(written);
    await writer.writeApproval({ ...target, conditions });

    expect(transport.requests).toEqual([
      {
        method: 'PATCH',
        path: '/apis/certificates.k8s.io/v1/certificatesigningrequests/csr%2F%C3%A9/approval',
        query: { fieldManager: 'kube-csr-approver' },
        contentType: 'application/merge-patch+json',
        body: { metadata: { uid: 'u-1', resourceVersion: '7' }, status: { conditions } },
        signal,
      },
    ]);
  });

  it.each([
    ['a certificate', { certificate: 'Y2VydA==' }],
    ['conditions', { conditions }],
    ['both', { certificate: 'Y2VydA==', conditions }],
  ])('of %s goes to the status, and names nothing else', async (_, status) => {
    const { transport, writer } = writerOf(written);
    await writer.writeStatus({ ...target, ...status });

    expect(transport.requests[0]).toMatchObject({
      path: expect.stringMatching(/\/status$/),
      body: { metadata: { uid: 'u-1', resourceVersion: '7' }, status },
    });
    expect(transport.requests[0]?.body).toHaveProperty('status', status);
  });

  it('is not sent when the lease is lost', async () => {
    const { transport, writer } = writerOf(written, false);

    expect(await writer.writeApproval({ ...target, conditions })).toEqual({ kind: 'fenced' });
    expect(await writer.writeStatus({ ...target, conditions })).toEqual({ kind: 'fenced' });
    expect(transport.requests).toHaveLength(0);
  });
});

describe('what a write comes to', () => {
  const failed = (code: string, message: string): object => ({ kind: 'failed', code, message });
  const cases: Readonly<Record<string, readonly [ApiAnswer, object]>> = {
    'the new object': [written, { kind: 'written', object: { metadata: {} } }],
    'a conflict: 409': [refused(409, {}, undefined), { kind: 'conflict' }],
    'a conflict: the uid is another': [
      invalid(['metadata.uid', 'FieldValueInvalid']),
      { kind: 'conflict' },
    ],
    'a conflict: the uid and the conditions are others': [
      invalid(['metadata.uid', 'FieldValueInvalid'], ['status.conditions', 'FieldValueForbidden']),
      { kind: 'conflict' },
    ],
    'a conflict: there is another certificate': [
      invalid(['status.certificate', 'FieldValueForbidden']),
      { kind: 'conflict' },
    ],
    'gone: 404': [refused(404, {}, undefined), { kind: 'gone' }],
    'forbidden: 403': [refused(403, {}, undefined), { kind: 'forbidden', message: 'HTTP 403' }],
    'our fault: a condition is wrong': [
      invalid(['status.conditions[0].status', 'FieldValueInvalid']),
      failed('Invalid', 'm'),
    ],
    'our fault, though the uid is also another': [
      invalid(['metadata.uid', 'FieldValueInvalid'], ['status.conditions[0]', 'FieldValueInvalid']),
      failed('Invalid', 'm'),
    ],
    'our fault: a 422 that names no field': [invalid(), failed('Invalid', 'm')],
    'trouble of the server, with its code': [
      refused(503, {}, '5'),
      { ...failed('Http503', 'HTTP 503'), retryAfterMs: 5_000 },
    ],
    'no answer': [unreachable('Timeout', 'late'), failed('Timeout', 'late')],
  };

  it.each(Object.entries(cases))('%s', async (_, [answer, outcome]) => {
    const { writer } = writerOf(answer);

    expect(await writer.writeApproval({ ...target, conditions })).toEqual(outcome);
  });
});
