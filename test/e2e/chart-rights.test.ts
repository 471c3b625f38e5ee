// SPDX-License-Identifier: Apache-2.0
// The controller as the chart's ServiceAccount on a real API server: its whole job, with no right too few and none
// too many. What it was allowed to do is read from the server's own audit log.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ApiObject } from '../support/api-client.js';
import { freePorts } from '../support/control-plane-processes.js';
import { makeCsr } from '../support/control-plane-requests.js';
import { eventually } from '../support/eventually.js';
import { NAMESPACE, RELEASE, type RbacRule, ROOT, startHelm } from '../support/helm.js';
import { opensslRequest, opensslVerify } from '../support/openssl.js';
import { runController, type RunningController } from '../support/running-controller.js';
import { conditionOf, startCluster, USER_SIGNER } from './cluster.js';
import { developer, DEVELOPERS } from './policies.js';

const ACCOUNT = `system:serviceaccount:${NAMESPACE}:${RELEASE}`;
const SERVING = 'kubernetes.io/kubelet-serving';
const OPERATORS = 'oidc:ops-team';
const CLUSTER_ROLE = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${RELEASE}`;

/** A right is back or gone within a second; what was refused is tried again after 1, 2, 4 s. */
const TRIED_AGAIN_WITHIN_MS = 15_000;

/** Rights for what does not happen here; the tests of writer and reflector look at that. */
const NOT_NEEDED_HERE = [
  // After a write whose answer was lost.
  'get certificates.k8s.io/certificatesigningrequests',
  // Where the server cannot stream lists.
  'list certificates.k8s.io/certificatesigningrequests',
  'list /nodes',
  'list /configmaps',
];

const auditFolder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-audit-'));
afterAll(() => rmSync(auditFolder, { recursive: true }));
const auditPolicy = join(auditFolder, 'policy.yaml');
const auditLog = join(auditFolder, 'audit.log');
writeFileSync(
  auditPolicy,
  JSON.stringify({
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    rules: [{ level: 'Metadata', users: [ACCOUNT] }, { level: 'None' }],
  }),
);

const helm = await startHelm();
const cluster = await startCluster({
  apiServerArgs: [`--audit-policy-file=${auditPolicy}`, `--audit-log-path=${auditLog}`],
});

interface Audited {
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

const audited = (): readonly Audited[] =>
  readFileSync(auditLog, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Audited);

const values = {
  policy: {
    rules: {
      developers: {
        match: { signerName: USER_SIGNER, requester: { groups: [DEVELOPERS] } },
        subject: { commonName: '{requester.username}', organizations: ['qa'] },
        lifetime: { max: '8h' },
      },
      operators: {
        mode: 'review',
        match: { signerName: USER_SIGNER, requester: { groups: [OPERATORS] } },
        subject: { commonName: '{requester.username}' },
        lifetime: { max: '1h' },
      },
    },
    signers: {
      [USER_SIGNER]: {
        ca: {
          files: {
            cert: await cluster.file('ca.crt', cluster.plane.clientCa.certPem),
            key: await cluster.file('ca.key', cluster.plane.clientCa.keyPem),
          },
        },
        lifetime: { default: '1h', max: '24h' },
      },
    },
  },
};

let rendering: Awaited<ReturnType<typeof helm.render>>;
let controller: RunningController;
let healthUrl: string;

/** Runs kubectl; throws when it fails. */
async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Starts what the Deployment says, with its token in a kubeconfig in the place of the pod's files. */
async function startAsInPod(): Promise<RunningController> {
  const token = (await kubectl('-n', NAMESPACE, 'create', 'token', RELEASE)).trim();
  const kubeconfig = await cluster.kubeconfig('pod', { token });
  const [container] = rendering.pod().containers;
  const [command, ...flags] = container?.args ?? [];
  expect(command).toBe('run');
  const env = (container?.env ?? []).map(({ name, value }) => [name, value]);
  const [port = 0] = await freePorts(1);
  healthUrl = `http://127.0.0.1:${port}`;
  return runController(
    // With a kubeconfig nobody stands for election by default.
    [
      ...flags,
      '--leader-elect=true',
      '--kubeconfig',
      kubeconfig,
      `--health-addr=127.0.0.1:${port}`,
    ],
    Object.fromEntries(env) as NodeJS.ProcessEnv,
  );
}

beforeAll(async () => {
  rendering = await helm.render(values);
  await kubectl('apply', '-f', join(ROOT, 'deploy/base/namespace.yaml'));
  await kubectl('apply', '-f', await cluster.file('rendered.yaml', rendering.text));
  controller = await startAsInPod();
  await controller.line('policy loaded');
}, 60_000);

afterAll(() => controller.kill());

/** A Node with an address, and the request of its kubelet. */
async function askAsKubelet(name: string, node: string, address: string): Promise<void> {
  await cluster.create('/api/v1/nodes', { metadata: { name: node } });
  const addresses = [
    { type: 'Hostname', address: node },
    { type: 'InternalIP', address },
  ];
  await cluster.api.patch(`/api/v1/nodes/${node}/status`, { status: { addresses } });
  await cluster.ask(name, {
    pem: await makeCsr({
      o: ['system:nodes'],
      cn: `system:node:${node}`,
      dns: [node],
      ip: [address],
    }),
    as: { user: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] },
    signerName: SERVING,
    usages: ['digital signature', 'server auth'],
  });
}

