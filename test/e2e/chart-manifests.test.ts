// SPDX-License-Identifier: Apache-2.0
// What follows from the chart and lies beside it: deploy/ for those without helm, and what the documentation says.

import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadPolicy } from '../../src/policy/load-policy.js';
import { sharedServer } from '../support/control-plane-handle.js';
import { CHART, type Manifest, manifestsOf, NAMESPACE, ROOT, startHelm } from '../support/helm.js';
import { runProgram } from '../support/running-controller.js';

const helm = await startHelm();
const { binDir = '', kubeconfigPath } = sharedServer();
const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-deploy-'));
afterAll(() => rm(folder, { recursive: true }));

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Runs kubectl; throws when it fails or warns. */
async function kubectl(...args: readonly string[]): Promise<string> {
  const given = ['--kubeconfig', kubeconfigPath, ...args];
  const { code, stdout, stderr } = await runProgram(join(binDir, 'kubectl'), given, {
    env: { HOME: folder },
  });
  if (code !== 0 || stderr !== '') throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

const OVERLAYS = readdirSync(join(ROOT, 'deploy/overlays')).toSorted();

it('what is made of the chart is what lies beside it', async () => {
  const script = join(ROOT, 'scripts/manifests.mjs');
  const { stdout } = await runProgram(process.execPath, [script, '--print'], {
    env: { NODE_OPTIONS: '' },
  });
  const made = JSON.parse(stdout) as Readonly<Record<string, string>>;

  const differing = Object.keys(made).filter((path) => read(path) !== made[path]);
  expect(differing).toEqual([]);
  const lying = readdirSync(join(ROOT, 'deploy/overlays'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.yaml') && !path.endsWith('values.yaml'))
    .map((path) => `deploy/overlays/${path}`);
  expect(lying.filter((path) => made[path] === undefined)).toEqual([]);
});

describe('deploy/', () => {
  beforeAll(async () => {
    await kubectl('apply', '-f', join(ROOT, 'deploy/base/namespace.yaml'));
  });

  /** What helm alone needs, and kustomize leaves out. */
  const OF_HELM = ['helm.sh/chart', 'helm.sh/resource-policy', 'app.kubernetes.io/managed-by'];
  const without = (texts: Readonly<Record<string, string>> | undefined) => {
    const left = Object.entries(texts ?? {}).filter(([key]) => !OF_HELM.includes(key));
    return left.length === 0 ? undefined : Object.fromEntries(left);
  };
  const keyOf = ({ kind, metadata }: Manifest): string =>
    `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
  const plain = (objects: readonly Manifest[]): readonly object[] =>
    objects
      .filter(({ kind }) => kind !== 'Namespace')
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      .map(({ metadata, ...rest }) => {
        const { annotations, labels, ...others } = metadata;
        const texts = { annotations: without(annotations), labels: without(labels) };
        return JSON.parse(JSON.stringify({ ...rest, metadata: { ...others, ...texts } })) as object;
      });
  const placeOf = (name: string) =>
    join(ROOT, name === 'base' ? 'deploy/base' : `deploy/overlays/${name}`);
  const valuesOf = (name: string): readonly string[] =>
    name === 'base' ? [] : ['-f', join(placeOf(name), 'values.yaml')];

  it('has what the chart renders by default, and three ways to go on from there', () => {
    expect(OVERLAYS).toEqual(['approver', 'approver-and-signer', 'kubelet']);
  });

  describe.each(['base', ...OVERLAYS])('%s', (name) => {
    it('is what the chart renders', async () => {
      const built = await kubectl('kustomize', placeOf(name));
      const args = ['template', NAMESPACE, CHART, '-n', NAMESPACE, '--kube-version=1.25.0'];
      const { stdout } = await helm.run([...args, ...valuesOf(name)]);

      expect(plain(manifestsOf(built))).toEqual(plain(manifestsOf(stdout)));
    });

    it('is accepted by the API server with everything in it', async () => {
      const strict = ['--dry-run=server', '--validate=strict'];
      const stdout = await kubectl('apply', ...strict, '-k', placeOf(name));

      expect(stdout).toContain('namespace/kube-csr-approver');
      expect(stdout).toContain('deployment.apps/kube-csr-approver');
    });
  });
});

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

describe('the values of the chart', () => {
  const values = parse(read('charts/kube-csr-approver/values.yaml')) as object;
  const schema = JSON.parse(read('charts/kube-csr-approver/values.schema.json')) as Schema;

  /** Maps whose keys are not ours: Kubernetes says what they may be. */
  const FREE = [
    'affinity',
    'dnsConfig',
    'global',
    'podSecurityContext',
    'resources',
    'securityContext',
  ];

  function* schemasOf(each: Schema, path: string): Generator<readonly [string, Schema]> {
    yield [path, each];
    for (const [key, property] of Object.entries(each.properties ?? {})) {
      yield* schemasOf(property, path === '' ? key : `${path}.${key}`);
    }
  }
  const all = [...schemasOf(schema, '')];

  it('are refused when they are unknown, wherever they stand', () => {
    const open = all.filter(
      ([, { type, additionalProperties }]) =>
        type === 'object' && additionalProperties === undefined,
    );
    const definitions = Object.entries(schema.definitions ?? {}).filter(
      ([, { properties, additionalProperties }]) =>
        properties !== undefined && additionalProperties !== false,
    );

    expect(open.map(([path]) => path).toSorted()).toEqual(FREE);
    expect(definitions).toEqual([]);
  });

  const rows = [
    ...read('charts/kube-csr-approver/README.md').matchAll(
      /^\| `([^`]+)` \| `(.+?)` \| (.+) \|$/gm,
    ),
  ].map(([, path = '', written = '', meaning = '']) => ({ path, written, meaning }));

  it('stand in the table of the README, each with what it is by default, and no others', () => {
    const at = (path: string): unknown =>
      path
        .split('.')
        .reduce<unknown>((value, key) => new Map(Object.entries(value ?? {})).get(key), values);
    const documented = new Map(
      rows.map(({ path, written }) => [path, JSON.parse(written) as unknown]),
    );
    const leaves = all
      .filter(([path, { properties }]) => properties === undefined && path !== 'global')
      .map(([path]) => path);

    expect([...documented.keys()]).toEqual(leaves);
    for (const [path, value] of documented) expect([path, at(path)]).toEqual([path, value]);
    expect(rows.filter(({ meaning }) => meaning.length < 8)).toEqual([]);
  });

  it('are all there: what values.yaml holds is what the schema knows', () => {
    const keysOf = (value: object, known: Schema, path: string): readonly string[] =>
      Object.entries(value).flatMap(([key, inner]: [string, object]) => {
        const here = path === '' ? key : `${path}.${key}`;
        const property = known.properties?.[key];
        return property?.properties === undefined ? [here] : keysOf(inner, property, here);
      });

    expect(keysOf(values, schema, '').toSorted()).toEqual(rows.map(({ path }) => path).toSorted());
  });
});

describe('docs/install.md', () => {
  const blocks = [...read('docs/install.md').matchAll(/```yaml\n(.*?)```/gs)].map(
    ([, block = '']) => block,
  );

  it('shows values that the chart takes', async () => {
    const shown = blocks.filter((block) => !block.includes('apiVersion:'));
    expect(shown.length).toBeGreaterThan(5);

    const rendered = await Promise.all(
      shown.map(async (block) => (await helm.render(parse(block) as object)).policy()),
    );

    // One says that the policy is elsewhere.
    const policies = rendered.filter((policy) => policy !== '');
    expect(policies).toHaveLength(shown.length - 1);
    const refused = policies
      .map((policy) => loadPolicy(policy, 'policy.yaml'))
      .filter(({ ok }) => !ok);
    expect(refused).toEqual([]);
  });

  it('shows an overlay that sets the image', async () => {
    const overlay = blocks.find((block) => block.includes('kind: Kustomization')) ?? '';
    await cp(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true });
    await mkdir(join(folder, 'deploy/my-cluster'));
    await writeFile(join(folder, 'deploy/my-cluster/kustomization.yaml'), overlay);

    const built = await kubectl('kustomize', join(folder, 'deploy/my-cluster'));

    expect(built).toContain('image: registry.example/infra/kube-csr-approver:0.1.0');
  });
});
