// SPDX-License-Identifier: Apache-2.0
// The chart as helm renders it: what the API server says of every object, and what the values may not be.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadPolicy } from '../../src/policy/load-policy.js';
import {
  CHART,
  NAMESPACE,
  type RbacRule,
  type Rendering,
  ROOT,
  startHelm,
} from '../support/helm.js';
import { runProgram } from '../support/running-controller.js';
import { startCluster } from './cluster.js';

const helm = await startHelm();
const cluster = await startCluster();

const CLIENT = 'kubernetes.io/kube-apiserver-client';
const CLIENT_KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
const SERVING = 'kubernetes.io/kubelet-serving';
const MESH = 'example.com/mesh';

const meshSigner = {
  lifetime: { default: '24h', max: '168h' },
  allow: {
    sans: { uri: ['/spiffe:\\/\\/cluster\\.local\\/.*/'] },
    usages: ['client auth', 'server auth', 'digital signature'],
  },
};

const meshRule = {
  match: { signerName: MESH, requester: { serviceAccounts: ['istio-system/istiod'] } },
  sans: { uri: ['/spiffe:\\/\\/cluster\\.local\\/ns\\/[a-z0-9-]+\\/sa\\/[a-z0-9.-]+/'], max: 1 },
  usages: ['client auth', 'server auth', 'digital signature'],
  lifetime: { max: '24h' },
};

const developers = {
  match: { signerName: CLIENT, requester: { groups: ['oidc:dev-team'] } },
  subject: { commonName: '{requester.username}' },
  lifetime: { max: '8h' },
};

interface Case {
  readonly values: object;
  readonly approves: readonly string[];
  readonly signs: readonly string[];
  readonly readsNodes: boolean;
}

const cases: Readonly<Record<string, Case>> = {
  'the default: serving certificates of kubelets': {
    values: {},
    approves: [SERVING],
    signs: [],
    readsNodes: true,
  },
  'other rules instead of the default one': {
    values: {
      policy: {
        rules: { 'kubelet-serving': null, nodes: { preset: 'kubelet-client' }, developers },
      },
    },
    approves: [CLIENT, CLIENT_KUBELET],
    signs: [],
    readsNodes: false,
  },
  'a rule that is put before a person may still deny': {
    values: { policy: { rules: { developers: { ...developers, mode: 'review' } } } },
    approves: [CLIENT, SERVING],
    signs: [],
    readsNodes: true,
  },
  'shadow rules may approve nothing, and look at nodes': {
    values: { policy: { mode: 'shadow', rules: { developers } } },
    approves: [],
    signs: [],
    readsNodes: true,
  },
  'one enforced rule in a shadow policy': {
    values: {
      policy: { mode: 'shadow', rules: { developers: { ...developers, mode: 'enforce' } } },
    },
    approves: [CLIENT],
    signs: [],
    readsNodes: true,
  },
  'a signer with its CA in a Secret': {
    values: {
      policy: { rules: { mesh: meshRule }, signers: { [MESH]: meshSigner } },
      caSecrets: { [MESH]: 'mesh-ca' },
    },
    approves: [MESH, SERVING],
    signs: [MESH],
    readsNodes: true,
  },
  'a signer with its CA in a volume of its own': {
    values: {
      policy: {
        rules: { 'kubelet-serving': null },
        signers: {
          [MESH]: { ...meshSigner, ca: { files: { cert: '/ca/tls.crt', key: '/ca/tls.key' } } },
        },
      },
      extraVolumes: [{ name: 'ca', csi: { driver: 'secrets-store.csi.k8s.io', readOnly: true } }],
      extraVolumeMounts: [{ name: 'ca', mountPath: '/ca', readOnly: true }],
    },
    approves: [],
    signs: [MESH],
    readsNodes: false,
  },
  'only the approver': {
    values: {
      controllers: ['approver'],
      policy: { signers: { [MESH]: meshSigner } },
      caSecrets: { [MESH]: 'mesh-ca' },
    },
    approves: [SERVING],
    signs: [],
    readsNodes: true,
  },
  'only the signer': {
    values: {
      controllers: ['signer'],
      policy: { signers: { [MESH]: meshSigner } },
      caSecrets: { [MESH]: 'mesh-ca' },
    },
    approves: [],
    signs: [MESH],
    readsNodes: true,
  },
  'everything that a pod may be told': {
    values: {
      replicas: 0,
      fullnameOverride: 'csr',
      logLevel: 'debug',
      healthPort: 9000,
      image: {
        registry: 'registry.example:5000',
        repository: 'infra/csr',
        digest: `sha256:${'0123456789abcdef'.repeat(4)}`,
        pullPolicy: 'Always',
        pullSecrets: ['pull'],
      },
      serviceAccount: { name: 'csr-account', annotations: { 'example.com/team': 'infra' } },
      policy: { apiServerNames: ['api.corp.example', '192.0.2.10'] },
      rbac: { approve: [MESH], sign: ['example.com/*'] },
      priorityClassName: 'system-cluster-critical',
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      podAnnotations: { 'example.com/note': 'a note' },
      podLabels: { 'example.com/team': 'infra' },
      commonLabels: { 'example.com/cost': '42' },
      extraArgs: ['--log-level=info'],
      extraEnv: [{ name: 'TZ', value: 'UTC' }],
    },
    approves: [MESH, SERVING],
    signs: ['example.com/*'],
    readsNodes: true,
  },
};

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

