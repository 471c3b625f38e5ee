// SPDX-License-Identifier: Apache-2.0
// The Event that puts a request before a person, written by our own adapter to the server under test.

import { describe, expect, it } from '@jest/globals';
import { writeReviewEvent } from '../../src/kube/review-event.js';
import { field } from '../../src/vocabulary/json.js';
import type { ApiObject } from '../support/api-client.js';
import { serverUnderTest } from './server-under-test.js';
import { configOf, transportTo } from './transport-under-test.js';

const EVENTS = '/apis/events.k8s.io/v1/namespaces/default/events';
const { server, api, pending } = serverUnderTest();
const transport = transportTo(configOf(server));
const { signal } = new AbortController();

const writerWith = (isHeld: boolean) => ({ transport, fence: { isHeld: () => isHeld }, signal });

async function eventsAbout(uid: string): Promise<readonly ApiObject[]> {
  const list = await api.get(EVENTS);
  return list.body.items.filter((event) => field(field(event, 'regarding'), 'uid') === uid);
}

async function reviewOf(name: string) {
  const { metadata } = await pending(name);
  const message = `to approve it: kubectl certificate approve ${metadata.name}`;
  return { ...metadata, message, atMs: Date.UTC(2026, 10, 22, 12, 0, 0, 7) };
}

describe('the Event of a review', () => {
  it('is accepted with its time in microseconds, and names the request', async () => {
    const event = await reviewOf('review');

    expect(await writeReviewEvent(writerWith(true), event)).toBe(true);

    expect(await eventsAbout(event.uid)).toEqual([
      expect.objectContaining({
        reason: 'ReviewRequired',
        note: event.message,
        eventTime: '2026-11-22T12:00:00.007000Z',
        regarding: expect.objectContaining({ name: event.name, kind: 'CertificateSigningRequest' }),
      }),
    ]);
  });

  it('is not written twice', async () => {
    const event = await reviewOf('review-twice');

    await writeReviewEvent(writerWith(true), event);

    expect(await writeReviewEvent(writerWith(true), event)).toBe(true);
    expect(await eventsAbout(event.uid)).toHaveLength(1);
  });

  it('is not written once the lease is no longer ours', async () => {
    const event = await reviewOf('review-fenced');

    await writeReviewEvent(writerWith(false), event);

    expect(await eventsAbout(event.uid)).toEqual([]);
  });
});
