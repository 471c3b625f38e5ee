// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { refused } from '../../../src/kube/api-answer.js';

const status = (rest: object): object => ({ kind: 'Status', status: 'Failure', ...rest });

describe('what a server refuses', () => {
  it('is told by its reason, its message and the fields that it names', () => {
    const details = { causes: [{ field: 'metadata.uid', reason: 'FieldValueInvalid' }] };
    const body = status({ reason: 'Invalid', message: 'is immutable', details });

    expect(refused(422, body, undefined)).toEqual({
      kind: 'refused',
      status: 422,
      reason: 'Invalid',
      message: 'is immutable',
      causes: ['metadata.uid: FieldValueInvalid'],
    });
  });

  it.each([
    ['a page of a proxy', '<html>'],
    ['nothing', undefined],
    ['an object that is no Status', { kind: 'Pod', message: 'secret' }],
    ['a Status without words', status({})],
  ])('with %s as its body has no words of its own', (_, body) => {
    expect(refused(503, body, undefined)).toMatchObject({ reason: '', message: 'HTTP 503' });
  });

  it('says no more than 500 characters, and none that could break a line', () => {
    const { message } = refused(500, status({ message: `\n${'x'.repeat(10_000)}` }), undefined);

    expect(message.length).toBeLessThan(550);
    expect(message).toMatch(/^\\u\{a\}x+… \(\d+ more\)$/);
  });

  it('names at most 8 fields', () => {
    const causes = Array.from({ length: 100 }, () => ({ field: 'f', reason: 'r' }));

    expect(refused(422, status({ details: { causes } }), undefined).causes).toHaveLength(8);
  });

  it.each([
    ['the header', {}, '3', 3_000],
    ['the header, first of several', {}, ['3', '9'], 3_000],
    ['the Status', { details: { retryAfterSeconds: 4 } }, undefined, 4_000],
    ['nobody', {}, undefined, undefined],
    ['a header that is a date: nobody', {}, 'Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['a header of no time: nobody', {}, '0', undefined],
    ['a header that asks for a year: at most a minute', {}, '31536000', 60_000],
  ])('may say when to come back: %s', (_, rest, header, expected) => {
    expect(refused(429, status(rest), header).retryAfterMs).toBe(expected);
  });
});
