// SPDX-License-Identifier: Apache-2.0
// The chart as helm renders it: what the API server says of every object, and what the values may not be.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadPolicy } from '../../src/policy/load-policy.js';
import {
  CHART,
  NAMESPACE,
  type RbacRule,
  type Rendering,
  ROOT,
  startHelm,
  type Toleration,
} from '../support/helm.js';
import { runCommand } from '../support/running-controller.js';
import { monitoringCrds } from './chart-monitoring-crds.js';
import { accepted, developers, MESH, refused, SERVING } from './chart-values.js';
import { startCluster } from './cluster.js';

const helm = await startHelm();
const cluster = await startCluster();

const CI = join(CHART, 'ci');

/** Of the controller's own role; its name stands before that of the role for requesters. */
const rulesOf = (rendering: Rendering): readonly RbacRule[] =>
  rendering.one('ClusterRole').rules ?? [];

const signerNames = (rendering: Rendering, verb: string): readonly string[] =>
  rulesOf(rendering)
    .filter(({ resources, verbs }) => resources.includes('signers') && verbs.includes(verb))
    .flatMap(({ resourceNames }) => resourceNames ?? ['every signer']);

const grants = (rendering: Rendering, resource: string): boolean =>
  rulesOf(rendering).some(({ resources }) => resources.includes(resource));

/** What the real API server says of these objects, unknown and repeated fields included. */
const dryRun = (file: string) =>
  cluster.kubectl(['apply', '--dry-run=server', '--validate=strict', '-f', file]);

/** What it says of a pod in a namespace that enforces the restricted Pod Security Standard. */
const admit = (spec: unknown) =>
  cluster.api.create(
    `/api/v1/namespaces/${NAMESPACE}/pods`,
    { metadata: { name: 'admitted' }, spec },
    { query: { dryRun: 'All' } },
  );

beforeAll(async () => {
  const namespace = join(ROOT, 'deploy/base/namespace.yaml');
  const { code, stderr } = await cluster.kubectl(['apply', '-f', namespace]);
  if (code !== 0) throw new Error(stderr);
  for (const crd of monitoringCrds) {
    await cluster.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', crd);
  }
  const waited = await cluster.kubectl(['wait', '--for=condition=Established', 'crd', '--all']);
  if (waited.code !== 0) throw new Error(waited.stderr);
});

it('helm lint has nothing against the chart', async () => {
  const { code, stdout } = await helm.run(['lint', '--strict', CHART]);

  expect(stdout).toContain('0 chart(s) failed');
  expect(code).toBe(0);
});

describe.each(Object.entries(accepted))('%s', (_, { values, warns, ...rights }) => {
  const { approves, signs, readsNodes } = rights;
  let rendering: Rendering;
  beforeAll(async () => {
    rendering = await helm.render(values);
  });

  it('is accepted by the API server, object by object', async () => {
    const file = await cluster.file('rendered.yaml', rendering.text);

    const { code, stdout, stderr } = await dryRun(file);

    expect(stderr).toMatch(warns ?? /^$/);
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(rendering.objects.length);
  });

  it('holds a policy that the controller loads', () => {
    expect(loadPolicy(rendering.policy(), 'policy.yaml')).toMatchObject({ ok: true });
  });

  it('may approve and sign for the signers of its policy and for no other', () => {
    expect(signerNames(rendering, 'approve')).toEqual(approves);
    expect(signerNames(rendering, 'sign')).toEqual(signs);
    expect(grants(rendering, 'certificatesigningrequests/approval')).toBe(approves.length > 0);
    expect(grants(rendering, 'certificatesigningrequests/status')).toBe(signs.length > 0);
    expect(grants(rendering, 'nodes')).toBe(readsNodes);
  });
});

describe('a namespace that enforces the restricted Pod Security Standard', () => {
  const values = accepted['a signer whose CA is made at installation']?.values ?? {};

  it.each(['Deployment', 'Job'])('admits the pod of the %s', async (kind) => {
    const rendering = await helm.render(values);

    const { status, text } = await admit(rendering.one(kind).spec?.template.spec);

    expect({ status, text: status === 201 ? '' : text }).toEqual({ status: 201, text: '' });
  });

  const refusedPods: Readonly<Record<string, object>> = {
    'it may be root': { podSecurityContext: { runAsNonRoot: null } },
    'it may gain privileges': { securityContext: { allowPrivilegeEscalation: true } },
    'it keeps capabilities': { securityContext: { capabilities: null } },
    'it may make any system call': { podSecurityContext: { seccompProfile: null } },
    'it is in the network of its node': { hostNetwork: true },
  };

  it.each(Object.entries(refusedPods))('refuses it when %s', async (_, changed) => {
    const { status, text } = await admit((await helm.render(changed)).pod());

    expect(status).toBe(403);
    expect(text).toContain('violates PodSecurity');
  });
});

