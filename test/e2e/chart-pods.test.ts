// SPDX-License-Identifier: Apache-2.0
// The pods of the chart: on which nodes they run, how they are exchanged, and how they reach the API server.

import { describe, expect, it } from '@jest/globals';
import { CHART, RELEASE, type Rendering, startHelm } from '../support/helm.js';
import { MESH, meshSigner } from './chart-values.js';

const helm = await startHelm();

const selector = {
  matchLabels: { 'app.kubernetes.io/name': RELEASE, 'app.kubernetes.io/instance': RELEASE },
};
const ON_THE_NODE = { hostNetwork: true, apiServer: { host: 'api.corp.example' } };
const withCa = {
  policy: { signers: { [MESH]: meshSigner } },
  createCAs: { 'mesh-ca': {} },
};

describe('by default', () => {
  it('pods are on different nodes, if there are several', async () => {
    const term = { topologyKey: 'kubernetes.io/hostname', labelSelector: selector };

    expect((await helm.render({})).pod()).toMatchObject({
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }],
        },
      },
    });
  });

  it('two run, and one at a time may be evicted', async () => {
    const rendering = await helm.render({});

    expect(rendering.one('Deployment')).toMatchObject({ spec: { replicas: 2, selector } });
    expect(rendering.one('PodDisruptionBudget')).toMatchObject({
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector },
    });
  });

  it('a single one has no budget: its node could not be drained', async () => {
    const { objects } = await helm.render({ replicas: 1 });

    expect(objects.map(({ kind }) => kind)).not.toContain('PodDisruptionBudget');
  });

  it.each(['Deployment', 'Job'])('the pod of the %s is as urgent as the cluster', async (kind) => {
    const spec = (await helm.render(withCa)).one(kind).spec?.template.spec;

    expect(spec).toMatchObject({
      priorityClassName: 'system-cluster-critical',
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists' },
        {
          key: 'node.cloudprovider.kubernetes.io/uninitialized',
          operator: 'Exists',
          effect: 'NoSchedule',
        },
        {
          key: 'node-role.kubernetes.io/control-plane',
          operator: 'Exists',
          effect: 'NoSchedule',
        },
      ],
    });
  });
});

describe('an upgrade', () => {
  const strategies: Readonly<Record<string, { values: object; strategy: object }>> = {
    'starts the new pod first': {
      values: {},
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    },
    'ends the old pod first where both want the ports of one node': {
      values: ON_THE_NODE,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
    },
    'ends all old pods first where nobody stands for election': {
      values: { replicas: 1, leaderElection: { enabled: false } },
      strategy: { type: 'Recreate' },
    },
  };

  it.each(Object.entries(strategies))('%s', async (_, { values, strategy }) => {
    const { spec } = (await helm.render(values)).one('Deployment');

    expect(spec).toMatchObject({ strategy });
    expect(Object.keys(spec ?? {})).toContain('strategy');
  });
});

describe('names are asked', () => {
  const policies: Readonly<Record<string, { values: object; asked: string | undefined }>> = {
    'of the DNS of the cluster': { values: {}, asked: undefined },
    'of the DNS of the cluster, in the network of the node too': {
      values: { hostNetwork: true },
      asked: 'ClusterFirstWithHostNet',
    },
    'of the DNS of the node where the API server is reached by a name before there is a network': {
      values: ON_THE_NODE,
      asked: 'Default',
    },
    'of whom the values say': {
      values: { ...ON_THE_NODE, dnsPolicy: 'ClusterFirstWithHostNet' },
      asked: 'ClusterFirstWithHostNet',
    },
  };

  it.each(Object.entries(policies))('%s', async (_, { values, asked }) => {
    const spec = (await helm.render(values)).pod();

    expect({ dnsPolicy: undefined, ...spec }.dnsPolicy).toBe(asked);
  });
});

describe('a NetworkPolicy opens', () => {
  const port = (number: number, protocol = 'TCP') => ({ port: number, protocol });
  const DNS = [port(53, 'UDP'), port(53)];
  const openedBy = async (values: object): Promise<unknown> => {
    const rendering: Rendering = await helm.render({ networkPolicy: { enabled: true }, ...values });
    const policy: { readonly spec?: object } = rendering.one('NetworkPolicy');
    const { egress } = policy.spec as { readonly egress: readonly { readonly ports: object[] }[] };
    return egress.map(({ ports }) => ports);
  };

  const opened: Readonly<Record<string, { values: object; ports: readonly object[][] }>> = {
    'the ports of the API server': { values: {}, ports: [[port(443), port(6443)]] },
    'the port that pods are told, and DNS for its name': {
      values: { apiServer: { host: 'api.corp.example', port: 8443 } },
      ports: [[port(443), port(6443), port(8443)], DNS],
    },
    'no DNS for an address': {
      values: { apiServer: { host: '192.0.2.10', port: 8443 } },
      ports: [[port(443), port(6443), port(8443)]],
    },
    'no DNS for an address of IPv6, and no port twice': {
      values: { apiServer: { host: '2001:db8::1' } },
      ports: [[port(443), port(6443)]],
    },
    'DNS for a rule that asks it': {
      values: { policy: { rules: { 'kubelet-serving': { sans: { owner: ['dns'] } } } } },
      ports: [[port(443), port(6443)], DNS],
    },
  };

  it.each(Object.entries(opened))('%s', async (_, { values, ports }) => {
    expect(await openedBy(values)).toEqual(ports);
  });
});

describe('a Job that makes CAs where the chart makes no roles', () => {
  const notesOf = async (...flags: readonly string[]): Promise<string> => {
    const values = JSON.stringify(withCa.policy.signers[MESH]);
    const set = ['--set-json', `policy.signers.example\\.com/mesh=${values}`];
    const create = ['--set-json', 'createCAs={"mesh-ca":{}}'];
    const args = ['install', 'csr', CHART, '--dry-run=client'];
    const { stdout } = await helm.run([...args, ...set, ...create, ...flags]);
    return stdout.slice(stdout.indexOf('NOTES:'));
  };

  it('is said to need a right that somebody else gives', async () => {
    const notes = await notesOf('--set', 'rbac.create=false');

    expect(notes).toContain(
      'ServiceAccount default/csr-kube-csr-approver-ca has to be allowed to create Secrets',
    );
  });

  it('is not spoken of where it has that right', async () => {
    expect(await notesOf()).not.toContain('has to be allowed');
  });
});
