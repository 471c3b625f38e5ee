// SPDX-License-Identifier: Apache-2.0
// What docs/platforms.md says of kube-controller-manager is put to the real one, and what it shows of values and rules to
// the real helm and to policy tests.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments, stringify } from 'yaml';
import type { ApiObject } from '../support/api-client.js';
import { startControllerManager } from '../support/control-plane.js';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import type { RunningProgram } from '../support/control-plane-processes.js';
import { eventually } from '../support/eventually.js';
import { type Manifest, ROOT, startHelm } from '../support/helm.js';
import { runCommand } from '../support/running-controller.js';
import { certificateOf, decisionsOf, startCluster } from './cluster.js';
import { CLIENT_SIGNER, SERVING_SIGNER } from './real-kubelets.js';

const MAY_JOIN = 'system:certificates.k8s.io:certificatesigningrequests:nodeclient';
const BOOTSTRAPPER = { user: 'system:bootstrap:abcdef', groups: ['system:bootstrappers'] };
const CLUSTER_INFO = '/api/v1/namespaces/kube-public/configmaps/cluster-info';

interface ClusterConfiguration {
  readonly kind?: string;
  readonly controllerManager: {
    readonly extraArgs: readonly { readonly name: string; readonly value: string }[];
  };
}

const text = readFileSync(join(ROOT, 'docs/platforms.md'), 'utf8');
const blocks = [...text.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block = '']) => block);
const [approving, signing] = blocks
  .map((block) => parse(block) as ClusterConfiguration)
  .filter(({ kind }) => kind === 'ClusterConfiguration');

const cluster = await startCluster();
const helm = await startHelm();
const { binDir = '', group } = cluster.plane;
/** Envtest's folder has no kube-controller-manager. */
const describeWhereItIs = existsSync(join(binDir, 'kube-controller-manager'))
  ? describe
  : describe.skip;

const flagsOf = (configuration: ClusterConfiguration | undefined): readonly string[] =>
  (configuration?.controllerManager.extraArgs ?? []).map(
    ({ name, value }) =>
      `--${name}=${value.replace('/etc/kubernetes/pki/ca', join(group.folder, 'client-ca'))}`,
  );

let running: RunningProgram | undefined;

/** Starts it; it is ended with the test. */
async function start(flags: readonly string[]): Promise<RunningProgram> {
  running = await startControllerManager(cluster.plane, flags);
  return running;
}

afterEach(async () => {
  await running?.kill();
  running = undefined;
});

async function askToJoin(name: string): Promise<void> {
  await cluster.ask(name, {
    pem: await makeCsr({ cn: `system:node:${name}`, o: ['system:nodes'] }),
    as: BOOTSTRAPPER,
    signerName: CLIENT_SIGNER,
    usages: ['digital signature', 'client auth'],
  });
}

async function askToServe(name: string): Promise<void> {
  await cluster.ask(name, {
    pem: await makeCsr({ cn: `system:node:${name}`, o: ['system:nodes'], dns: [name] }),
    as: { user: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] },
    signerName: SERVING_SIGNER,
    usages: ['digital signature', 'server auth'],
  });
}

const approve = async (name: string): Promise<void> => {
  const condition = { type: 'Approved', status: 'True', reason: 'Test', message: 'by hand' };
  await cluster.api.patch(`${CSR_PATH}/${name}/approval`, { status: { conditions: [condition] } });
};

/** A bootstrap token, and what kubeadm leaves for those that come with it. */
async function announce(): Promise<void> {
  await cluster.create('/api/v1/namespaces/kube-system/secrets', {
    metadata: { name: 'bootstrap-token-abcdef' },
    type: 'bootstrap.kubernetes.io/token',
    stringData: {
      'token-id': 'abcdef',
      'token-secret': '0123456789abcdef',
      'usage-bootstrap-signing': 'true',
    },
  });
  await cluster.create('/api/v1/namespaces/kube-public/configmaps', {
    metadata: { name: 'cluster-info' },
    data: { kubeconfig: '{}' },
  });
}

const clusterInfo = async (): Promise<ApiObject> => (await cluster.api.get(CLUSTER_INFO)).body;

