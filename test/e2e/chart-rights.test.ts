// SPDX-License-Identifier: Apache-2.0
// The controller as the chart's ServiceAccount on a real API server: its whole job, with no right too few and none
// too many. What it was allowed to do is read from the server's own audit log.

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { makeCsr } from '../support/control-plane-requests.js';
import { eventually, untilTrue } from '../support/eventually.js';
import { NAMESPACE, RELEASE, type Manifest, type RbacRule } from '../support/helm.js';
import { type MeddlingProxy, startMeddlingProxy } from '../support/meddling-proxy.js';
import { opensslVerify } from '../support/openssl.js';
import type { LogLine, RunningController } from '../support/running-controller.js';
import { ACCOUNT, MESH, MESH_CA, MESH_TRUST, SERVING, setStage, TRUSTING } from './chart-stage.js';
import { conditionOf, USER_SIGNER } from './cluster.js';
import { developer } from './policies.js';

const stage = await setStage();
const { cluster, rendering, ask } = stage;

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const LEASE = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/${RELEASE}`;
const configMap = (name: string) => `/api/v1/namespaces/${NAMESPACE}/configmaps/${name}`;
const POLICY = configMap(`${RELEASE}-policy`);
const LAST_GOOD = configMap(`${RELEASE}-policy-last-good`);
const RECORD = configMap(`${RELEASE}-policy-trust`);
const TRUST = `/api/v1/namespaces/${TRUSTING}/configmaps/${MESH_TRUST}`;
const BUNDLE_NAME = 'example.com:mesh:kube-csr-approver';
const BUNDLES = '/apis/certificates.k8s.io/v1beta1/clustertrustbundles';
const BUNDLE = `${BUNDLES}/${BUNDLE_NAME}`;

/** What somebody else makes of the trust of the mesh; text around certificates is fine to the API server. */
const edited = (): string => `edited\n${stage.meshCaPem}`;

/** The roles of the controller; that for requesters is nobody's. */
const roles: readonly Manifest[] = rendering.objects.filter(
  ({ kind, metadata }) => kind.endsWith('Role') && !metadata.name.endsWith('-requester'),
);

describe('as the ServiceAccount of the chart, the controller', () => {
  let controller: RunningController;
  let healthUrl: string;
  beforeAll(async () => {
    ({ controller, healthUrl } = await stage.start());
    await controller.line('policy loaded');
  });
  afterAll(() => controller.stop());

  it('is alive and ready where the probes ask, and has every right that its policy needs', async () => {
    const ready = await eventually('ready', async () => {
      const response = await fetch(`${healthUrl}/readyz?verbose`);
      return response.ok ? response : undefined;
    });

    expect(await ready.text()).toContain('[+]rights ok');
    expect((await fetch(`${healthUrl}/livez`)).status).toBe(200);
    expect(controller.linesOf('rights not needed')).toEqual([]);
  });

  it('leads, and keeps the policy for a start with a bad one', async () => {
    await controller.line('last good policy kept');

    const { body } = await cluster.api.get(LEASE);
    expect(body.spec['holderIdentity']).not.toBe('');
    expect((await cluster.api.get(LAST_GOOD)).body.data).toEqual({
      'v1alpha1-1.policy.yaml': rendering.policy(),
    });
  });

  it('approves', async () => {
    await ask.developer('approved');

    const csr = await cluster.decided('approved');

    expect(conditionOf(csr, 'Approved')?.reason).toBe('PolicyApproved');
  });

  it('signs with the CA of the Secret', async () => {
    await ask.workload('issued');

    const certificate = await cluster.issued('issued');

    const caFile = await cluster.file('mesh-ca.crt', stage.meshCaPem);
    expect(await opensslVerify(caFile, 'sslclient', certificate)).toContain('OK');
  });

  it('denies', async () => {
    await cluster.ask('denied', {
      pem: await makeCsr({ cn: 'admin' }),
      as: developer('jane'),
      expirationSeconds: 1800,
    });

    const csr = await cluster.decided('denied');

    expect(conditionOf(csr, 'Denied')?.reason).toBe('CommonNameNotAllowed');
  });

  it('approves the serving certificate of a node that has these names', async () => {
    await ask.kubelet('serving');

    const csr = await cluster.decided('serving');

    expect(conditionOf(csr, 'Approved')?.message).toContain('kubelet-serving');
  });

  const eventsOf = async (namespace: string) =>
    (await cluster.api.get(`/apis/events.k8s.io/v1/namespaces/${namespace}/events`)).body.items;

  it('tells people by an Event of what awaits their review', async () => {
    await ask.operator('reviewed');

    const event = await eventually('the Event', async () =>
      (await eventsOf('default')).find((item) => JSON.stringify(item).includes('reviewed')),
    );

    expect(event).toMatchObject({ reason: 'ReviewRequired' });
  });

  it('tells people by an Event that a policy is refused', async () => {
    await cluster.api.patch(POLICY, { data: { 'policy.yaml': 'rules: 1' } });

    const event = await eventually('the Event', async () =>
      (await eventsOf(NAMESPACE)).find((item) => JSON.stringify(item).includes('PolicyRefused')),
    );

    expect(event).toMatchObject({ type: 'Warning' });
    await cluster.api.patch(POLICY, { data: { 'policy.yaml': rendering.policy() } });
  });

  it('publishes what verifies its certificates, and puts it right', async () => {
    const published = async (): Promise<readonly unknown[]> => {
      const [record, trust, bundle] = await Promise.all(
        [RECORD, TRUST, BUNDLE].map(async (path) => (await cluster.api.get(path)).body),
      );
      return [
        record?.data?.['example.com_mesh'],
        trust?.data?.['ca.crt'],
        bundle?.spec?.['trustBundle'],
      ];
    };
    const isRight = async () => (await published()).every((text) => text === stage.meshCaPem);
    await untilTrue('published', isRight);

    await cluster.api.patch(TRUST, { data: { 'ca.crt': edited() } });
    await cluster.api.patch(BUNDLE, { spec: { trustBundle: edited() } });

    await untilTrue('put right', isRight);
    expect(await published()).toEqual(Array.from({ length: 3 }, () => stage.meshCaPem));
  });

  it('was refused nothing', () => {
    const calls = stage.audited();
    expect(calls.length).toBeGreaterThan(10);

    expect(calls.filter(({ responseStatus }) => responseStatus?.code === 403)).toEqual([]);
    expect(controller.text()).not.toMatch(/\b403\b|cannot (get|list|watch|create|update|patch)/);
  });

  it('used every right that it has', async () => {
    const granted = roles
      .flatMap(({ rules = [] }) => rules)
      .filter(({ resources }) => !resources.includes('signers'))
      .flatMap(({ apiGroups: [group = ''], resources: [resource = ''], verbs }) =>
        verbs.map((verb) => `${verb} ${group}/${resource}`),
      );
    const used = (): ReadonlySet<string> =>
      new Set(
        stage.audited().map(({ verb, objectRef }) => {
          const { apiGroup = '', resource = '', subresource } = objectRef ?? {};
          return `${verb} ${apiGroup}/${[resource, subresource].filter(Boolean).join('/')}`;
        }),
      );

    // The Lease is renewed after some seconds.
    const unused = await eventually('every right is used', () => {
      const left = granted.filter((right) => !used().has(right));
      return left.length <= 1 ? left : undefined;
    });

    // After a write whose answer was lost; see below.
    expect(unused).toEqual(['get certificates.k8s.io/certificatesigningrequests']);
  });
});

/** One right of a role: a verb on a thing, by name where there are names; and the role's rules without it. */
interface Right {
  readonly text: string;
  readonly role: Manifest;
  readonly rulesWithout: readonly RbacRule[];
}

const rightsOf = (role: Manifest): readonly Right[] =>
  (role.rules ?? []).flatMap((rule, index) =>
    rule.verbs.flatMap((verb) =>
      (rule.resourceNames ?? [undefined]).map((name) => {
        const others = rule.verbs.filter((each) => each !== verb);
        const names = (rule.resourceNames ?? []).filter((each) => each !== name);
        const rest = [
          ...(others.length === 0 ? [] : [{ ...rule, verbs: others }]),
          ...(names.length === 0 ? [] : [{ ...rule, verbs: [verb], resourceNames: names }]),
        ];
        const place = role.metadata.namespace === undefined ? '' : ` in ${role.metadata.namespace}`;
        return {
          text: `${verb} ${rule.resources.join()}${name === undefined ? '' : ` ${name}`}${place}`,
          role,
          rulesWithout: (role.rules ?? []).toSpliced(index, 1, ...rest),
        };
      }),
    ),
  );

async function setRules({ metadata }: Manifest, rules: readonly RbacRule[] = []): Promise<void> {
  const { name, namespace } = metadata;
  const place = namespace === undefined ? 'clusterroles' : `namespaces/${namespace}/roles`;
  const { status, text } = await cluster.api.patch(`${RBAC}/${place}/${name}`, { rules });
  if (status !== 200) throw new Error(text);
}

describe('without the right to', () => {
  /** What is done where the right is missing, and the line that says what came of it. */
  type Failure = (controller: RunningController, csr: string) => Promise<LogLine>;

  const watchEnds =
    (
      verb: 'list' | 'watch',
      collection: string,
      asking?: (name: string) => Promise<void>,
    ): Failure =>
    async (controller, csr) => {
      await asking?.(csr);
      return eventually(`${collection} cannot be watched`, () =>
        controller
          .linesOf('watch ended', { collection })
          .find(({ detail }) => String(detail).includes(`cannot ${verb} resource`)),
      );
    };
  const notWritten =
    (asking: (name: string) => Promise<void>): Failure =>
    async (controller, csr) => {
      await asking(csr);
      return controller.line('decision not written', { csr, outcome: 'forbidden' });
    };
  const waits =
    (asking: (name: string) => Promise<void>): Failure =>
    async (controller, csr) => {
      await asking(csr);
      const reason = 'EvidenceUnavailable';
      return controller.line('certificate request decided', { csr, decision: 'wait', reason });
    };
  const notSigned =
    (reason: string): Failure =>
    async (controller, csr) => {
      await ask.workload(csr);
      return controller.line('certificate waits to be signed', { csr, reason });
    };
  const says =
    (message: string): Failure =>
    (controller) =>
      controller.line(message);

  const failures: Readonly<Record<string, Failure>> = {
    'list certificatesigningrequests': watchEnds('list', 'certificatesigningrequests'),
    'watch certificatesigningrequests': watchEnds('watch', 'certificatesigningrequests'),
    'patch certificatesigningrequests/approval': notWritten(ask.developer),
    [`approve signers ${USER_SIGNER}`]: notWritten(ask.developer),
    [`approve signers ${SERVING}`]: notWritten(ask.kubelet),
    [`approve signers ${MESH}`]: notWritten(ask.workload),
    'patch certificatesigningrequests/status': notSigned('StatusWriteForbidden'),
    [`sign signers ${MESH}`]: notSigned('StatusWriteForbidden'),
    'create subjectaccessreviews': waits(ask.developer),
    'list servicecidrs': waits(ask.kubelet),
    'list nodes': watchEnds('list', 'nodes', ask.kubelet),
    'watch nodes': watchEnds('watch', 'nodes', ask.kubelet),
    [`list configmaps ${RELEASE}-policy in ${NAMESPACE}`]: watchEnds('list', 'configmaps'),
    [`watch configmaps ${RELEASE}-policy in ${NAMESPACE}`]: watchEnds('watch', 'configmaps'),
    [`get configmaps ${RELEASE}-policy-last-good in ${NAMESPACE}`]: says(
      'last good policy not readable',
    ),
    [`patch configmaps ${RELEASE}-policy-last-good in ${NAMESPACE}`]: says(
      'last good policy not kept',
    ),
    [`create events in ${NAMESPACE}`]: says(
      'the Event about a refused policy could not be written',
    ),
    [`get leases ${RELEASE} in ${NAMESPACE}`]: says('lease not reachable'),
    [`update leases ${RELEASE} in ${NAMESPACE}`]: says('lease not reachable'),
    [`create leases in ${NAMESPACE}`]: says('lease not reachable'),
    [`get secrets ${MESH_CA} in ${NAMESPACE}`]: notSigned('CaUnreadable'),
    [`list secrets ${MESH_CA} in ${NAMESPACE}`]: watchEnds('list', 'secrets', ask.workload),
    [`watch secrets ${MESH_CA} in ${NAMESPACE}`]: watchEnds('watch', 'secrets', ask.workload),
    'get endpointslices kubernetes in default': waits(ask.kubelet),
    'create events in default': async (controller, csr) => {
      await ask.operator(csr);
      return controller.line('the Event about a review could not be written', { csr });
    },
    'get configmaps extension-apiserver-authentication in kube-system':
      notSigned('ApiServerTrustUnknown'),
    [`list configmaps ${RELEASE}-policy-trust in ${NAMESPACE}`]: watchEnds('list', 'configmaps'),
    [`watch configmaps ${RELEASE}-policy-trust in ${NAMESPACE}`]: watchEnds('watch', 'configmaps'),
    [`patch configmaps ${RELEASE}-policy-trust in ${NAMESPACE}`]: says('trust not published'),
    [`list configmaps ${MESH_TRUST}`]: watchEnds('list', 'configmaps'),
    [`watch configmaps ${MESH_TRUST}`]: watchEnds('watch', 'configmaps'),
    [`patch configmaps ${MESH_TRUST} in ${TRUSTING}`]: says('trust not published'),
    [`create configmaps in ${TRUSTING}`]: says('trust not published'),
    'list namespaces': watchEnds('list', 'namespaces'),
    'watch namespaces': watchEnds('watch', 'namespaces'),
    [`attest signers ${MESH}`]: says('trust not published'),
    [`list clustertrustbundles ${BUNDLE_NAME}`]: watchEnds('list', 'clustertrustbundles'),
    [`watch clustertrustbundles ${BUNDLE_NAME}`]: watchEnds('watch', 'clustertrustbundles'),
    [`patch clustertrustbundles ${BUNDLE_NAME}`]: says('trust not published'),
    'create clustertrustbundles': says('trust not published'),
  };

  /** What makes the controller use the right from its start on. */
  const before: Readonly<Record<string, () => Promise<unknown>>> = {
    [`create leases in ${NAMESPACE}`]: () => cluster.api.delete(LEASE),
    [`create events in ${NAMESPACE}`]: () =>
      cluster.api.patch(POLICY, { data: { 'policy.yaml': `${rendering.policy()}\nx: 1` } }),
    [`get configmaps ${RELEASE}-policy-last-good in ${NAMESPACE}`]: () =>
      cluster.api.patch(POLICY, { data: { 'policy.yaml': `${rendering.policy()}\nx: 1` } }),
    [`patch configmaps ${RELEASE}-policy-last-good in ${NAMESPACE}`]: () =>
      cluster.api.patch(LAST_GOOD, { data: { 'v1alpha1-1.policy.yaml': null } }),
    [`patch configmaps ${RELEASE}-policy-trust in ${NAMESPACE}`]: () =>
      cluster.api.patch(RECORD, { data: { 'example.com_mesh': null } }),
    [`patch configmaps ${MESH_TRUST} in ${TRUSTING}`]: () =>
      cluster.api.patch(TRUST, { data: { 'ca.crt': edited() } }),
    [`create configmaps in ${TRUSTING}`]: () => cluster.api.delete(TRUST),
    [`attest signers ${MESH}`]: () => cluster.api.delete(BUNDLE),
    [`patch clustertrustbundles ${BUNDLE_NAME}`]: async () => {
      // Whether one is there depends on what was tried before.
      await cluster.api.delete(BUNDLE);
      await cluster.create(BUNDLES, {
        metadata: { name: BUNDLE_NAME },
        spec: { signerName: MESH, trustBundle: edited() },
      });
    },
    'create clustertrustbundles': () => cluster.api.delete(BUNDLE),
  };

  let running: RunningController | undefined;
  afterEach(async () => {
    // It gives its Lease back; the next one need not wait.
    await running?.stop();
    for (const role of roles) await setRules(role, role.rules);
    await cluster.api.patch(POLICY, { data: { 'policy.yaml': rendering.policy() } });
  });

  const READ_AGAIN = 'get certificatesigningrequests';
  const rights = roles.flatMap(rightsOf);

  it('do any of these things, something fails: the table has every right that there is', () => {
    expect([READ_AGAIN, ...Object.keys(failures)].toSorted()).toEqual(
      rights.map(({ text }) => text).toSorted(),
    );
  });

  it.each(rights.filter(({ text }) => text !== READ_AGAIN))(
    '$text',
    async ({ text, role, rulesWithout }) => {
      await setRules(role, rulesWithout);
      await before[text]?.();
      const { controller } = await stage.start();
      running = controller;

      const line = await failures[text]?.(
        controller,
        text.toLowerCase().replaceAll(/[^a-z]+/g, '-'),
      );

      expect(line?.level).not.toBe('error');
    },
  );

  describe('get certificatesigningrequests', () => {
    let proxy: MeddlingProxy;
    beforeAll(async () => {
      const groups = ['system:serviceaccounts', `system:serviceaccounts:${NAMESPACE}`];
      proxy = await startMeddlingProxy(
        cluster.plane,
        await cluster.plane.requestClientCert(ACCOUNT, groups),
      );
    });
    afterAll(() => proxy.stop());

    it('nobody learns that a decision was written whose answer was lost, until it has it again', async () => {
      const [{ role, rulesWithout } = nothing()] = rights.filter(({ text }) => text === READ_AGAIN);
      await setRules(role, rulesWithout);
      const { controller } = await stage.start(await cluster.kubeconfig('proxied', 'none', proxy));
      running = controller;
      proxy.meddle(({ path }) => (path.includes('/approval') ? 'lose' : 'pass'));
      await ask.developer('answer-lost');

      await untilTrue('it asks again and is refused', () =>
        proxy.calls.some(
          ({ method, path, status }) =>
            method === 'GET' && path.includes('answer-lost') && status === 403,
        ),
      );
      const decided = ['certificate request decided', { csr: 'answer-lost' }] as const;
      expect(controller.linesOf(...decided)).toEqual([]);

      await setRules(role, role.rules);
      expect(await controller.line(...decided)).toMatchObject({ decision: 'approve' });
    });
  });
});

function nothing(): never {
  throw new Error('there is no such right');
}
