// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCsr } from '../support/control-plane-requests.js';
import { eventually } from '../support/eventually.js';
import { opensslField, opensslRequest, opensslVerify } from '../support/openssl.js';
import type { LogLine, RunningController } from '../support/running-controller.js';
import { conditionOf, decisionsOf, startCluster } from './cluster.js';
import { DEVELOPERS, developer, developersPolicy, hashOf } from './policies.js';

/** The promise is one second; the rest is for a busy machine. */
const IN_FORCE_WITHIN_MS = 3_000;

const cluster = await startCluster();
const policy = await developersPolicy(cluster);
const { folder } = cluster.plane.group;
const CONFIG_MAPS = '/api/v1/namespaces/kube-system/configmaps';

const edit = async (text: string): Promise<void> => {
  const { status } = await cluster.api.patch(`${CONFIG_MAPS}/csr-policy`, {
    data: { 'policy.yaml': text },
  });
  expect(status).toBe(200);
};

let controller: RunningController;

beforeAll(async () => {
  await cluster.create(CONFIG_MAPS, {
    metadata: { name: 'csr-policy' },
    data: { 'policy.yaml': policy },
  });
  controller = cluster.run(['--policy-configmap', 'kube-system/csr-policy']);
  await controller.line('policy loaded');
});

afterAll(async () => {
  await controller.stop();
});

describe("a user's request that the policy allows", () => {
  it('is approved and signed, and its certificate is that user with these groups', async () => {
    const { pem, keyPem } = await opensslRequest(folder, '/O=qa/CN=jane');

    await cluster.ask('jane', { pem, as: developer('jane'), expirationSeconds: 3600 });
    const certPem = await cluster.issued('jane');

    const approved = await cluster.csr('jane');
    expect(decisionsOf(approved)).toMatchObject([
      {
        type: 'Approved',
        status: 'True',
        reason: 'PolicyApproved',
        message: `rule developers, policy ${hashOf(policy)}`,
      },
    ]);
    const kubeconfig = await cluster.kubeconfig('jane', { certPem, keyPem });
    const whoami = await cluster.kubectl(['auth', 'whoami', '-o', 'json'], kubeconfig);
    expect(JSON.parse(whoami.stdout)).toMatchObject({
      status: { userInfo: { username: 'jane', groups: ['qa', 'system:authenticated'] } },
    });
    const caFile = await cluster.file('verify-ca.crt', cluster.plane.clientCa.certPem);
    expect(await opensslVerify(caFile, 'sslclient', certPem)).toBe('stdin: OK');
  });

  it('gets the lifetime that it asked for, or the default of the signer', async () => {
    await cluster.ask('two-hours', { as: developer('tom'), expirationSeconds: 7200 });
    await cluster.ask('default-life', { as: developer('tom') });

    const leftMs = async (name: string): Promise<number> => {
      const notAfter = await opensslField('-enddate', await cluster.issued(name));
      return Date.parse(notAfter.replace('notAfter=', '')) - Date.now();
    };

    // Counted from a creation a moment ago; certificates have whole seconds.
    expect(Math.abs((await leftMs('two-hours')) - 7_200_000)).toBeLessThan(15_000);
    expect(Math.abs((await leftMs('default-life')) - 3_600_000)).toBeLessThan(15_000);
  });

  it('is decided the same when the user asks with a token instead of being impersonated', async () => {
    const account = 'system:serviceaccount:default:builder';
    await cluster.create('/api/v1/namespaces/default/serviceaccounts', {
      metadata: { name: 'builder' },
    });
    const granted = await cluster.api.create(
      '/api/v1/namespaces/default/serviceaccounts/builder/token',
      { spec: {} },
    );
    const token = (granted.body.status as { readonly token?: string }).token ?? '';
    const withAccounts = policy.replace(
      'signers:',
      `  builders:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { serviceAccounts: [default/builder] }
    subject: { commonName: '{requester.username}.ci' }
signers:`,
    );
    await edit(withAccounts);
    await controller.line('policy loaded', { policyHash: hashOf(withAccounts) });

    const pem = await makeCsr({ cn: `${account}.ci` });
    const own = await makeCsr({ cn: 'builder' });
    await cluster.ask('builder-system', { pem, by: cluster.client({ token }) });
    await cluster.ask('builder-other', { pem: own, by: cluster.client({ token }) });

    // A template never gives a system: name, which every service account has.
    const reserved = conditionOf(await cluster.decided('builder-system'), 'Denied');
    expect(reserved?.reason).toBe('SystemName');
    const other = conditionOf(await cluster.decided('builder-other'), 'Denied');
    expect(other?.message).toBe(
      `common name "builder" is not allowed (allowed: {requester.username}.ci ("${account}.ci")). This request is final; correct it and create a new one. [rule builders, policy ${hashOf(withAccounts)}]`,
    );
    await edit(policy);
    await controller.line('policy loaded', { policyHash: hashOf(policy) });
  });
});

