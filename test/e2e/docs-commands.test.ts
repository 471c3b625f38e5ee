// SPDX-License-Identifier: Apache-2.0
// The commands of the documentation, typed as they stand there by somebody who sits before a cluster: a real API server
// with the chart installed by helm, and the controller with the chart's policy. Which ones: test/support/docs-commands.ts.

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MANAGED } from '../../src/kube/create-object.js';
import { field, stringAt } from '../../src/vocabulary/json.js';
import { makeCsr } from '../support/control-plane-requests.js';
import { documentedCommands, RUNNER } from '../support/docs-commands.js';
import { untilTrue } from '../support/eventually.js';
import { NAMESPACE, RELEASE } from '../support/helm.js';
import { describeWithJq } from '../support/jq.js';
import type { RunningController } from '../support/running-controller.js';
import { startCluster } from './cluster.js';
import { sitDown } from './docs-desk.js';

const RUNBOOKS = 'docs/runbooks/';
const cluster = await startCluster({
  apiServerArgs: [
    '--feature-gates=ClusterTrustBundle=true',
    '--runtime-config=certificates.k8s.io/v1beta1/clustertrustbundles=true',
  ],
});
const desk = await sitDown(cluster);
const describeChecks = describeWithJq();

const assigned = documentedCommands().filter(
  ({ treatment }) => treatment !== undefined && 'run' in treatment && treatment.run === RUNNER,
);
const taken = new Set<(typeof assigned)[number]>();
let controller: RunningController | undefined;

/** A pod as a Deployment has it made. */
interface PodTemplate {
  readonly spec: { readonly template: { readonly metadata: object; readonly spec: object } };
}

/** Runs lines of the shell at the desk; throws when one fails. */
const type = (lines: string, folder = '.'): string =>
  desk.type(lines, { log: controller?.text() ?? '', folder });

/** Waits until the controller has told it so often. */
const untilTold = (message: string, count: number): Promise<void> =>
  untilTrue(message, () => (controller?.linesOf(message).length ?? 0) >= count);

/** The block of that page that begins so; it counts as run. */
function shown(page: string, start = ''): string {
  const found = assigned.find((each) => each.page === page && each.command.startsWith(start));
  if (found === undefined) throw new Error(`${page} shows no ${start}`);
  taken.add(found);
  return found.command;
}

beforeAll(async () => {
  await cluster.create('/api/v1/namespaces', { metadata: { name: 'shop' } });
  await cluster.create('/api/v1/namespaces/shop/configmaps', {
    metadata: { name: 'mesh-trust' },
    data: { 'ca.crt': cluster.plane.clientCa.certPem },
  });
});

afterAll(() => controller?.kill());

describe('without a cluster', () => {
  it.each([
    ['docs/policy-tests.md', /1 passed, 0 failed/],
    ['examples/README.md', /[1-9][0-9]* passed, 0 failed/],
    ['demo/requests/README.md', /Certificate Request:/],
  ])('%s', (page, says) => {
    expect(type(shown(page))).toMatch(says);
  });

  it('docs/policy.md: the hash of a policy of several keys', () => {
    const answer = type('csr-approver lint --merge -o json base.yaml team-a.yaml || true', 'keys');
    const { policies } = JSON.parse(answer) as { policies: { policyHash: string }[] };

    expect(type(shown('docs/policy.md', 'LC_ALL=C sha256sum'), 'keys').trim()).toBe(
      policies[0]?.policyHash,
    );
  });
});

