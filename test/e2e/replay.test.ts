// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it } from '@jest/globals';
import { makeCsr } from '../support/control-plane-requests.js';
import { type Printed, runCommand } from '../support/running-controller.js';
import { startCluster } from './cluster.js';
import { developer, DEVELOPERS, hashOf } from './policies.js';

const cluster = await startCluster();
const NODES_GROUPS = ['system:nodes', 'system:authenticated'];
const SERVING = 'kubernetes.io/kubelet-serving';

const policyWith = (max: string): string => `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  developers:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['${DEVELOPERS}'] }
    subject: { commonName: '{requester.username}' }
    lifetime: { max: ${max} }
  kubelet-serving:
    preset: kubelet-serving
    sans: { dns: ['{node.name}'], ip: [10.0.0.0/8], owner: [node] }
`;
const current = policyWith('8h');
const candidate = policyWith('2h');
const candidateFile = await cluster.file('candidate.yaml', candidate);
const currentFile = await cluster.file('current.yaml', current);

const askAsDeveloper = async (name: string, expirationSeconds: number): Promise<void> => {
  await cluster.ask(name, {
    pem: await makeCsr({ cn: 'jane' }),
    as: developer('jane'),
    expirationSeconds,
  });
};

async function askToServe(name: string, node: string): Promise<void> {
  await cluster.create('/api/v1/nodes', { metadata: { name: node } });
  const addresses = [
    { type: 'Hostname', address: node },
    { type: 'InternalIP', address: '10.1.2.3' },
  ];
  await cluster.api.patch(`/api/v1/nodes/${node}/status`, { status: { addresses } });
  const contents = { cn: `system:node:${node}`, o: ['system:nodes'], dns: [node] };
  await cluster.ask(name, {
    pem: await makeCsr(contents),
    as: { user: `system:node:${node}`, groups: NODES_GROUPS },
    usages: ['digital signature', 'server auth'],
    signerName: SERVING,
  });
}

beforeAll(async () => {
  await cluster.create('/api/v1/namespaces/default/configmaps', {
    metadata: { name: 'policy' },
    data: { 'policy.yaml': current },
  });
  const controller = cluster.run([
    '--policy-configmap',
    'default/policy',
    '--controllers=approver',
  ]);
  await askAsDeveloper('short', 3600);
  await askAsDeveloper('long', 4 * 3600);
  await askAsDeveloper('too-long', 9 * 3600);
  await askToServe('serving', 'worker-1');
  await askToServe('serving-gone', 'worker-2');
  for (const name of ['short', 'long', 'too-long', 'serving', 'serving-gone']) {
    await cluster.decided(name);
  }
  await controller.stop();
  await cluster.api.delete('/api/v1/nodes/worker-2');
});

const replay = (...args: string[]): Promise<Printed> =>
  runCommand(['replay', '--policy', candidateFile, ...args]);
const replayCluster = (...args: string[]): Promise<Printed> =>
  replay('--from-cluster', '--kubeconfig', cluster.plane.kubeconfigPath, ...args);

describe('replay over the requests of the cluster', () => {
  it('says who would be decided differently, and what nobody knows any more', async () => {
    const { code, stdout, stderr } = await replayCluster('-o', 'json');

    expect([code, stderr]).toEqual([1, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      apiVersion: 'kube-csr-approver/v1alpha1',
      kind: 'Replay',
      candidate: hashOf(candidate),
      against: null,
      total: 5,
      same: 3,
      different: 1,
      unknown: 1,
      rows: [
        {
          csr: 'long',
          requester: 'jane',
          verdict: 'different',
          before: { decision: 'approve', rule: 'developers', policyHash: hashOf(current) },
          after: { decision: 'deny', codes: ['LifetimeTooLong'], known: true },
        },
        { csr: 'serving-gone', verdict: 'unknown', missing: ['node worker-2'] },
      ],
    });
  });

  it('compares with another policy when it is told to', async () => {
    const withFile = await replayCluster('--against', currentFile);
    const withConfigMap = await replayCluster('--against-configmap', 'default/policy');

    expect(withFile.stdout).toBe(withConfigMap.stdout);
    expect(withFile.stdout).toContain(
      `5 requests: policy ${hashOf(candidate)} compared with policy ${hashOf(current)}\n`,
    );
    expect(withFile.stdout).toContain('\n       1  approve → deny (LifetimeTooLong)\n');
  });

  it('changes nothing', async () => {
    const before = await cluster.api.get('/apis/certificates.k8s.io/v1/certificatesigningrequests');

    await replayCluster();

    const after = await cluster.api.get('/apis/certificates.k8s.io/v1/certificatesigningrequests');
    expect(after.body.items).toEqual(before.body.items);
  });
});