const askAsDeveloper = async (name: string): Promise<ApiObject> =>
  cluster.ask(name, {
    pem: await makeCsr({ cn: 'jane', o: ['qa'] }),
    as: developer('jane'),
    expirationSeconds: 1800,
  });

describe('as the ServiceAccount of the chart, the controller', () => {
  it('is alive and ready where the probes ask', async () => {
    const ready = await eventually('ready', async () => {
      const response = await fetch(`${healthUrl}/readyz`);
      return response.ok ? response : undefined;
    });

    expect(await ready.text()).toBe('ok');
    expect((await fetch(`${healthUrl}/livez`)).status).toBe(200);
  });

  it('approves and signs', async () => {
    const jane = await opensslRequest(cluster.plane.group.folder, '/O=qa/CN=jane');
    await cluster.ask('approved', {
      pem: jane.pem,
      as: developer('jane'),
      expirationSeconds: 1800,
    });

    const certificate = await cluster.issued('approved');

    const caFile = values.policy.signers[USER_SIGNER].ca.files.cert;
    expect(await opensslVerify(caFile, 'sslclient', certificate)).toContain('OK');
    expect(conditionOf(await cluster.csr('approved'), 'Approved')?.reason).toBe('PolicyApproved');
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
    await askAsKubelet('serving', 'worker-1', '10.1.2.3');

    const csr = await cluster.decided('serving');

    expect(conditionOf(csr, 'Approved')?.message).toContain('kubelet-serving');
  });

  it('tells people by an Event of what awaits their review', async () => {
    await cluster.ask('reviewed', {
      pem: await makeCsr({ cn: 'olga' }),
      as: { user: 'olga', groups: [OPERATORS] },
      expirationSeconds: 1800,
    });

    const event = await eventually('the Event', async () => {
      const { body } = await cluster.api.get('/apis/events.k8s.io/v1/namespaces/default/events');
      return body.items.find((item) => JSON.stringify(item).includes('reviewed'));
    });

    expect(event).toMatchObject({ reason: 'ReviewRequired' });
  });

  it('was refused nothing', () => {
    const calls = audited();
    expect(calls.length).toBeGreaterThan(10);

    expect(calls.filter(({ responseStatus }) => responseStatus?.code === 403)).toEqual([]);
    expect(controller.text()).not.toMatch(/forbidden|\b403\b/i);
  });

  it('used every right that it has', async () => {
    const granted = rendering.objects
      .flatMap(({ rules }) => rules ?? [])
      .filter(({ resources }) => !resources.includes('signers'))
      .flatMap(rightsOf);

    // The Lease is renewed after some seconds.
    const unused = await eventually('every right is used', () => {
      const used = usedRights();
      const left = granted.filter((right) => !used.has(right));
      return left.length <= NOT_NEEDED_HERE.length ? left : undefined;
    });

    expect(unused).toEqual(NOT_NEEDED_HERE);
  });
});

const usedRights = (): ReadonlySet<string> =>
  new Set(
    audited().map(({ verb, objectRef }) => {
      const { apiGroup = '', resource, subresource } = objectRef ?? { resource: '' };
      const of = subresource === undefined ? resource : `${resource}/${subresource}`;
      return `${verb} ${apiGroup}/${of}`;
    }),
  );

const rightsOf = ({ apiGroups, resources, verbs }: RbacRule): readonly string[] =>
  apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
  );

describe('without the right to', () => {
  const rulesLess = (verb: string): readonly RbacRule[] =>
    (rendering.one('ClusterRole').rules ?? []).filter(({ verbs }) => !verbs.includes(verb));

  /** Takes the rule with this verb away, or puts all back. */
  const setRules = async (rules: readonly RbacRule[] | undefined): Promise<void> => {
    const { status, text } = await cluster.api.patch(CLUSTER_ROLE, { rules });
    if (status !== 200) throw new Error(text);
  };
  /** The server knows of a changed role after a moment: until it says so itself. */
  const untilMay = (verb: string, answer: 'yes' | 'no') =>
    eventually(`${verb}: ${answer}`, async () => {
      const asked = ['auth', 'can-i', verb, `signers.certificates.k8s.io/${USER_SIGNER}`];
      const { stdout } = await cluster.kubectl([...asked, `--as=${ACCOUNT}`]);
      return stdout.trim() === answer ? true : undefined;
    });

  const cases = {
    approve: { message: 'decision not written', fields: { outcome: 'forbidden' } },
    sign: { message: 'certificate waits to be signed', fields: { reason: 'StatusWriteForbidden' } },
  };

  it.each(Object.entries(cases))(
    '%s, it says so, and goes on once it has it again',
    async (verb, { message, fields }) => {
      await setRules(rulesLess(verb));
      await untilMay(verb, 'no');
      const csr = `may-not-${verb}`;
      await askAsDeveloper(csr);

      const line = await controller.line(message, { csr, ...fields });
      expect(line).toMatchObject({
        level: 'warn',
        detail: expect.stringContaining(verb) as unknown,
      });
      await setRules(rendering.one('ClusterRole').rules);
      await cluster.issued(csr, TRIED_AGAIN_WITHIN_MS);
    },
    40_000,
  );
});