describeWhereItIs('kube-controller-manager', () => {
  it('with the flags that leave approving to us, signs on and approves nothing', async () => {
    await cluster.bind(MAY_JOIN, { kind: 'Group', name: 'system:bootstrappers' });
    await askToJoin('left-to-us');
    await askToJoin('approved-by-us');
    await approve('approved-by-us');
    await announce();

    await start(flagsOf(approving));

    await cluster.issued('approved-by-us');
    expect(decisionsOf(await cluster.csr('left-to-us'))).toEqual([]);
    const signature = await eventually(
      'the token is announced',
      async () => (await clusterInfo()).data?.['jws-kubeconfig-abcdef'],
    );
    expect(signature).not.toBe('');
  });

  it('approves a kubelet that joins as long as csrapproving is on, and no serving certificate', async () => {
    await askToServe('serves');

    await start(['--controllers=csrapproving,csrsigning']);

    await cluster.issued('left-to-us');
    expect(decisionsOf(await cluster.csr('serves'))).toEqual([]);
  });

  it('signs no bootstrap token where the star stands alone, so that nobody joins by one', async () => {
    await cluster.api.patch(CLUSTER_INFO, { data: { 'jws-kubeconfig-abcdef': null } });
    await askToJoin('without-announcement');
    await approve('without-announcement');

    await start(['--controllers=*,-csrapproving']);

    await cluster.issued('without-announcement');
    expect(Object.keys((await clusterInfo()).data ?? {})).toEqual(['kubeconfig']);
  });

  it('with the flags that leave one signer to us, signs for the others only', async () => {
    await approve('serves');
    await askToJoin('signed-there');
    await approve('signed-there');

    await start(['--controllers=csrsigning', ...flagsOf(signing)]);

    await cluster.issued('signed-there');
    expect(certificateOf(await cluster.csr('serves'))).toBe('');
  });

  it('does not start with files for all signers and for single ones', async () => {
    const flags = flagsOf(signing).filter((flag) => !flag.endsWith('='));

    const log = start(['--controllers=csrsigning', ...flags]).then(async (program) => {
      await program.exited;
      return program.logTail();
    }, String);

    expect(await log).toMatch(/command failed.*--cluster-signing-\*-file flags at the same time/);
  });
});

describe('docs/platforms.md', () => {
  it('shows values that the chart takes', async () => {
    const shown = blocks.filter((block) => !block.includes('apiVersion:'));
    expect(shown.length).toBeGreaterThan(3);

    for (const block of shown) {
      const rendering = await helm.render(parse(block) as object);
      const file = await cluster.file('policy.yaml', rendering.policy());
      expect(await runCommand(['lint', '--strict', file])).toMatchObject({ code: 0 });
    }
  });

  it('shows a rule for the signer of EKS that gives a webhook its own name and nobody else another', async () => {
    const values = blocks.find((block) => block.includes('app-serving')) ?? '';
    await cluster.file('policy.yaml', (await helm.render(parse(values) as object)).policy());
    const name = (dns: string) => ({ commonName: dns, sans: { dns: [dns] } });
    const tests = await cluster.file(
      'test.yaml',
      stringify({
        apiVersion: 'kube-csr-approver/v1alpha1',
        kind: 'PolicyTest',
        policy: 'policy.yaml',
        defaults: {
          signerName: 'beta.eks.amazonaws.com/app-serving',
          usages: ['server auth', 'digital signature', 'key encipherment'],
          as: 'system:serviceaccount:webhooks:certificates',
        },
        cases: [
          {
            name: 'its own name',
            request: name('guard.webhooks.svc'),
            expect: { decision: 'approve', rule: 'webhooks' },
          },
          {
            name: 'a name of another namespace',
            request: name('guard.bank.svc'),
            expect: { decision: 'deny', rule: 'webhooks' },
          },
        ],
      }),
    );

    const { code, stdout } = await runCommand(['test', tests]);

    expect([code, stdout]).toEqual([0, expect.stringContaining('2 passed, 0 failed')]);
  });

  it('shows nothing that is no YAML, each document of a kind that its program knows', () => {
    const kinds = blocks
      .flatMap((block) => parseAllDocuments(block).map((document) => document.toJS() as Manifest))
      .flatMap((document) => document.kind ?? []);

    expect(new Set(kinds)).toEqual(new Set(['KubeletConfiguration', 'ClusterConfiguration']));
  });
});
