// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCsr } from '../support/control-plane-requests.js';
import { startControllerManager } from '../support/control-plane.js';
import { type Printed, runCommand } from '../support/running-controller.js';
import { startCluster } from './cluster.js';
import { clientCaFiles, developer, DEVELOPERS, hashOf } from './policies.js';

const cluster = await startCluster();
const CONFIG_MAPS = '/api/v1/namespaces/kube-system/configmaps';
const NODES_GROUPS = ['system:nodes', 'system:authenticated'];
const OPERATORS = 'oidc:operators';
const SERVING = 'kubernetes.io/kubelet-serving';

const policy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  developers:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['${DEVELOPERS}'] }
    subject: { commonName: '{requester.username}', organizations: [qa] }
    lifetime: { max: 8h }
  operators:
    mode: review
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['${OPERATORS}'] }
    subject: { commonName: '{requester.username}' }
  kubelet-serving:
    preset: kubelet-serving
    sans: { dns: ['{node.name}'], ip: [10.0.0.0/8], owner: [node] }
signers:
  kubernetes.io/kube-apiserver-client:
    ca: ${await clientCaFiles(cluster)}
`;
const hash = hashOf(policy);

const putPolicy = async (text: string): Promise<void> => {
  await cluster.create(CONFIG_MAPS, {
    metadata: { name: 'kube-csr-approver' },
    data: { 'policy.yaml': text },
  });
};

/** Explain as the administrator, by the ConfigMap where it usually is, unless the flags say otherwise. */
const explainAs = (kubeconfig: string, ...args: string[]): Promise<Printed> =>
  runCommand(['explain', '--kubeconfig', kubeconfig, ...args]);
const explain = (...args: string[]): Promise<Printed> =>
  explainAs(cluster.plane.kubeconfigPath, ...args);

const value = async (...args: string[]): Promise<Readonly<Record<string, unknown>>> => {
  const { stdout, stderr } = await explain(...args, '-o', 'json');
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
};

const askAsDeveloper = async (name: string, cn: string = 'jane'): Promise<void> => {
  const pem = await makeCsr({ cn });
  await cluster.ask(name, { pem, as: developer('jane'), expirationSeconds: 3600 });
};

const askAsOperator = async (name: string): Promise<void> => {
  const as = { user: 'olga', groups: [OPERATORS] };
  await cluster.ask(name, { pem: await makeCsr({ cn: 'olga' }), as, expirationSeconds: 3600 });
};

const askToServe = async (name: string, node: string): Promise<void> => {
  const pem = await makeCsr({
    o: ['system:nodes'],
    cn: `system:node:${node}`,
    dns: [node],
    ip: ['10.1.2.3'],
  });
  const as = { user: `system:node:${node}`, groups: NODES_GROUPS };
  const usages = ['digital signature', 'server auth'];
  await cluster.ask(name, { pem, as, usages, signerName: SERVING });
};

const certificateCommand = async (verb: 'approve' | 'deny', name: string): Promise<void> => {
  const { code, stderr } = await cluster.kubectl(['certificate', verb, name]);
  if (code !== 0) throw new Error(stderr);
};

beforeAll(() => putPolicy(policy));

describe('explain of a pending request of the cluster', () => {
  it('says what would be decided and by which policy, which it finds by itself', async () => {
    await askAsDeveloper('good');

    const { code, stdout, stderr } = await explain('good', '--exit-code');

    expect([code, stderr]).toEqual([0, 'policy: configmap kube-system/kube-csr-approver\n']);
    expect(stdout).toContain(
      `good: approve (rule developers, policy ${hash})\n  PolicyApproved: every check passed\n`,
    );
    expect(stdout).toContain(
      '"jane" asks kubernetes.io/kube-apiserver-client for a client certificate in the name of "jane", with the key ECDSA P-256, for 3600 seconds (1h).',
    );
    expect(stdout).toMatch(/✓ IdentityHasEveryRight +want .*; saw not every right/);
    expect(stdout).not.toContain('assumed');
  });

  it('says what would have to change when it is not approved', async () => {
    await askAsDeveloper('wrong-name', 'admin');

    const { code, stdout } = await explain('wrong-name', '--exit-code');

    expect(code).toBe(1);
    expect(stdout).toMatch(/✗ CommonNameNotAllowed +want \{requester.username\} \("jane"\); saw/);
    expect(stdout).toMatch(/\nto be approved:\n {2}CommonNameNotAllowed\n {4}requester: /);
  });

  it('looks at the Node that a kubelet asks for, as the controller does', async () => {
    await askToServe('serving', 'worker-1');
    const before = await value('serving');
    await cluster.create('/api/v1/nodes', { metadata: { name: 'worker-1' } });
    const addresses = [
      { type: 'Hostname', address: 'worker-1' },
      { type: 'InternalIP', address: '10.1.2.3' },
    ];
    await cluster.api.patch('/api/v1/nodes/worker-1/status', { status: { addresses } });
    const after = await value('serving');

    expect(before).toMatchObject({ decision: 'wait', reason: 'NodeNotFound' });
    expect(after).toMatchObject({ decision: 'approve', rule: 'kubelet-serving', known: true });
  });

  it('says which part of which rule does not speak of it', async () => {
    const as = { user: 'jane', groups: ['strangers'] };
    await cluster.ask('stranger', { pem: await makeCsr({ cn: 'jane' }), as });

    const { stdout } = await explain('stranger');

    expect(stdout).toContain('NoRuleMatches');
    expect(stdout).toMatch(
      /\n {2}developers \(enforce\): requester\.groups want oidc:dev-team; saw "strangers"/,
    );
  });

  it('says of another signer that no rule is for it', async () => {
    await cluster.ask('elsewhere', { signerName: 'example.org/other' });

    const { code, stdout } = await explain('elsewhere');

    expect(code).toBe(0);
    expect(stdout).toContain('no rule is for the signer example.org/other');
  });

  it('says why a request cannot be read', async () => {
    const pem = `note to the operator\n${await makeCsr({ cn: 'jane' })}`;
    await cluster.ask('with-text', { pem, as: developer('jane') });

    const { stdout } = await explain('with-text');

    expect(stdout).toContain('with-text: deny');
    expect(stdout).toContain('the request cannot be read: PemTextAround');
  });

  it('says of one that is not there where to look', async () => {
    const { code, stdout, stderr } = await explain('gone');

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('NotFound: there is no CertificateSigningRequest "gone"');
    expect(stderr).toContain('certificate request decided');
  });
});

describe('explain by somebody with fewer rights than the controller', () => {
  let kubeconfig: string;

  beforeAll(async () => {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    await cluster.create(`${rbac}/clusterroles`, {
      metadata: { name: 'reader' },
      rules: [
        {
          apiGroups: ['certificates.k8s.io'],
          resources: ['certificatesigningrequests'],
          verbs: ['get', 'list'],
        },
        { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
      ],
    });
    await cluster.create('/api/v1/namespaces/default/serviceaccounts', {
      metadata: { name: 'reader' },
    });
    await cluster.bind('reader', { kind: 'User', name: 'system:serviceaccount:default:reader' });
    const { stdout } = await cluster.kubectl(['create', 'token', 'reader']);
    kubeconfig = await cluster.kubeconfig('reader', { token: stdout.trim() });
  });

  it('names the rights, and takes what it could not learn for no violation', async () => {
    const { code, stdout } = await explainAs(kubeconfig, 'good', '--exit-code');

    expect(code).toBe(2);
    expect(stdout).toMatch(/^good: not known; with what is known wait until /);
    expect(stdout).toMatch(/\? EvidenceUnavailable +want an identity with less than every right/);
    expect(stdout).toContain(
      'not known, since you lack rights that the controller has:\n  create subjectaccessreviews.authorization.k8s.io: ',
    );
  });

  it('names the right to read Nodes', async () => {
    const { stdout } = await explainAs(kubeconfig, 'serving', '-o', 'json');

    const { known, missingRights } = JSON.parse(stdout) as Record<string, unknown>;
    expect(known).toBe(false);
    expect(missingRights).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ right: 'get nodes' })]),
    );
  });

  it('still knows what no evidence can change', async () => {
    const { code } = await explainAs(kubeconfig, 'wrong-name', '--exit-code');

    expect(code).toBe(1);
  });

  it('cannot do without the request itself', async () => {
    const nobody = await cluster.kubeconfig('nobody', { token: 'wrong' });
    const { code, stderr } = await explainAs(nobody, 'good');

    expect(code).toBe(2);
    expect(stderr).toMatch(/^PolicyNotFound: .*Unauthorized/);
  });
});

describe('explain of a request that somebody decided', () => {
  it('says that it was this program, by which policy, and that the policy agrees', async () => {
    await askAsDeveloper('by-us');
    await askAsDeveloper('denied-by-us', 'admin');
    const controller = cluster.run([
      '--policy-configmap',
      'kube-system/kube-csr-approver',
      '--controllers=approver',
    ]);
    await cluster.decided('by-us');
    await cluster.decided('denied-by-us');
    await controller.stop();

    const approved = await value('by-us');
    const { stdout } = await explain('denied-by-us');

    expect(approved).toMatchObject({
      state: 'approved',
      agrees: true,
      recorded: {
        decision: 'approve',
        by: 'policy',
        reason: 'PolicyApproved',
        rule: 'developers',
        policyHash: hash,
      },
      awaitedSigner: { signer: 'this' },
    });
    expect(stdout).toMatch(
      new RegExp(`denied \\d{4}-.*Z by this program \\(rule developers, policy ${hash}\\)`),
    );
    expect(stdout).toContain(`the policy at hand (${hash}), the same one, agrees`);
    expect(stdout).toContain('this request is final; for another one to be approved:');
  });

  it('says when the policy at hand would decide otherwise', async () => {
    const stricter = await cluster.file(
      'strict.yaml',
      policy.replace('[qa]', '[ops]').replace('8h', '10m'),
    );

    const answer = await value('by-us', '--policy', stricter);

    expect(answer).toMatchObject({ decision: 'deny', reason: 'LifetimeTooLong', agrees: false });
  });

  it('says that it was kubectl, and whose turn it is to sign', async () => {
    await cluster.ask('by-kubectl', { signerName: 'example.org/other' });
    await certificateCommand('approve', 'by-kubectl');

    const { stdout } = await explain('by-kubectl');

    expect(stdout).toMatch(/approved \d{4}-.*Z by kubectl certificate: KubectlApprove: /);
    expect(stdout).toMatch(
      /approved and not issued since \d{4}-.*Z: example\.org\/other is somebody else's signer/,
    );
  });

  it('says until when a certificate was issued', async () => {
    const controller = cluster.run([
      '--policy-configmap',
      'kube-system/kube-csr-approver',
      '--controllers=signer',
    ]);
    await cluster.issued('by-us');
    await controller.stop();

    const { stdout } = await explain('by-us');

    expect(stdout).toMatch(/issued: serial [0-9a-f]+, from \d{4}-.*Z until \d{4}-.*Z\n/);
  });

  it('says that it was kube-controller-manager', async () => {
    await cluster.bind('system:certificates.k8s.io:certificatesigningrequests:selfnodeclient', {
      kind: 'Group',
      name: 'system:nodes',
    });
    await cluster.ask('by-kcm', {
      pem: await makeCsr({ o: ['system:nodes'], cn: 'system:node:worker-1' }),
      as: { user: 'system:node:worker-1', groups: NODES_GROUPS },
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
    });
    await startControllerManager(cluster.plane, ['--controllers=csrapproving']);
    await cluster.decided('by-kcm', 30_000);

    const { stdout } = await explain('by-kcm');

    expect(stdout).toMatch(/approved \d{4}-.*Z by kube-controller-manager: AutoApproved: /);
    expect(stdout).toContain(`the policy at hand (${hash}) does not speak of it`);
    expect(stdout).toContain('csrsigning of kube-controller-manager');
  }, 60_000);
});

describe('explain --awaiting-review', () => {
  beforeAll(async () => {
    await askAsOperator('on-call');
    await askAsOperator("odd'name; true");
    await askAsOperator('judged');
    await certificateCommand('deny', 'judged');
  });

  it('lists what a person is to decide, with commands that a shell takes as they are', async () => {
    const { code, stdout } = await explain('--awaiting-review');

    expect(code).toBe(0);
    expect(stdout).toContain(`2 requests await review (policy ${hash})\n`);
    expect(stdout).toContain('\n  kubectl certificate approve on-call\n');
    expect(stdout).toContain("\n  kubectl certificate deny -- 'odd'\\''name; true'\n");
    expect(stdout).not.toContain('judged');
  });

  it('is what explain of one of them says', async () => {
    const { stdout } = await explain('on-call');

    expect(stdout).toContain('on-call: review (rule operators');
    expect(stdout).toContain(
      '\na person is to decide:\n  kubectl certificate approve on-call\n  kubectl certificate deny on-call\n',
    );
  });
});

describe('explain by a ConfigMap that is not as it should be', () => {
  const change = (body: object) => cluster.api.patch(`${CONFIG_MAPS}/kube-csr-approver`, body);

  it('decides by the last good policy when the new one is bad, as the controller does', async () => {
    await cluster.create(CONFIG_MAPS, {
      metadata: { name: 'kube-csr-approver-last-good' },
      data: { 'v1alpha1-1.policy.yaml': policy },
    });
    await change({ data: { 'policy.yaml': policy.replace('lifetime:', 'livetime:') } });

    const { code, stdout, stderr } = await explain('wrong-name');

    await change({ data: { 'policy.yaml': policy } });
    expect(code).toBe(0);
    expect(stdout).toContain(`(rule developers, policy ${hash})`);
    expect(stderr).toMatch(/configmap kube-system\/kube-csr-approver key policy\.yaml:\d+:\d+: /);
    expect(stderr).toContain(`so the last good policy (${hash}) is in force\n`);
  });

  it('says that the controller is paused', async () => {
    await change({ metadata: { annotations: { paused: 'true' } } });

    const { code, stderr } = await explain('wrong-name');

    await change({ metadata: { annotations: { paused: null } } });
    expect(code).toBe(0);
    expect(stderr).toContain('is paused: the controller decides nothing meanwhile\n');
  });
});

describe('explain without a policy', () => {
  afterAll(() => putPolicy(policy));

  it('says which flag is needed', async () => {
    await cluster.api.delete(`${CONFIG_MAPS}/kube-csr-approver`);

    const { code, stderr } = await explain('good');

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^UsageError: --policy-configmap NS\/NAME or --policy FILE is needed: none of the ConfigMaps /,
    );
  });

  it('says that the ConfigMap of the flag is not there', async () => {
    const { code, stderr } = await explain('good', '--policy-configmap', 'default/policy');

    expect([code, stderr]).toEqual([2, 'PolicyNotFound: there is no configmap default/policy\n']);
  });
});