it('the container cannot write to its root', async () => {
  const { text } = await helm.render({});

  expect(text).toContain('readOnlyRootFilesystem: true');
});

describe('before nodes are ready', () => {
  /** As the scheduler compares them (k8s.io/api/core/v1, ToleratesTaint). */
  const isTolerated = (taint: { key: string; effect: string }, by: readonly Toleration[] = []) =>
    by.some(
      ({ key, operator = 'Equal', value = '', effect }) =>
        (effect === undefined || effect === taint.effect) &&
        (key === undefined || key === taint.key) &&
        (operator === 'Exists' || value === ''),
    );
  const NOT_READY = [
    { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
    { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute' },
    { key: 'node.cloudprovider.kubernetes.io/uninitialized', effect: 'NoSchedule' },
    { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
  ];
  const NO_NETWORK = { key: 'node.kubernetes.io/network-unavailable', effect: 'NoSchedule' };

  it('pods run on nodes that are new, and on those of the control plane', async () => {
    const { tolerations } = (await helm.render({})).pod();

    expect(NOT_READY.filter((taint) => !isTolerated(taint, tolerations))).toEqual([]);
    expect(isTolerated(NO_NETWORK, tolerations)).toBe(false);
  });

  it('in the network of the node they do not wait for another one', async () => {
    const rendering = await helm.render({ hostNetwork: true, apiServer: { host: '192.0.2.10' } });
    const { env, args, startupProbe } = rendering.container();

    expect(isTolerated(NO_NETWORK, rendering.pod().tolerations)).toBe(true);
    expect(env).toEqual(
      expect.arrayContaining([
        { name: 'KUBERNETES_SERVICE_HOST', value: '192.0.2.10' },
        { name: 'KUBERNETES_SERVICE_PORT', value: '6443' },
      ]),
    );
    expect(args).toContain('--health-addr=127.0.0.1:8081');
    expect(startupProbe.httpGet.host).toBe('127.0.0.1');
    expect(rendering.text).toContain('maxSurge: 0');
  });
});

it('a policy of a ConfigMap that is there already is read from it, with the rights that rbac names', async () => {
  const rendering = await helm.render({
    policy: { existingConfigMap: 'certificates' },
    rbac: { approve: [SERVING, MESH], sign: [MESH], caSecrets: ['mesh-ca'] },
  });

  const configMaps = rendering.objects.filter(({ kind }) => kind === 'ConfigMap');
  const rules = rendering.one('Role', 'kube-csr-approver').rules ?? [];
  expect(configMaps.map(({ metadata }) => metadata.name)).toEqual(['certificates-last-good']);
  expect(rendering.container().args).toContain(`--policy-configmap=${NAMESPACE}/certificates`);
  expect(rules[0]?.resourceNames).toEqual(['certificates']);
  expect(rules.find(({ resources }) => resources.includes('secrets'))?.resourceNames).toEqual([
    'mesh-ca',
  ]);
  expect(signerNames(rendering, 'approve')).toEqual([MESH, SERVING]);
  expect(signerNames(rendering, 'sign')).toEqual([MESH]);
});

describe('one base for two clusters', () => {
  interface Rules {
    readonly rules: Readonly<Record<string, object>>;
  }
  const files = (...names: readonly string[]) => names.flatMap((name) => ['-f', join(CI, name)]);
  const policyWith = async (...names: readonly string[]): Promise<Rules> => {
    const read = await Promise.all(names.map((name) => readFile(join(CI, name), 'utf8')));
    const merged = read.map((text) => parse(text) as object).reduce(merge);
    return parse((await helm.render(merged)).policy()) as Rules;
  };

  it('merges rule by rule, and a cluster takes away what it does not want', async () => {
    const production = await policyWith('base.yaml', 'production.yaml');
    const edge = await policyWith('base.yaml', 'edge.yaml');

    expect(Object.keys(production.rules)).toEqual(['developers', 'kubelet-serving']);
    expect(production.rules['developers']).toMatchObject({
      mode: 'review',
      match: { requester: { groups: ['oidc:developers'] } },
      lifetime: { max: '1h' },
    });
    expect(production.rules['kubelet-serving']).toMatchObject({
      preset: 'kubelet-serving',
      sans: { dns: ['{node.name}', '{node.name}.corp.example'], ip: ['10.20.0.0/16'] },
    });
    expect(Object.keys(edge.rules)).toEqual(['kubelet-serving']);
    expect(edge.rules['kubelet-serving']).toMatchObject({
      sans: { dns: ['{node.name}'], ip: ['192.168.7.0/24'] },
    });
  });

  it.each(['production.yaml', 'edge.yaml'])('is accepted by the API server: %s', async (name) => {
    const args = ['template', 'csr', CHART, '-n', NAMESPACE, ...files('base.yaml', name)];
    const { stdout } = await helm.run(args);

    const { code } = await dryRun(await cluster.file('cluster.yaml', stdout));

    expect(code).toBe(0);
    expect((await helm.run(['lint', '--strict', CHART, ...files('base.yaml', name)])).code).toBe(0);
  });
});

/** As helm merges files of values: maps key by key, everything else as a whole. */
function merge(base: object, over: object): object {
  const isMap = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return Object.entries(over).reduce((merged, [key, value]: [string, unknown]) => {
    const before = new Map(Object.entries(merged)).get(key) as unknown;
    return { ...merged, [key]: isMap(before) && isMap(value) ? merge(before, value) : value };
  }, base);
}

describe('values that are refused', () => {
  it.each(Object.entries(refused))('%s', async (_, { values, says }) => {
    await expect(helm.render(values)).rejects.toThrow(says);
  });

  it('on a Kubernetes that is too old, all of them', async () => {
    const { code, stderr } = await helm.run(['template', CHART, '--kube-version', '1.24.0']);

    expect(code).toBe(1);
    expect(stderr).toContain('requires kubeVersion: >=1.25.0-0');
  });
});

describe('the policy that is there by default', () => {
  it('has nothing that lint warns of', async () => {
    const file = await cluster.file('default.yaml', (await helm.render({})).policy());

    const { code, stdout } = await runCommand(['lint', '--strict', file, '-o', 'json']);

    expect(JSON.parse(stdout)).toMatchObject({ errors: 0, warnings: 0, notes: 0 });
    expect(code).toBe(0);
  });

  it('gives nobody an address where kubeadm puts Services', async () => {
    const { policy } = parse(await readFile(join(CHART, 'values.yaml'), 'utf8')) as {
      readonly policy: {
        readonly rules: {
          readonly 'kubelet-serving': { readonly sans: { readonly ip: string[] } };
        };
      };
    };
    const loaded = loadPolicy((await helm.render({})).policy(), 'policy.yaml');
    if (!loaded.ok) throw new Error('the default policy does not load');
    const ranges = loaded.value.rules[0]?.sans.ip ?? [];

    expect(ranges.map(({ source }) => source)).toEqual(policy.rules['kubelet-serving'].sans.ip);
    const holds = (address: string) => ranges.some((range) => range.contains(address));
    const nodes = ['10.0.0.1', '10.95.255.255', '10.112.0.0', '10.255.0.1', '192.168.0.1'];
    expect(nodes.filter((address) => !holds(address))).toEqual([]);
    expect(['10.96.0.1', '10.111.255.255', '8.8.8.8'].filter(holds)).toEqual([]);
  });

  it('is said to a person in the notes', async () => {
    const { stdout } = await helm.run(['install', 'csr', CHART, '--dry-run=client']);

    expect(stdout).toContain(`approves or denies: ${SERVING}`);
    expect(stdout).toContain('decides who gets these certificates.');
  });
});

it('Prometheus and Grafana get the files of the chart as they are', async () => {
  const values = accepted['all that Prometheus and Grafana find']?.values ?? {};
  const { objects } = await helm.render(values);
  const file = (name: string) => readFile(join(CHART, 'files', name), 'utf8');

  const rule = objects.find(({ kind }) => kind === 'PrometheusRule');
  const dashboard = objects.find(({ metadata }) => metadata.name.endsWith('-dashboard'));
  expect(rule).toMatchObject({ spec: parse(await file('alerts.yaml')) as unknown });
  const shown = dashboard?.data?.['kube-csr-approver.json'] ?? '';
  expect(JSON.parse(shown)).toEqual(JSON.parse(await file('dashboard.json')));
});

it('a rule that is written in values reaches the controller as it was written', async () => {
  const rendering = await helm.render({ policy: { rules: { developers } } });

  const { rules } = parse(rendering.policy()) as { readonly rules: { developers: object } };

  expect(rules.developers).toEqual(developers);
});
