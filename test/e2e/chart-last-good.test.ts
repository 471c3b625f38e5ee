// SPDX-License-Identifier: Apache-2.0
// What the controller keeps in the ConfigMap of the last good policy outlives what helm and kubectl do to the release.

import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { CHART, NAMESPACE, RELEASE, ROOT, startHelm } from '../support/helm.js';
import { startCluster } from './cluster.js';

const helm = await startHelm();
const cluster = await startCluster();

const PATH = `/api/v1/namespaces/${NAMESPACE}/configmaps/${RELEASE}-policy-last-good`;
const KEPT = { 'v1alpha1.policy.yaml': 'what the controller has written' };

/** Runs helm on the cluster; throws when it fails. */
async function onCluster(...args: readonly string[]): Promise<void> {
  const { kubeconfigPath } = cluster.plane;
  const { code, stderr } = await helm.run([
    ...args,
    `--kubeconfig=${kubeconfigPath}`,
    `--namespace=${NAMESPACE}`,
  ]);
  if (code !== 0) throw new Error(`helm ${args.join(' ')}: ${stderr}`);
}

async function kubectl(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await cluster.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
}

const kept = async () => (await cluster.api.get(PATH)).body.data;
const keep = () => cluster.api.patch(PATH, { data: KEPT });

beforeAll(() => kubectl('apply', '-f', join(ROOT, 'deploy/base/namespace.yaml')));

describe('the last good policy', () => {
  it('outlives an upgrade of the chart, its uninstallation, and the next installation', async () => {
    await onCluster('install', RELEASE, CHART);
    const made = await kept();
    await keep();

    await onCluster('upgrade', RELEASE, CHART, '--set', 'policy.mode=shadow');
    const upgraded = await kept();
    await onCluster('uninstall', RELEASE);
    const uninstalled = await kept();
    await onCluster('install', RELEASE, CHART);

    expect(made).toBeUndefined();
    expect([upgraded, uninstalled, await kept()]).toEqual([KEPT, KEPT, KEPT]);
    await onCluster('uninstall', RELEASE);
    await kubectl('-n', NAMESPACE, 'delete', 'configmap', `${RELEASE}-policy-last-good`);
  }, 60_000);

  it('outlives kubectl apply of the manifests', async () => {
    const base = join(ROOT, 'deploy/base');
    await kubectl('apply', '-k', base);
    await keep();

    await kubectl('apply', '-k', base);

    expect(await kept()).toEqual(KEPT);
  });
});
