// SPDX-License-Identifier: Apache-2.0
// What the API server does with the other objects that a controller lives by: the ConfigMap that is watched, the Lease
// that is held, the Events that are told.

import { describe, expect, it } from '@jest/globals';
import type { WatchEvent } from '../support/api-client.js';
import { serverUnderTest } from './server-under-test.js';

const { api, name } = serverUnderTest();

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const EVENTS = '/apis/events.k8s.io/v1/namespaces/default/events';

const MICRO_TIME = '2026-01-02T03:04:05.000006Z';

describe('one ConfigMap watched by name', () => {
  it('shows its creation, changes and deletion, and no other ConfigMap', async () => {
    const watched = name('policy');
    const { body: list } = await api.get(CONFIG_MAPS, {
      query: { fieldSelector: `metadata.name=${watched}` },
    });
    const { events } = await api.watch(CONFIG_MAPS, {
      query: {
        fieldSelector: `metadata.name=${watched}`,
        resourceVersion: list.metadata.resourceVersion,
      },
    });
    await api.create(CONFIG_MAPS, { metadata: { name: name('other') }, data: { a: 'b' } });
    await api.create(CONFIG_MAPS, { metadata: { name: watched }, data: { 'policy.yaml': 'one' } });
    await api.patch(`${CONFIG_MAPS}/${watched}`, { data: { 'policy.yaml': 'two' } });
    await api.delete(`${CONFIG_MAPS}/${watched}`);

    const seen: WatchEvent[] = [];
    for await (const event of events) {
      seen.push(event);
      if (event.type === 'DELETED') break;
    }

    expect(seen.map(({ type, object }) => [type, object.data?.['policy.yaml']])).toEqual([
      ['ADDED', 'one'],
      ['MODIFIED', 'two'],
      ['DELETED', 'two'],
    ]);
  });

  it('that does not exist is an empty streaming list', async () => {
    const { events } = await api.watch(CONFIG_MAPS, {
      query: {
        fieldSelector: `metadata.name=${name('nobody')}`,
        sendInitialEvents: true,
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: true,
      },
    });

    const first = await events.next();
    await events.return();
    expect(first.value?.type).toBe('BOOKMARK');
  });
});

describe('the times of a Lease (MicroTime)', () => {
  const cases: Record<string, { time: string; status: number }> = {
    'six digits are accepted': { time: MICRO_TIME, status: 201 },
    'three digits are refused': { time: '2026-01-02T03:04:05.006Z', status: 400 },
    'no digits are refused': { time: '2026-01-02T03:04:05Z', status: 400 },
    'nine digits are refused': { time: '2026-01-02T03:04:05.000000006Z', status: 400 },
  };

  it.each(Object.entries(cases))('%s', async (sentence, { time, status }) => {
    const response = await api.create(LEASES, {
      metadata: { name: name(`digits-${Object.keys(cases).indexOf(sentence)}`) },
      spec: { holderIdentity: 'a', leaseDurationSeconds: 15, acquireTime: time, renewTime: time },
    });

    expect(response.failure?.message ?? '').toContain(status === 201 ? '' : 'cannot parse');
    expect(response.status).toBe(status);
  });

  it('come back with six digits, zeroes included', async () => {
    const time = '2026-01-02T03:04:05.100000Z';

    const response = await api.create(LEASES, {
      metadata: { name: name('round-trip') },
      spec: { holderIdentity: 'a', leaseDurationSeconds: 15, renewTime: time },
    });

    expect(response.body.spec['renewTime']).toBe(time);
  });
});

/** A Lease that nobody holds. */
const freeLease = async (label: string) => {
  const path = `${LEASES}/${name(label)}`;
  const { body: lease } = await api.create(LEASES, {
    metadata: { name: name(label) },
    spec: { holderIdentity: '', leaseDurationSeconds: 15, renewTime: MICRO_TIME },
  });
  return { path, lease };
};

describe('taking a Lease', () => {
  it('two that update from the same version: one wins, the other is a conflict', async () => {
    const { path, lease } = await freeLease('race');
    const takenBy = (holderIdentity: string) => ({
      ...lease,
      spec: { ...lease.spec, holderIdentity },
    });

    const responses = await Promise.all([
      api.put(path, takenBy('one')),
      api.put(path, takenBy('two')),
    ]);

    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });

  it('two that create it: one wins, the other is AlreadyExists', async () => {
    const object = { metadata: { name: name('create-race') }, spec: { holderIdentity: 'a' } };

    const responses = await Promise.all([api.create(LEASES, object), api.create(LEASES, object)]);

    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([201, 409]));
  });
});

/** An Event about a CertificateSigningRequest. */
const event = (label: string, eventTime: string) => ({
  metadata: { name: name(label) },
  eventTime,
  type: 'Normal',
  reason: 'Approved',
  action: 'Approving',
  note: 'a note',
  reportingController: 'example.com/contract',
  reportingInstance: 'contract-0',
  regarding: {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    name: 'a',
  },
});

describe('an Event about a request, which lives in no namespace', () => {
  it('is accepted in the namespace default and in kube-system', async () => {
    const inSystem = EVENTS.replace('/default/', '/kube-system/');

    const responses = [
      await api.create(EVENTS, event('event', MICRO_TIME)),
      await api.create(inSystem, event('event', MICRO_TIME)),
    ];

    expect(responses.map(({ status }) => status)).toEqual([201, 201]);
  });

  it('is refused with a time of three digits', async () => {
    const response = await api.create(EVENTS, event('event-time', '2026-01-02T03:04:05.006Z'));

    expect(response.status).toBe(400);
  });

  it('is refused in any other namespace', async () => {
    const path = EVENTS.replace('/default/', '/kube-public/');

    const response = await api.create(path, event('event-elsewhere', MICRO_TIME));

    expect(response.status).toBe(422);
  });
});
