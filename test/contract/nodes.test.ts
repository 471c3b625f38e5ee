// SPDX-License-Identifier: Apache-2.0
// What a kubelet may say of itself under NodeRestriction, and what a tenant may claim through a Service. A policy that
// takes Nodes or Services for evidence must know how little they prove.

import { describe, expect, it } from '@jest/globals';
import type { ApiObject, Impersonation } from '../support/api-client.js';
import { serverUnderTest } from './server-under-test.js';

const { api, name } = serverUnderTest();

const NODES = '/api/v1/nodes';

const kubelet = (node: string): Impersonation => ({
  user: `system:node:${node}`,
  groups: ['system:nodes'],
});

const registerNode = async (label: string, extra: object = {}): Promise<ApiObject> => {
  const node = name(label);
  const object = { metadata: { name: node }, spec: extra };
  const response = await api.create(NODES, object, { as: kubelet(node) });
  if (response.status !== 201) throw new Error(response.text);
  return response.body;
};

const patchAsItself = (node: ApiObject, body: object, subresource = '') =>
  api.patch(`${NODES}/${node.metadata.name}${subresource}`, body, {
    as: kubelet(node.metadata.name),
  });

describe('a kubelet writing to its own Node', () => {
  it.each([
    ['an address that belongs to another node', 'InternalIP', '192.0.2.7'],
    ['the name of the API server', 'ExternalDNS', 'api.example.com'],
    ['any host name', 'Hostname', 'somebody-else'],
  ])('may claim %s', async (_, type, address) => {
    const node = await registerNode(`claims-${type.toLowerCase()}`);

    const response = await patchAsItself(
      node,
      { status: { addresses: [{ type, address }] } },
      '/status',
    );

    expect(response.status).toBe(200);
    expect(response.body.status).toMatchObject({ addresses: [{ type, address }] });
  });

  it('may set any annotation and any ordinary label', async () => {
    const node = await registerNode('metadata');

    const response = await patchAsItself(node, {
      metadata: { annotations: { 'example.com/trusted': 'yes' }, labels: { team: 'red' } },
    });

    expect(response.status).toBe(200);
    expect(response.body.metadata.labels?.['team']).toBe('red');
  });

  it('may set its providerID when it registers, and once when it is empty', async () => {
    const registered = await registerNode('provider', { providerID: 'cloud:///zone/1' });
    const empty = await registerNode('provider-later');

    const later = await patchAsItself(empty, { spec: { providerID: 'cloud:///zone/2' } });

    expect(registered.spec['providerID']).toBe('cloud:///zone/1');
    expect(later.status).toBe(200);
  });

  it.each(['node-restriction.kubernetes.io/tier', 'node-role.kubernetes.io/control-plane'])(
    'may not set the label %s',
    async (label) => {
      const node = await registerNode(`label-${label.split('/')[1] ?? ''}`);

      const response = await patchAsItself(node, { metadata: { labels: { [label]: 'x' } } });

      expect(response.status).toBe(403);
      expect(response.failure?.message).toContain(label);
    },
  );

  it('may not take its taints off', async () => {
    const node = await registerNode('taints', {
      taints: [{ key: 'example.com/untrusted', effect: 'NoSchedule' }],
    });

    const response = await patchAsItself(node, { spec: { taints: null } });

    expect(response.status).toBe(403);
    expect(response.failure?.message).toContain('is not allowed to modify taints');
  });

  it('may not write to the Node of another one', async () => {
    const node = await registerNode('victim');

    const response = await api.patch(
      `${NODES}/${node.metadata.name}/status`,
      { status: { addresses: [] } },
      { as: kubelet(name('attacker')) },
    );

    expect(response.status).toBe(403);
  });
});

describe('a tenant', () => {
  it('may create a Service with any external addresses', async () => {
    const namespace = name('tenant');
    const tenant: Impersonation = { user: name('tenant-user') };
    await api.create('/api/v1/namespaces', { metadata: { name: namespace } });
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    await api.create(`${rbac}/roles`, {
      metadata: { name: 'tenant' },
      rules: [{ apiGroups: [''], resources: ['services'], verbs: ['create'] }],
    });
    await api.create(`${rbac}/rolebindings`, {
      metadata: { name: 'tenant' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'tenant' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: tenant.user }],
    });

    const spec = { ports: [{ port: 443 }], externalIPs: ['192.0.2.7', '8.8.8.8'] };
    const create = () =>
      api.create(
        `/api/v1/namespaces/${namespace}/services`,
        { metadata: { name: 'claim' }, spec },
        { as: tenant },
      );
    // A new binding takes a moment to be seen by the authorizer.
    let response = await create();
    for (let again = 0; response.status === 403 && again < 100; again += 1) {
      response = await create();
    }

    expect(response.status).toBe(201);
    expect(response.body.spec['externalIPs']).toEqual(spec.externalIPs);
  });
});