describe('replay over an exported list', () => {
  const exported: Record<string, string> = {};

  beforeAll(async () => {
    for (const output of ['yaml', 'json']) {
      const { stdout } = await cluster.kubectl(['get', 'csr', '-o', output]);
      exported[output] = await cluster.file(`exported.${output}`, stdout);
    }
  });

  it('takes what nothing says for unknown', async () => {
    const { code, stdout } = await replay('-f', exported['yaml'] ?? '', '-o', 'json');

    const { same, different, unknown, rows } = JSON.parse(stdout) as Replayed;
    expect([code, { same, different, unknown }]).toEqual([
      1,
      { same: 1, different: 1, unknown: 3 },
    ]);
    expect(rows.find(({ csr }) => csr === 'short')?.missing).toEqual(['everything']);
    expect(rows.find(({ csr }) => csr === 'serving')?.missing).toEqual([
      'node worker-1',
      'api-server',
    ]);
  });

  it('knows what it is told, in either form of the list', async () => {
    const { stdout } = await cluster.kubectl(['get', 'nodes', '-o', 'yaml']);
    const nodes = await cluster.file('nodes.yaml', stdout);
    const cidrs = await cluster.kubectl(['get', 'servicecidrs', '-o', 'yaml']);
    const objects = await cluster.file('cidrs.yaml', cidrs.stdout);
    const told = ['--objects', nodes, '--objects', objects, '--access', 'everything=denied'];

    const fromYaml = await replay('-f', exported['yaml'] ?? '', ...told);
    const fromJson = await replay('-f', exported['json'] ?? '', ...told);

    expect(fromYaml.stdout).toBe(fromJson.stdout);
    expect(fromYaml.stdout).toContain('  same       3\n  different  1\n  unknown    1\n');
  });
});

describe('the exit code of replay', () => {
  it('is 0 when nobody would be decided differently, and then 2 for what is unknown if asked', async () => {
    const args = ['--from-cluster', '--kubeconfig', cluster.plane.kubeconfigPath];
    const same = await runCommand(['replay', '--policy', currentFile, ...args]);
    const strict = await runCommand(['replay', '--policy', currentFile, ...args, '--exit-code']);

    expect([same.code, strict.code]).toEqual([0, 2]);
  });

  const untold: Readonly<Record<string, { args: string[]; says: string }>> = {
    'there is no candidate': { args: ['-f', 'x.yaml'], says: 'UsageError: --policy FILE' },
    'there are no requests': {
      args: ['--policy', currentFile],
      says: 'UsageError: exactly one of -f FILE and --from-cluster',
    },
    'there are two lists of requests': {
      args: ['--policy', currentFile, '-f', 'x.yaml', '--from-cluster'],
      says: 'UsageError: exactly one of -f FILE and --from-cluster',
    },
    'the list is not there': {
      args: ['--policy', currentFile, '-f', 'nowhere.yaml'],
      says: 'FileUnreadable: nowhere.yaml: ENOENT',
    },
    'the list holds something else': {
      args: ['--policy', currentFile, '-f', currentFile],
      says: 'ObjectUnreadable: ',
    },
    'there are two policies to compare with': {
      args: [
        '--policy',
        currentFile,
        '--from-cluster',
        '--against',
        currentFile,
        '--against-configmap',
        'default/policy',
        '--kubeconfig',
        cluster.plane.kubeconfigPath,
      ],
      says: 'UsageError: at most one of --against FILE and --against-configmap',
    },
  };

  it.each(Object.entries(untold))('is 2 when %s', async (_, { args, says }) => {
    const { code, stdout, stderr } = await runCommand(['replay', ...args]);

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(says);
  });
});

interface Replayed {
  readonly same: number;
  readonly different: number;
  readonly unknown: number;
  readonly rows: readonly { readonly csr: string; readonly missing: readonly string[] }[];
}
