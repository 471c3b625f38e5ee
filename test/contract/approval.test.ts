// SPDX-License-Identifier: Apache-2.0
// What the API server does with writes of approvals and denials.

import { describe, expect, it } from '@jest/globals';
import { APPLY_PATCH, JSON_PATCH, STRATEGIC_MERGE_PATCH } from '../support/api-client.js';
import type { ApiObject } from '../support/api-client.js';
import { condition, csrPath, serverUnderTest } from './server-under-test.js';

const { api, pending } = serverUnderTest();

const RECENT_MS = 60_000;

/** The product's own form of the write: locked on the object and its version, with the whole list. */
const lockedPatch = (csr: ApiObject, conditions: readonly object[]): object => ({
  metadata: { uid: csr.metadata.uid, resourceVersion: csr.metadata.resourceVersion },
  status: { conditions },
});

const approve = (csr: ApiObject, ...conditions: readonly object[]) =>
  api.patch(csrPath(csr, 'approval'), { status: { conditions } });

const types = (csr: ApiObject): string[] =>
  (csr.status.conditions ?? []).map(({ type }) => type).sort();

describe('a merge patch on /approval that is locked on uid and resourceVersion', () => {
  it('approves, and the server stamps both times (API-19)', async () => {
    const csr = await pending('merge');

    const response = await api.patch(
      csrPath(csr, 'approval'),
      lockedPatch(csr, [condition('Approved')]),
    );

    expect(response.status).toBe(200);
    const [approved] = response.body.status.conditions ?? [];
    expect(approved).toMatchObject({ type: 'Approved', status: 'True', reason: 'Contract' });
    for (const stamp of [approved?.lastUpdateTime, approved?.lastTransitionTime]) {
      expect(Math.abs(Date.now() - Date.parse(stamp ?? ''))).toBeLessThan(RECENT_MS);
    }
  });

  it('is a conflict when the resourceVersion is stale (API-6)', async () => {
    const csr = await pending('stale');
    await api.patch(csrPath(csr), { metadata: { labels: { touched: 'yes' } } });

    const response = await api.patch(
      csrPath(csr, 'approval'),
      lockedPatch(csr, [condition('Approved')]),
    );

    expect(response.status).toBe(409);
    expect(response.failure?.reason).toBe('Conflict');
  });

  it('is unconditional when the resourceVersion is left out (API-6)', async () => {
    const csr = await pending('unlocked');
    await api.patch(csrPath(csr), { metadata: { labels: { touched: 'yes' } } });

    const response = await approve(csr, condition('Approved'));

    expect(response.status).toBe(200);
  });

  it('is invalid when the object was recreated and has another uid', async () => {
    const old = await pending('recreated');
    await api.delete(csrPath(old));
    const fresh = await pending('recreated');

    const response = await api.patch(csrPath(fresh, 'approval'), {
      metadata: { uid: old.metadata.uid, resourceVersion: fresh.metadata.resourceVersion },
      status: { conditions: [condition('Approved')] },
    });

    expect(response.status).toBe(422);
    expect(response.failure?.reason).toBe('Invalid');
    expect(response.failure?.message).toMatch(/metadata\.uid.*field is immutable/);
  });

  it('of an object recreated meanwhile, with both uid and resourceVersion old, changes nothing', async () => {
    const old = await pending('recreated-both');
    await api.delete(csrPath(old));
    const fresh = await pending('recreated-both');

    const response = await api.patch(
      csrPath(fresh, 'approval'),
      lockedPatch(old, [condition('Approved')]),
    );

    expect(response.status).toBe(409);
    expect(types((await api.get(csrPath(fresh))).body)).toEqual([]);
  });

  it('is not found when the object is gone', async () => {
    const csr = await pending('gone');
    await api.delete(csrPath(csr));

    const response = await api.patch(
      csrPath(csr, 'approval'),
      lockedPatch(csr, [condition('Approved')]),
    );

    expect(response.status).toBe(404);
    expect(response.failure?.reason).toBe('NotFound');
  });

  it('replaces the whole list, so a custom condition that is not repeated is removed', async () => {
    const csr = await pending('whole-list');
    await approve(csr, condition('example.com/Seen'));

    const response = await approve(csr, condition('Approved'));

    expect(types(response.body)).toEqual(['Approved']);
  });

  it('leaves the times of an old condition of the same type and status alone (API-19)', async () => {
    const csr = await pending('old-times');
    const longAgo = '2020-01-02T03:04:05Z';
    await approve(csr, { ...condition('example.com/Seen'), lastTransitionTime: longAgo });

    const response = await approve(csr, condition('example.com/Seen', 'Again'));

    const [seen] = response.body.status.conditions ?? [];
    expect(seen?.reason).toBe('Again');
    expect(seen?.lastTransitionTime).toBe(longAgo);
  });
});