beforeAll(async () => {
  const namespace = join(ROOT, 'deploy/base/namespace.yaml');
  const { code, stderr } = await cluster.kubectl(['apply', '-f', namespace]);
  if (code !== 0) throw new Error(stderr);
});

it('helm lint has nothing against the chart', async () => {
  const { code, stdout } = await helm.run(['lint', '--strict', CHART]);

  expect(stdout).toContain('0 chart(s) failed');
  expect(code).toBe(0);
});

describe.each(Object.entries(cases))('%s', (_, { values, approves, signs, readsNodes }) => {
  let rendering: Rendering;
  beforeAll(async () => {
    rendering = await helm.render(values);
  });

  it('is accepted by the API server, object by object', async () => {
    const file = await cluster.file('rendered.yaml', rendering.text);

    const { code, stdout, stderr } = await dryRun(file);

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(rendering.objects.length);
  });

  it('holds a policy that the controller loads', () => {
    const loaded = loadPolicy(rendering.policy(), 'policy.yaml');

    expect(loaded).toMatchObject({ ok: true });
  });

  it('may approve and sign for the signers of its policy and for no other', () => {
    expect(signerNames(rendering, 'approve')).toEqual(approves);
    expect(signerNames(rendering, 'sign')).toEqual(signs);
    expect(grants(rendering, 'certificatesigningrequests/approval')).toBe(approves.length > 0);
    expect(grants(rendering, 'certificatesigningrequests/status')).toBe(signs.length > 0);
    expect(grants(rendering, 'nodes')).toBe(readsNodes);
  });

  it('mounts every CA that its policy names', () => {
    const named = [...rendering.policy().matchAll(/(?:cert|key): (\/.*)\/tls\.(?:crt|key)/g)];
    const [container] = rendering.pod().containers;
    const mounted = container?.volumeMounts?.map(({ mountPath }) => mountPath) ?? [];

    expect(new Set(named.map(([, folder]) => folder))).toEqual(new Set(mounted));
  });

  it('makes a pod that a restricted namespace admits', async () => {
    const { status, text } = await cluster.api.create(
      `/api/v1/namespaces/${NAMESPACE}/pods`,
      { metadata: { name: 'admitted' }, spec: rendering.pod() },
      { query: { dryRun: 'All' } },
    );

    expect({ status, text: status === 201 ? '' : text }).toEqual({ status: 201, text: '' });
  });
});

it('a restricted namespace refuses that pod when it may be root', async () => {
  const rendering = await helm.render({ podSecurityContext: { runAsNonRoot: null } });

  const { status, text } = await cluster.api.create(
    `/api/v1/namespaces/${NAMESPACE}/pods`,
    { metadata: { name: 'refused' }, spec: rendering.pod() },
    { query: { dryRun: 'All' } },
  );

  expect(status).toBe(403);
  expect(text).toContain('violates PodSecurity');
});

