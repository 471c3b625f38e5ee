// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { readWatchEvent } from '../../../src/kube/watch-event.js';

const object = { metadata: { name: 'a', resourceVersion: '7' } };
const annotated = (value: unknown): object => ({
  metadata: { resourceVersion: '7', annotations: { 'k8s.io/initial-events-end': value } },
});

describe('a line of a watch', () => {
  it.each([
    ['ADDED', 'put'],
    ['MODIFIED', 'put'],
    ['DELETED', 'delete'],
  ])('%s is a %s', (type, kind) => {
    expect(readWatchEvent({ type, object })).toEqual({ kind, object, version: '7' });
  });

  it('BOOKMARK is a version to go on from', () => {
    expect(readWatchEvent({ type: 'BOOKMARK', object })).toEqual({
      kind: 'bookmark',
      version: '7',
      endsList: false,
    });
  });

  it.each([
    ['true', true],
    ['false', false],
    [true, false],
  ])('BOOKMARK with the mark %p ends a list: %p', (mark, endsList) => {
    expect(readWatchEvent({ type: 'BOOKMARK', object: annotated(mark) })).toMatchObject({
      endsList,
    });
  });

  it('ERROR is a refusal', () => {
    const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };

    expect(readWatchEvent({ type: 'ERROR', object: status })).toMatchObject({
      kind: 'error',
      refusal: { status: 410, reason: 'Expired', message: 'too old' },
    });
  });

  it('ERROR that does not say what is the trouble of the server', () => {
    expect(readWatchEvent({ type: 'ERROR', object: {} })).toMatchObject({
      refusal: { status: 500, message: 'HTTP 500' },
    });
  });

  it.each([
    ['of an unknown type', { type: 'EXPLODED', object }],
    ['without a type', { object }],
    ['without an object', { type: 'ADDED' }],
    ['without a version', { type: 'ADDED', object: { metadata: { name: 'a' } } }],
    ['with an empty version', { type: 'ADDED', object: { metadata: { resourceVersion: '' } } }],
    [
      'with a version that is a number',
      { type: 'ADDED', object: { metadata: { resourceVersion: 7 } } },
    ],
    ['that is a list', []],
    ['that is null', null],
  ])('%s is malformed', (_, line) => {
    expect(readWatchEvent(line)).toEqual({ kind: 'malformed' });
  });
});
