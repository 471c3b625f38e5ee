// SPDX-License-Identifier: Apache-2.0
// What the API server does with writes to the object itself, not to a subresource.

import { describe, expect, it } from '@jest/globals';
import { APPLY_PATCH } from '../support/api-client.js';
import { CSR_PATH, csrObject, makeCsr } from '../support/control-plane-requests.js';
import { condition, csrPath, serverUnderTest } from './server-under-test.js';

const { api, name, pending } = serverUnderTest();

describe('a write to the object itself', () => {
  it('of an approval and a certificate answers 200 and changes nothing (API-5)', async () => {
    const csr = await pending('approval');

    const patched = await api.patch(csrPath(csr), {
      status: { conditions: [condition('Approved')], certificate: 'aGVsbG8=' },
    });
    const put = await api.put(csrPath(csr), {
      ...csr,
      status: { conditions: [condition('Approved')] },
    });

    expect([patched.status, put.status]).toEqual([200, 200]);
    const { body } = await api.get(csrPath(csr));
    expect(body.status).toEqual({});
    expect(body.metadata.resourceVersion).toBe(csr.metadata.resourceVersion);
  });

  it('of a Failed condition answers 200 and changes nothing (API-22)', async () => {
    const csr = await pending('failed');

    const response = await api.patch(csrPath(csr), {
      status: { conditions: [condition('Failed')] },
    });

    expect(response.status).toBe(200);
    expect(response.body.status).toEqual({});
  });

  it('of the spec answers 200 and changes nothing, so what was judged is what is signed (API-5)', async () => {
    const csr = await pending('spec');

    const response = await api.patch(csrPath(csr), {
      spec: { request: 'aGVsbG8=', usages: ['server auth'], groups: ['system:masters'] },
    });

    expect(response.status).toBe(200);
    expect(response.body.spec).toEqual(csr.spec);
  });

  it('of a label changes the label and the resourceVersion', async () => {
    const csr = await pending('label');

    const response = await api.patch(csrPath(csr), { metadata: { labels: { team: 'blue' } } });

    expect(response.body.metadata.labels).toEqual({ team: 'blue' });
    expect(response.body.metadata.resourceVersion).not.toBe(csr.metadata.resourceVersion);
  });

  it('with a stale resourceVersion is a conflict, without one it is unconditional (API-6)', async () => {
    const csr = await pending('put');
    await api.patch(csrPath(csr), { metadata: { labels: { touched: 'yes' } } });
    const { resourceVersion, ...unlocked } = csr.metadata;

    const stale = await api.put(csrPath(csr), csr);
    const free = await api.put(csrPath(csr), { ...csr, metadata: unlocked });

    expect(resourceVersion).not.toBe('');
    expect([stale.status, free.status]).toEqual([409, 200]);
  });

  it('by PUT does not create what does not exist (API-6)', async () => {
    const object = csrObject(await makeCsr({ cn: 'a' }), { name: name('absent') });

    const response = await api.put(`${CSR_PATH}/${name('absent')}`, object);

    expect(response.status).toBe(404);
  });

  it('by PUT without a status leaves the approval alone (API-5)', async () => {
    const csr = await pending('put-approved');
    await api.patch(csrPath(csr, 'approval'), { status: { conditions: [condition('Approved')] } });
    const { resourceVersion: _, ...metadata } = csr.metadata;

    const response = await api.put(csrPath(csr), { ...csr, metadata, status: {} });

    expect(response.status).toBe(200);
    expect(response.body.status.conditions).toHaveLength(1);
  });

  it('by server-side apply does not own spec or status (API-7)', async () => {
    const csr = await pending('apply');

    const response = await api.patch(
      csrPath(csr),
      {
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        metadata: { name: csr.metadata.name, labels: { applied: 'yes' } },
        status: { conditions: [condition('Approved')] },
      },
      { contentType: APPLY_PATCH, query: { fieldManager: 'contract' } },
    );

    expect(response.status).toBe(200);
    expect(response.body.status).toEqual({});
    expect(response.body.metadata.labels).toEqual({ applied: 'yes' });
  });
});

describe('deleting', () => {
  it('with the uid of another object is a conflict and deletes nothing', async () => {
    const csr = await pending('delete');

    const response = await api.request('DELETE', csrPath(csr), {
      preconditions: { uid: '00000000-0000-0000-0000-000000000000' },
    });

    expect(response.status).toBe(409);
    expect((await api.get(csrPath(csr))).status).toBe(200);
  });

  it('frees the name for an object with another uid', async () => {
    const first = await pending('reused');
    await api.delete(csrPath(first));

    const second = await pending('reused');

    expect(second.metadata.uid).not.toBe(first.metadata.uid);
  });

  it('and creating the same name twice is a conflict of the kind AlreadyExists', async () => {
    const csr = await pending('twice');

    const response = await api.create(
      CSR_PATH,
      csrObject(await makeCsr({ cn: 'a' }), { name: csr.metadata.name }),
    );

    expect(response.status).toBe(409);
    expect(response.failure?.reason).toBe('AlreadyExists');
  });
});

describe('API versions', () => {
  it('certificates.k8s.io serves v1 only', async () => {
    const response = await api.get('/apis/certificates.k8s.io');

    const { versions } = JSON.parse(response.text) as { versions: { version: string }[] };
    expect(versions.map(({ version }) => version)).toEqual(['v1']);
  });
});
