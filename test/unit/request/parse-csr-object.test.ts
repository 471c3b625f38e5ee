// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';

import { parseCsrObject } from '../../../src/request/parse-csr-object.js';

const spec = {
  signerName: 'kubernetes.io/kube-apiserver-client',
  request: 'LS0t',
  usages: ['client auth'],
  expirationSeconds: 3600,
  username: 'alice',
  uid: 'u-1',
  groups: ['dev', 'system:authenticated'],
  extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=ab'] },
};
const metadata = {
  name: 'alice-1',
  uid: '0001',
  resourceVersion: '17',
  creationTimestamp: '2026-01-02T03:04:05Z',
  labels: { a: 'b' },
};
const condition = {
  type: 'Approved',
  status: 'True',
  reason: 'KubectlApprove',
  message: 'fine',
  lastUpdateTime: '2026-01-02T03:04:06Z',
  lastTransitionTime: '2026-01-02T03:04:06Z',
};
const object = {
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata,
  spec,
  status: { conditions: [condition], certificate: 'LS0u' },
};

describe('parseCsrObject', () => {
  it('reads an object as the API server sends it', () => {
    expect(parseCsrObject(object)).toEqual({
      ok: true,
      value: {
        name: 'alice-1',
        uid: '0001',
        resourceVersion: '17',
        createdAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
        signerName: 'kubernetes.io/kube-apiserver-client',
        usages: ['client auth'],
        expirationSeconds: 3600,
        requester: {
          username: 'alice',
          uid: 'u-1',
          groups: ['dev', 'system:authenticated'],
          extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=ab'] },
        },
        request: 'LS0t',
        conditions: [
          {
            type: 'Approved',
            status: 'True',
            reason: 'KubectlApprove',
            message: 'fine',
            lastUpdateTime: '2026-01-02T03:04:06Z',
            raw: condition,
          },
        ],
        certificate: 'LS0u',
      },
    });
  });

  it('reads a manifest, in which the server has filled nothing yet', () => {
    const manifest = {
      metadata: { name: 'a' },
      spec: { signerName: 'a.b/c', usages: [], request: 'LS0t' },
    };

    expect(parseCsrObject(manifest)).toMatchObject({
      ok: true,
      value: {
        uid: '',
        resourceVersion: '',
        createdAtMs: 0,
        expirationSeconds: undefined,
        requester: { username: '', uid: '', groups: [], extra: {} },
        conditions: [],
        certificate: undefined,
      },
    });
  });

  it.each([
    [
      'null for absent fields',
      { ...object, status: null, spec: { ...spec, groups: null, extra: null } },
    ],
    ['fields that it does not know', { ...object, spec: { ...spec, more: 1 }, further: [] }],
    ['neither apiVersion nor kind, as items of a list are', { metadata, spec }],
    ['an empty certificate, which is none', { ...object, status: { certificate: '' } }],
  ])('takes %s', (_name, json) => {
    const parsed = parseCsrObject(json);

    expect(parsed).toMatchObject({ ok: true });
  });

  it('keeps a key of extra that is called __proto__ a key', () => {
    const extra: unknown = JSON.parse('{"__proto__": ["x"]}');
    const parsed = parseCsrObject({ metadata, spec: { ...spec, extra } });

    expect(parsed.ok ? Object.keys(parsed.value.requester.extra) : []).toEqual(['__proto__']);
  });

  it.each([
    ['object', 'text'],
    ['object', null],
    ['object', [object]],
    ['apiVersion', { ...object, apiVersion: 'certificates.k8s.io/v1beta1' }],
    ['kind', { ...object, kind: 'ClusterTrustBundle' }],
    ['metadata', { ...object, metadata: undefined }],
    ['metadata.name', { ...object, metadata: { ...metadata, name: '' } }],
    ['metadata.uid', { ...object, metadata: { ...metadata, uid: 1 } }],
    ['metadata.resourceVersion', { ...object, metadata: { ...metadata, resourceVersion: 17 } }],
    [
      'metadata.creationTimestamp',
      { ...object, metadata: { ...metadata, creationTimestamp: 'now' } },
    ],
    [
      'metadata.creationTimestamp',
      { ...object, metadata: { ...metadata, creationTimestamp: '2026-13-41T00:00:00Z' } },
    ],
    ['spec', { ...object, spec: [] }],
    ['spec.signerName', { ...object, spec: { ...spec, signerName: undefined } }],
    ['spec.request', { ...object, spec: { ...spec, request: {} } }],
    ['spec.usages', { ...object, spec: { ...spec, usages: 'client auth' } }],
    ['spec.usages[1]', { ...object, spec: { ...spec, usages: ['client auth', 7] } }],
    ['spec.expirationSeconds', { ...object, spec: { ...spec, expirationSeconds: '3600' } }],
    ['spec.expirationSeconds', { ...object, spec: { ...spec, expirationSeconds: 0.5 } }],
    ['spec.username', { ...object, spec: { ...spec, username: ['alice'] } }],
    ['spec.groups', { ...object, spec: { ...spec, groups: { 0: 'system:masters' } } }],
    ['spec.extra', { ...object, spec: { ...spec, extra: [] } }],
    ['spec.extra', { ...object, spec: { ...spec, extra: { a: 'b' } } }],
    ['status', { ...object, status: 'Approved' }],
    ['status.conditions', { ...object, status: { conditions: {} } }],
    ['status.conditions[0].type', { ...object, status: { conditions: [{ status: 'True' }] } }],
    [
      'status.conditions[0].status',
      { ...object, status: { conditions: [{ ...condition, status: true }] } },
    ],
    ['status.certificate', { ...object, status: { certificate: 7 } }],
  ])('refuses a wrong %s', (at, json) => {
    expect(parseCsrObject(json)).toMatchObject({
      ok: false,
      error: { code: 'ObjectUnreadable', at },
    });
  });
});