it('a policy of a ConfigMap that is there already is read from it, with the rights that rbac names', async () => {
  const rendering = await helm.render({
    policy: { existingConfigMap: 'certificates' },
    rbac: { approve: [SERVING, MESH], sign: [MESH] },
  });

  expect(rendering.objects.map(({ kind }) => kind)).not.toContain('ConfigMap');
  expect(rendering.pod().containers[0]?.args).toContain(
    `--policy-configmap=${NAMESPACE}/certificates`,
  );
  expect(rendering.one('Role', 'kube-csr-approver').rules?.[0]?.resourceNames).toEqual([
    'certificates',
  ]);
  expect(signerNames(rendering, 'approve')).toEqual([MESH, SERVING]);
  expect(signerNames(rendering, 'sign')).toEqual([MESH]);
});

it('a base and two overlays merge rule by rule', async () => {
  const base = { policy: { rules: { developers } } };
  const overlay = { policy: { rules: { developers: { lifetime: { max: '1h' } } } } };
  const file = await cluster.file('base.yaml', JSON.stringify(base));
  const over = await cluster.file('overlay.yaml', JSON.stringify(overlay));

  const { stdout } = await helm.run(['template', 'x', CHART, '-f', file, '-f', over]);

  expect(stdout).toContain('max: 1h');
  expect(stdout).toContain('oidc:dev-team');
  expect(stdout).toContain('preset: kubelet-serving');
});

describe('values that are refused', () => {
  const refused: Readonly<Record<string, { readonly values: object; readonly says: string }>> = {
    'a value that there is not': { values: { replica: 1 }, says: "'replica' not allowed" },
    'two replicas': { values: { replicas: 2 }, says: "at '/replicas': maximum" },
    'a controller that there is not': {
      values: { controllers: ['approver', 'denier'] },
      says: "at '/controllers/1'",
    },
    'a digest that is none': {
      values: { image: { digest: 'latest' } },
      says: "at '/image/digest'",
    },
    'a signer name without a path': {
      values: { policy: { signers: { mesh: meshSigner } } },
      says: "invalid propertyName 'mesh'",
    },
    'a policy of nothing': {
      values: { policy: { rules: { 'kubelet-serving': null } } },
      says: 'policy: there are neither rules nor signers',
    },
    'a rule of no signer': {
      values: { policy: { rules: { developers: { ...developers, match: {} } } } },
      says: 'policy.rules.developers: match.signerName or a known preset is needed',
    },
    'a signer without a CA': {
      values: { policy: { signers: { [MESH]: meshSigner } } },
      says: `policy.signers: ${MESH} has no CA; name a Secret in caSecrets`,
    },
    'a CA of no signer': {
      values: { caSecrets: { [MESH]: 'mesh-ca' } },
      says: `caSecrets: ${MESH} is not in policy.signers`,
    },
    'a signer with two CAs': {
      values: {
        policy: {
          signers: { [MESH]: { ...meshSigner, ca: { files: { cert: '/a', key: '/b' } } } },
        },
        caSecrets: { [MESH]: 'mesh-ca' },
      },
      says: `policy.signers: ${MESH} has a ca of its own and one in caSecrets`,
    },
    'an existing ConfigMap whose signers nobody names': {
      values: { policy: { existingConfigMap: 'certificates' } },
      says: 'name the signers of its rules in rbac.approve',
    },
    "nobody's service account": {
      values: { serviceAccount: { create: false } },
      says: 'serviceAccount.name is needed',
    },
  };

  it.each(Object.entries(refused))('%s', async (_, { values, says }) => {
    await expect(helm.render(values)).rejects.toThrow(says);
  });
});

describe('deploy/base', () => {
  it('is what the chart renders by default', async () => {
    const script = join(ROOT, 'scripts/manifests.mjs');
    const written = await readFile(join(ROOT, 'deploy/base/kube-csr-approver.yaml'), 'utf8');

    const { stdout } = await runProgram(process.execPath, [script, '--print'], {
      env: { NODE_OPTIONS: '' },
    });

    expect(written).toBe(stdout);
  });

  it('is applied by kubectl with everything in it', async () => {
    const { code, stdout, stderr } = await cluster.kubectl([
      ...['apply', '--dry-run=server', '--validate=strict'],
      ...['-k', join(ROOT, 'deploy/base')],
    ]);

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('namespace/kube-csr-approver');
    expect(stdout).toContain('deployment.apps/kube-csr-approver');
  });
});