describe('other forms of the write on /approval', () => {
  it('a JSON patch whose test holds approves', async () => {
    const csr = await pending('json-patch');

    const response = await api.patch(
      csrPath(csr, 'approval'),
      [
        { op: 'test', path: '/metadata/uid', value: csr.metadata.uid },
        { op: 'add', path: '/status/conditions', value: [condition('Approved')] },
      ],
      { contentType: JSON_PATCH },
    );

    expect(response.status).toBe(200);
    expect(types(response.body)).toEqual(['Approved']);
  });

  it('a JSON patch whose test fails is invalid and says no more', async () => {
    const csr = await pending('json-patch-test');

    const response = await api.patch(
      csrPath(csr, 'approval'),
      [
        { op: 'test', path: '/metadata/uid', value: 'another' },
        { op: 'add', path: '/status/conditions', value: [condition('Approved')] },
      ],
      { contentType: JSON_PATCH },
    );

    expect(response.status).toBe(422);
    expect(response.failure?.details?.causes).toBeUndefined();
  });

  it('server-side apply approves and keeps conditions of others', async () => {
    const csr = await pending('apply');
    await approve(csr, condition('example.com/Seen'));

    const response = await api.patch(
      csrPath(csr, 'approval'),
      {
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name: csr.metadata.name },
        status: { conditions: [condition('Approved')] },
      },
      { contentType: APPLY_PATCH, query: { fieldManager: 'contract', force: true } },
    );

    expect(response.status).toBe(200);
    expect(types(response.body)).toEqual(['Approved', 'example.com/Seen']);
  });

  it('a strategic merge patch replaces the whole list', async () => {
    const csr = await pending('strategic');
    await approve(csr, condition('example.com/Seen'));

    const response = await api.patch(
      csrPath(csr, 'approval'),
      { status: { conditions: [condition('Approved')] } },
      { contentType: STRATEGIC_MERGE_PATCH },
    );

    expect(response.status).toBe(200);
    expect(types(response.body)).toEqual(['Approved']);
  });

  it('a PUT of the object read before approves; of a stale one it is a conflict', async () => {
    const csr = await pending('put');
    const approved = { ...csr, status: { conditions: [condition('Approved')] } };

    const first = await api.put(csrPath(csr, 'approval'), approved);
    const second = await api.put(csrPath(csr, 'approval'), approved);

    expect([first.status, second.status]).toEqual([200, 409]);
  });

  it('an unknown content type is refused', async () => {
    const csr = await pending('content-type');

    const response = await api.patch(csrPath(csr, 'approval'), {}, { contentType: 'text/plain' });

    expect(response.status).toBe(415);
  });
});

describe('what /approval does not change', () => {
  it('a certificate is silently ignored (API-7)', async () => {
    const csr = await pending('certificate');

    const response = await api.patch(csrPath(csr, 'approval'), {
      status: { conditions: [condition('Approved')], certificate: 'aGVsbG8=' },
    });

    expect(response.status).toBe(200);
    expect(types(response.body)).toEqual(['Approved']);
    expect(response.body.status.certificate).toBeUndefined();
  });

  it('the spec is silently kept, and labels are changed', async () => {
    const csr = await pending('spec');

    const response = await api.patch(csrPath(csr, 'approval'), {
      metadata: { labels: { reviewed: 'yes' } },
      spec: { signerName: 'example.com/other', username: 'somebody-else' },
    });

    expect(response.status).toBe(200);
    expect(response.body.spec).toEqual(csr.spec);
    expect(response.body.metadata.labels).toEqual({ reviewed: 'yes' });
  });
});
