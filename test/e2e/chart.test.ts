// SPDX-License-Identifier: Apache-2.0
// The chart as helm renders it: what the API server says of every object, and what the values may not be.

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
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
} from '../support/helm.js';
import { runProgram } from '../support/running-controller.js';
import { accepted, developers, MESH, refused, SERVING } from './chart-values.js';
import { startCluster } from './cluster.js';

const helm = await startHelm();
const cluster = await startCluster();

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

describe.each(Object.entries(accepted))('%s', (_, { values, approves, signs, readsNodes }) => {
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

  const configMaps = rendering.objects.filter(({ kind }) => kind === 'ConfigMap');
  expect(configMaps.map(({ metadata }) => metadata.name)).toEqual(['certificates-last-good']);
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
      'apply',
      '--dry-run=server',
      '--validate=strict',
      '-k',
      join(ROOT, 'deploy/base'),
    ]);

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('namespace/kube-csr-approver');
    expect(stdout).toContain('deployment.apps/kube-csr-approver');
  });
});

describe('docs/install.md', () => {
  let blocks: readonly string[];
  beforeAll(async () => {
    const text = await readFile(join(ROOT, 'docs/install.md'), 'utf8');
    blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block);
  });

  it('shows values that the chart takes', async () => {
    const shown = blocks.filter((block) => block.startsWith('policy:'));
    expect(shown).toHaveLength(2);

    for (const values of shown) {
      const rendering = await helm.render(parse(values) as object);
      expect(loadPolicy(rendering.policy(), 'policy.yaml')).toMatchObject({ ok: true });
    }
  });

  it('shows an overlay that sets the image', async () => {
    const overlay = blocks.find((block) => block.includes('kind: Kustomization')) ?? '';
    const folder = join(cluster.plane.group.folder, 'deploy');
    await cp(join(ROOT, 'deploy'), folder, { recursive: true });
    await mkdir(join(folder, 'my-cluster'));
    await writeFile(join(folder, 'my-cluster/kustomization.yaml'), overlay);

    const { stdout } = await cluster.kubectl(['kustomize', join(folder, 'my-cluster')]);

    expect(stdout).toContain('image: registry.example/infra/kube-csr-approver:0.1.0');
  });
});
