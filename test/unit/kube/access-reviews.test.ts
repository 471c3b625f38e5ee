// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { refused, unreachable } from '../../../src/kube/api-answer.js';
import type { ApiAnswer } from '../../../src/kube/api-answer.js';
import {
  createSelfSubjectAccessReview,
  createSubjectAccessReview,
} from '../../../src/kube/access-reviews.js';
import { readObject } from '../../../src/kube/read-object.js';
import { ScriptedTransport } from './scripted-transport.js';

const { signal } = new AbortController();
const spec = {
  user: 'jane',
  groups: ['dev'],
  resourceAttributes: { verb: 'create', group: 'g', resource: 'r', subresource: 's' },
};

const answering = (answer: ApiAnswer): ScriptedTransport => {
  const transport = new ScriptedTransport();
  transport.answers.push(answer);
  return transport;
};
const ok = (body: unknown): ApiAnswer => ({ kind: 'ok', status: 201, body });

describe('an access review', () => {
  it('asks with exactly what it was given', async () => {
    const transport = answering(ok({ status: { allowed: true } }));
    await createSubjectAccessReview(transport, spec, signal);

    expect(transport.requests).toEqual([
      {
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec },
        signal,
      },
    ]);
  });

  it.each([
    ['allowed', ok({ status: { allowed: true } }), { kind: 'known', allowed: true }],
    [
      'not allowed, whatever else is said',
      ok({ status: { allowed: false, denied: true, reason: 'x' } }),
      { kind: 'known', allowed: false },
    ],
    [
      'allowed only by a word: no answer',
      ok({ status: { allowed: 'true' } }),
      { kind: 'unavailable', message: 'the access review has no status.allowed' },
    ],
    [
      'refused: no answer',
      refused(403, {}, undefined),
      { kind: 'unavailable', message: 'HTTP 403' },
    ],
    [
      'not to be had: no answer',
      unreachable('Timeout', 'late'),
      { kind: 'unavailable', message: 'late' },
    ],
  ] as const)('is %s', async (_, answer, expected) => {
    expect(await createSubjectAccessReview(answering(answer), spec, signal)).toEqual(expected);
  });
});

describe('an access review of this program itself', () => {
  const attributes = { verb: 'sign', group: 'g', resource: 'signers', name: 'a.io/x' };

  it('asks with exactly what it was given', async () => {
    const transport = answering(ok({ status: { allowed: true } }));
    await createSelfSubjectAccessReview(transport, attributes, signal);

    expect(transport.requests).toEqual([
      {
        method: 'POST',
        path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        body: {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes: attributes },
        },
        signal,
      },
    ]);
  });

  it.each([
    ['allowed', ok({ status: { allowed: true } }), { kind: 'known', allowed: true }],
    ['not allowed', ok({ status: { allowed: false } }), { kind: 'known', allowed: false }],
    [
      'forbidden',
      refused(403, { kind: 'Status', message: 'no' }, undefined),
      { kind: 'refused', message: 'no' },
    ],
    ['not there', refused(404, undefined, undefined), { kind: 'refused', message: 'HTTP 404' }],
    [
      'not to be had now',
      refused(500, undefined, undefined),
      { kind: 'unavailable', message: 'HTTP 500' },
    ],
    [
      'not reachable',
      unreachable('Timeout', 'no answer in time'),
      { kind: 'unavailable', message: 'no answer in time' },
    ],
  ])('%s', async (_, answer, expected) => {
    const transport = answering(answer);

    expect(await createSelfSubjectAccessReview(transport, attributes, signal)).toEqual(expected);
  });
});

describe('a single read', () => {
  it.each([
    ['found', ok({ a: 1 }), { kind: 'found', object: { a: 1 } }],
    ['absent', refused(404, {}, undefined), { kind: 'absent' }],
    [
      'not to be had, when it is refused',
      refused(403, {}, undefined),
      { kind: 'unavailable', why: 'HTTP 403' },
    ],
    ['not to be had', unreachable('Timeout', 'late'), { kind: 'unavailable', why: 'late' }],
  ] as const)('is %s', async (_, answer, expected) => {
    expect(await readObject(answering(answer), '/a', signal)).toEqual(expected);
  });
});