describe('with a cluster', () => {
  it('docs/policy.md: a policy of several keys', () => {
    type('kubectl apply -f deploy/base/namespace.yaml');

    type(shown('docs/policy.md', `kubectl -n ${NAMESPACE} create configmap`));

    const keys = type(`kubectl -n ${NAMESPACE} get configmap ${RELEASE}-policy -o json`);
    expect(Object.keys((JSON.parse(keys) as { data: object }).data)).toEqual([
      'base.yaml',
      'team-a.yaml',
    ]);
    type(`kubectl -n ${NAMESPACE} delete configmap ${RELEASE}-policy`);
  });

  it('docs/install.md: the chart, and the two ways to a CA', async () => {
    type(shown('docs/install.md', 'kubectl apply -f'));

    type(shown('docs/install.md', 'csr-approver ca create'));
    type(`kubectl -n ${NAMESPACE} delete secret mesh-ca`);
    type(shown('docs/install.md', `kubectl -n ${NAMESPACE} create secret`));

    expect(type(`kubectl -n ${NAMESPACE} get secret mesh-ca`)).toContain('kubernetes.io/tls');
  });

  it('docs/install.md: is it working?', async () => {
    controller = cluster.run([
      `--policy-configmap=${NAMESPACE}/${RELEASE}-policy`,
      '--leader-elect=true',
      `--lease=${RELEASE}`,
    ]);
    await controller.line('policy loaded');

    expect(type(shown('docs/install.md', `kubectl -n ${NAMESPACE} get pods`))).toContain(
      '"message":"policy loaded"',
    );
  });

  it('charts/kube-csr-approver/README.md: as it is by default', () => {
    const command = shown('charts/kube-csr-approver/README.md');

    // It is installed already.
    expect(type(`${command} --dry-run=client`)).toContain('kind: Deployment');
  });

  it('docs/operations.md: who leads', async () => {
    await controller?.line('leading');

    expect(type(shown('docs/operations.md', `kubectl -n ${NAMESPACE} get lease`))).toMatch(/._./);
  });

  it('docs/policy.md and docs/operations.md: pause, and its end', async () => {
    const [pause, end] = [/paused=true$/, /paused-$/].map((pattern) =>
      assigned.filter(({ command }) => pattern.test(command)),
    );
    expect(pause?.map(({ page }) => page)).toEqual(['docs/operations.md', 'docs/policy.md']);
    for (const each of [...(pause ?? []), ...(end ?? [])]) taken.add(each);

    for (const [index, { command }] of (pause ?? []).entries()) {
      type(command);
      await untilTold('paused', index + 1);
      type(end?.[0]?.command ?? '');
      await untilTold('pause ended', index + 1);
    }
  });

  it('docs/operations.md: what a changed policy would have made of the last hour', async () => {
    await cluster.ask('of-jane', {
      pem: await makeCsr({ cn: 'jane' }),
      as: { user: 'jane', groups: ['oidc:dev-team'] },
      expirationSeconds: 3600,
    });
    type('kubectl certificate approve of-jane');

    const answer = type(shown('docs/operations.md', 'csr-approver lint'));

    expect(answer).toContain('1 passed, 0 failed');
    expect(answer).toMatch(/same +1/);
  });

  it('docs/signing.md: the roots that are published', () => {
    expect(type(shown('docs/signing.md'))).toMatch(/^subject=.*\nsha256 Fingerprint=/);
  });

  it('docs/audit-log.md: the log as a file', () => {
    type(shown('docs/audit-log.md'));

    expect(readFileSync(join(desk.folder, 'audit.log'), 'utf8')).toContain(
      '"message":"policy loaded"',
    );
  });

  describeChecks('the checks of the runbooks', () => {
    const checks = assigned.filter(({ page }) => page.startsWith(RUNBOOKS));
    const names: readonly (readonly [string, string])[] = [
      ['NAME-OF-THE-CA', 'mesh-ca'],
      ['=USER', '=system:admin --as-group=system:masters'],
      ['NAME', 'waits'],
    ];

    beforeAll(async () => {
      await cluster.ask('waits');
      await controller?.line('certificate request decided', { csr: 'waits' });
    });

    it.each(checks.map((check) => [basename(check.page), check] as const))('%s', (_, check) => {
      taken.add(check);
      const command = names.reduce((text, [from, to]) => text.replaceAll(from, to), check.command);

      expect(() => type(command)).not.toThrow();
    });

    it('another-approver-disagrees.md names who may approve for a signer, and nobody else', async () => {
      const signers = { apiGroups: ['certificates.k8s.io'], resources: ['signers'] };
      const rules = {
        approves: { ...signers, verbs: ['approve'], resourceNames: ['kubernetes.io/*'] },
        signs: { ...signers, verbs: ['sign'] },
        'all-of-pods': { apiGroups: [''], resources: ['pods'], verbs: ['*'] },
        'all-of-metrics': { apiGroups: ['metrics.k8s.io'], resources: ['*'], verbs: ['*'] },
        'all-paths': { nonResourceURLs: ['*'], verbs: ['*'] },
      };
      for (const [name, rule] of Object.entries(rules)) {
        await cluster.create('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
          metadata: { name },
          rules: [rule],
        });
      }

      const [, asked = ''] = shown(
        `${RUNBOOKS}another-approver-disagrees.md`,
        'kubectl auth can-i',
      ).split(/(?=^kubectl get clusterroles)/m);

      const named = type(asked).trim().split('\n');
      expect(named).toEqual(expect.arrayContaining(['cluster-admin', 'approves']));
      expect(named.filter((name) => name !== 'approves' && name in rules)).toEqual([]);
    });

    it('decisions-stopped.md names the pod that leads, by its own name or by that of its node', async () => {
      const path = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/${RELEASE}`;
      const holder = stringAt(field((await cluster.api.get(path)).body, 'spec'), 'holderIdentity');
      const [leader = ''] = holder?.split('_') ?? [];
      const template = type(`kubectl -n ${NAMESPACE} get deployment ${RELEASE} -o json`);
      const { metadata, spec } = (JSON.parse(template) as PodTemplate).spec.template;
      const add = (name: string, nodeName: string) =>
        cluster.create(`/api/v1/namespaces/${NAMESPACE}/pods`, {
          metadata: { ...metadata, name },
          spec: { ...spec, nodeName },
        });
      await add('standby', 'other-node');
      await add('in-the-network-of-its-node', leader);
      const command = shown(`${RUNBOOKS}decisions-stopped.md`, 'LEADER=');

      expect(type(command).trim()).toBe('in-the-network-of-its-node');

      const [forwarding = ''] =
        documentedCommands()
          .find(({ command: each }) => each.includes('port-forward'))
          ?.command.split(' &\n') ?? [];
      // It finds the port by its name; the pod runs nowhere here.
      expect(() => type(forwarding.replace('NAME-OF-THE-POD', 'standby'))).toThrow(
        /pod is not running/,
      );

      await add(leader, 'another-node');
      expect(type(command).trim().split('\n').toSorted()).toEqual(
        ['in-the-network-of-its-node', leader].toSorted(),
      );
    });
  });

  it('docs/operations.md: upgrade and rollback', () => {
    type(shown('docs/operations.md', 'helm upgrade'));
    type(shown('docs/operations.md', 'helm rollback'));

    const history = type(`helm history ${RELEASE} -n ${NAMESPACE} -o json`);
    expect(
      (JSON.parse(history) as { description: string }[]).map((each) => each.description),
    ).toEqual(['Install complete', 'Upgrade complete', 'Rollback to 1']);
  });

  it('docs/operations.md and docs/install.md: uninstall', () => {
    const command = shown('docs/operations.md', 'helm uninstall');

    type(command);

    expect(shown('docs/install.md', 'helm uninstall')).toBe(command);
    expect(type(`helm list -n ${NAMESPACE} -q`)).toBe('');
  });

  it('docs/operations.md: what an uninstallation leaves is removed, and nothing else', async () => {
    await controller?.kill();
    await cluster.create('/api/v1/namespaces/shop/configmaps', {
      metadata: { name: 'made-for-trust', labels: MANAGED },
    });
    await cluster.create('/apis/certificates.k8s.io/v1beta1/clustertrustbundles', {
      metadata: { name: 'example.com:mesh:kube-csr-approver', labels: MANAGED },
      spec: { signerName: 'example.com/mesh', trustBundle: cluster.plane.clientCa.certPem },
    });
    const kinds = 'leases,configmaps,secrets,clustertrustbundles';
    const left = () =>
      type(`kubectl get ${kinds} -A -o name`)
        .split('\n')
        .filter((name) => /approver|mesh|trust/.test(name));
    expect(left()).toEqual([
      'lease.coordination.k8s.io/kube-csr-approver',
      'configmap/kube-csr-approver-policy-last-good',
      'configmap/made-for-trust',
      'configmap/mesh-trust',
      'secret/mesh-ca',
      'clustertrustbundle.certificates.k8s.io/example.com:mesh:kube-csr-approver',
    ]);

    type(shown('docs/operations.md', `kubectl -n ${NAMESPACE} delete --ignore-not-found lease`));
    type(shown('docs/operations.md', 'kubectl delete configmaps'));
    type(shown('docs/operations.md', 'kubectl delete clustertrustbundles'));

    // That of somebody else.
    expect(left()).toEqual(['configmap/mesh-trust']);
  });

  it('docs/install.md: the manifests with an image of your own', () => {
    type(shown('docs/install.md', 'kubectl apply -k'));

    expect(type(`kubectl -n ${NAMESPACE} get deployment ${RELEASE} -o yaml`)).toContain(
      'image: registry.example/infra/kube-csr-approver:0.1.0',
    );
  });

  it('docs/install.md: a namespace for pods in the network of their node', () => {
    type(shown('docs/install.md', 'kubectl label namespace'));

    expect(type(`kubectl get namespace ${NAMESPACE} -o yaml`)).toContain('enforce: privileged');
  });
});

it('runs every command that is assigned to it', () => {
  const left = assigned
    .filter((each) => !taken.has(each))
    // Those are skipped where there is no jq.
    .filter(({ page }) => describeChecks !== describe.skip || !page.startsWith(RUNBOOKS));

  expect(left.map(({ page, command }) => `${page}: ${command}`)).toEqual([]);
});