describe("a user's request that the policy does not allow", () => {
  it('is denied with a text that says what was wrong, what is allowed, and what to do', async () => {
    await cluster.ask('not-jane', { pem: await makeCsr({ cn: 'admin' }), as: developer('jane') });

    const denied = await cluster.decided('not-jane');

    expect(decisionsOf(denied)).toMatchObject([
      {
        type: 'Denied',
        status: 'True',
        reason: 'CommonNameNotAllowed',
        message: `common name "admin" is not allowed (allowed: {requester.username} ("jane")). This request is final; correct it and create a new one. [rule developers, policy ${hashOf(policy)}]`,
      },
    ]);
    expect(denied.status.certificate).toBeUndefined();
    const shown = await cluster.kubectl(['get', 'csr', 'not-jane', '--no-headers']);
    expect(shown.stdout).toMatch(/ Denied\n$/);
  });

  it('is denied with all that is wrong at once', async () => {
    const pem = await makeCsr({ cn: 'admin', o: ['qa', 'ops'], dns: ['jane.example'] });
    await cluster.ask('all-wrong', { pem, as: developer('jane'), expirationSeconds: 86_400 });

    const denied = conditionOf(await cluster.decided('all-wrong'), 'Denied');

    expect(denied?.reason).toBe('CommonNameNotAllowed');
    expect(denied?.message).toContain(
      'common name "admin" is not allowed (allowed: {requester.username} ("jane")); ',
    );
    expect(denied?.message).toContain('organization "ops" is not allowed (allowed: qa); ');
    expect(denied?.message).toContain('DNS name "jane.example" is not allowed');
    expect(denied?.message).toMatch(/lifetime/i);
  });

  it('is left untouched when no rule speaks of its requester', async () => {
    const asked = await cluster.ask('stranger', { as: { user: 'eve', groups: ['others'] } });

    const line = await controller.line('certificate request decided', { csr: 'stranger' });

    expect(line).toMatchObject({ decision: 'leave', reason: 'NoRuleMatches' });
    await cluster.ask('after-stranger', { as: developer('jane') });
    await cluster.issued('after-stranger');
    const { resourceVersion } = (await cluster.csr('stranger')).metadata;
    expect(resourceVersion).toBe(asked.metadata.resourceVersion);
  });
});

describe('an edit of the ConfigMap', () => {
  const widened = policy.replace('organizations: [qa]', 'organizations: [qa, ops]');

  it('is in force within a second', async () => {
    await edit(widened);
    await controller.line('policy loaded', { policyHash: hashOf(widened) }, IN_FORCE_WITHIN_MS);

    const pem = await makeCsr({ cn: 'jane', o: ['ops'] });
    await cluster.ask('now-ops', { pem, as: developer('jane') });

    const approved = conditionOf(await cluster.decided('now-ops'), 'Approved');
    expect(approved?.message).toBe(`rule developers, policy ${hashOf(widened)}`);
  });

  it('lets requests that nobody spoke of be decided', async () => {
    await cluster.ask('too-early', { as: { user: 'quinn', groups: ['testers'] } });
    await controller.line('certificate request decided', { csr: 'too-early', decision: 'leave' });

    const forTesters = widened.replace(`['${DEVELOPERS}']`, `['${DEVELOPERS}', testers]`);
    await edit(forTesters);

    const approved = conditionOf(await cluster.decided('too-early', 3_000), 'Approved');
    expect(approved?.message).toBe(`rule developers, policy ${hashOf(forTesters)}`);
    await edit(widened);
    await controller.line('policy loaded', { policyHash: hashOf(widened) });
  });

  it('that is bad leaves the policy in force, and the log names the place', async () => {
    await edit(widened.replace('max: 8h', "max: '8 hours'"));

    const refused = await controller.line('policy refused', {}, IN_FORCE_WITHIN_MS);

    expect(refused).toMatchObject({
      level: 'error',
      policyHash: hashOf(widened),
      source: 'configmap kube-system/csr-policy key policy.yaml',
    });
    const [problem] = refused['problems'] as readonly { code: string; text: string }[];
    expect(problem?.code).toBe('PolicyInvalidValue');
    expect(problem?.text).toMatch(
      /^configmap kube-system\/csr-policy key policy\.yaml:9:22: rules\.developers\.lifetime\.max: /,
    );
    await cluster.ask('under-old', { as: developer('jane') });
    const approved = conditionOf(await cluster.decided('under-old'), 'Approved');
    expect(approved?.message).toBe(`rule developers, policy ${hashOf(widened)}`);
  });

  it('that deletes the ConfigMap leaves the policy in force', async () => {
    await cluster.api.delete(`${CONFIG_MAPS}/csr-policy`);

    const isGone = ({ problems }: LogLine): boolean =>
      JSON.stringify(problems).includes('PolicyNotFound');
    const gone = await eventually(
      'the loss of the ConfigMap is told',
      () => controller.linesOf('policy refused').find(isGone),
      IN_FORCE_WITHIN_MS,
    );
    expect(gone['policyHash']).toBe(hashOf(widened));

    await cluster.ask('still-served', { as: developer('jane') });
    expect(await cluster.issued('still-served')).toContain('BEGIN CERTIFICATE');
  });
});
