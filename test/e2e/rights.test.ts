// SPDX-License-Identifier: Apache-2.0
// The controller under what `csr-approver rbac` prints, on a real API server: its whole job with nothing more, and a
// self-check that names what is missing. What it was allowed to do is read from the server's own audit log.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../support/control-plane-certificates.js';
import { freePorts } from '../support/control-plane-processes.js';
import { makeCsr } from '../support/control-plane-requests.js';
import { eventually, untilTrue } from '../support/eventually.js';
import { type RbacRule, ROOT } from '../support/helm.js';
import { runCommand, type RunningController } from '../support/running-controller.js';
import { startCluster, USER_SIGNER } from './cluster.js';
import { developer, DEVELOPERS } from './policies.js';

const NAMESPACE = 'csr';
const KUBELET_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
const MESH = 'example.com/mesh';

/** What is missing is asked for again after 1, 2, 4 s. */
const READY_AGAIN_WITHIN_MS = 10_000;

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
    rules: [
      { level: 'Metadata', userGroups: [`system:serviceaccounts:${NAMESPACE}`] },
      { level: 'None' },
    ],
  }),
);
const cluster = await startCluster({
  apiServerArgs: [`--audit-policy-file=${auditPolicy}`, `--audit-log-path=${auditLog}`],
});

interface Audited {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource: string;
    readonly subresource?: string;
    readonly apiGroup?: string;
  };
  readonly responseStatus?: { readonly code: number };
}

const auditedOf = (account: string): readonly Audited[] =>
  readFileSync(auditLog, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Audited)
    .filter(({ user }) => user.username === `system:serviceaccount:${NAMESPACE}:${account}`);

/** Runs kubectl; throws when it fails. */
async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

interface RbacObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly RbacRule[];
}

/** What `csr-approver rbac` prints for a policy in ConfigMap `account`, read by the service account of that name. */
async function rbac(policyFile: string, account: string): Promise<readonly RbacObject[]> {
  const { code, stdout, stderr } = await runCommand([
    'rbac',
    `--policy=${policyFile}`,
    `--policy-configmap=${NAMESPACE}/${account}`,
    `--service-account=${NAMESPACE}/${account}`,
    `--name=${account}`,
    `--lease=${account}`,
    '--output=json',
  ]);
  if (code !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { readonly items: readonly RbacObject[] }).items;
}

async function apply(name: string, objects: readonly RbacObject[]): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects };
  await kubectl('apply', '-f', await cluster.file(`${name}.json`, JSON.stringify(list)));
}

interface Started {
  readonly controller: RunningController;
  /** The answer of its /readyz?verbose. */
  ready(): Promise<{ readonly status: number; readonly text: string }>;
  /** How many rights are missing, as Prometheus is told. */
  missing(): Promise<number>;
}

const kubeconfigs = new Map<string, string>();

/** A service account, and the ConfigMaps of its policy. */
async function settle(account: string, policyFile: string): Promise<void> {
  await kubectl('-n', NAMESPACE, 'create', 'serviceaccount', account);
  await kubectl('-n', NAMESPACE, 'create', 'configmap', `${account}-last-good`);
  const from = `--from-file=policy.yaml=${policyFile}`;
  await kubectl('-n', NAMESPACE, 'create', 'configmap', account, from);
  const token = (await kubectl('-n', NAMESPACE, 'create', 'token', account)).trim();
  kubeconfigs.set(account, await cluster.kubeconfig(account, { token }));
}

/** The controller as that service account. */
async function start(account: string): Promise<Started> {
  const kubeconfig = kubeconfigs.get(account);
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const flags = [
    `--policy-configmap=${NAMESPACE}/${account}`,
    `--health-addr=127.0.0.1:${port}`,
    `--metrics-addr=127.0.0.1:${metricsPort}`,
    '--leader-elect=true',
    `--lease=${account}`,
  ];
  const controller = cluster.run(flags, kubeconfig);
  const url = `http://127.0.0.1:${port}/readyz?verbose`;
  // It listens a moment after it says that it has started.
  await eventually('listening', () => fetch(url).catch(() => undefined));
  const ready = async () => {
    const response = await fetch(url);
    return { status: response.status, text: await response.text() };
  };
  const missing = async () => {
    const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    return Number(/^kube_csr_approver_rights_missing (\d+)$/m.exec(text)?.[1]);
  };
  return { controller, ready, missing };
}

const untilReady = (started: Started): Promise<void> =>
  untilTrue('ready', async () => (await started.ready()).status === 200, READY_AGAIN_WITHIN_MS);

/** Not one that the API server believes. */
const ca = await createAuthority('mesh');

/** One of the policies of examples/, with a CA that is there. */
async function example(name: string): Promise<string> {
  const cert = await cluster.file('mesh.crt', ca.certPem);
  const key = await cluster.file('mesh.key', ca.keyPem);
  const text = readFileSync(join(ROOT, `examples/${name}/policy.yaml`), 'utf8')
    .replace(/cert: [^ ,]+\.crt/, `cert: ${cert}`)
    .replace(/key: [^ ,]+\.key/, `key: ${key}`);
  return cluster.file(`${name}.yaml`, text);
}

const bootstrapping = {
  user: 'system:bootstrap:abcdef',
  groups: ['system:bootstrappers', 'system:authenticated'],
};
const askAsNode = async (name: string, node: string): Promise<void> => {
  await cluster.ask(name, {
    pem: await makeCsr({ o: ['system:nodes'], cn: `system:node:${node}` }),
    as: bootstrapping,
    signerName: KUBELET_SIGNER,
    usages: ['digital signature', 'client auth'],
  });
};

async function askToServe(name: string, node: string, address: string): Promise<void> {
  await cluster.create('/api/v1/nodes', { metadata: { name: node } });
  const addresses = [
    { type: 'Hostname', address: node },
    { type: 'InternalIP', address },
  ];
  await cluster.api.patch(`/api/v1/nodes/${node}/status`, { status: { addresses } });
  const subject = { o: ['system:nodes'], cn: `system:node:${node}` };
  await cluster.ask(name, {
    pem: await makeCsr({ ...subject, dns: [node], ip: [address] }),
    as: { user: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] },
    signerName: 'kubernetes.io/kubelet-serving',
    usages: ['digital signature', 'server auth'],
  });
}

/** A policy of examples/: what the controller has to do by it, and what must come out. */
interface Job {
  readonly run: () => Promise<readonly (string | undefined)[]>;
  readonly comesTo: readonly string[];
}

const messageOf = async (name: string): Promise<string | undefined> =>
  (await cluster.decided(name)).status.conditions?.[0]?.message;

const jobs: Readonly<Record<string, Job>> = {
  kubeadm: {
    run: async () => {
      await askAsNode('kubeadm-joins', 'worker-1');
      await askToServe('kubeadm-serves', 'worker-2', '10.0.1.2');
      return [await messageOf('kubeadm-joins'), await messageOf('kubeadm-serves')];
    },
    comesTo: ['rule kubelet-client', 'rule kubelet-serving'],
  },
  developers: {
    run: async () => {
      await cluster.ask('developers-jane', {
        pem: await makeCsr({ cn: 'jane', o: [DEVELOPERS] }),
        as: developer('jane'),
        expirationSeconds: 3600,
      });
      return [await messageOf('developers-jane')];
    },
    comesTo: ['rule developers'],
  },
  mesh: {
    run: async () => {
      await cluster.ask('mesh-workload', {
        pem: await makeCsr({ uri: ['spiffe://cluster.local/ns/shop/sa/web'] }),
        as: {
          user: 'system:serviceaccount:istio-system:istiod',
          groups: ['system:serviceaccounts', 'system:serviceaccounts:istio-system'],
        },
        signerName: MESH,
        usages: ['client auth', 'server auth', 'digital signature'],
        expirationSeconds: 3600,
      });
      return [await cluster.issued('mesh-workload')];
    },
    comesTo: ['BEGIN CERTIFICATE'],
  },
};

/** Rights for what does not happen here; the tests of writer, reflector and last good policy look at that. */
const NOT_NEEDED_HERE = [
  /^get certificates.k8s.io\/certificatesigningrequests$/,
  /^list /,
  // A policy that is refused.
  /^create events.k8s.io\/events$/,
];

const usesOf = (calls: readonly Audited[]): ReadonlySet<string> =>
  new Set(
    calls.map(({ verb, objectRef }) => {
      const { apiGroup = '', resource = '', subresource } = objectRef ?? {};
      return `${verb} ${apiGroup}/${[resource, subresource].filter(Boolean).join('/')}`;
    }),
  );

const grantsOf = (objects: readonly RbacObject[]): readonly string[] =>
  objects
    .flatMap(({ rules = [] }) => rules)
    .filter(({ resources }) => !resources.includes('signers'))
    .flatMap(({ apiGroups: [group = ''], resources: [resource = ''], verbs }) =>
      verbs.map((verb) => `${verb} ${group}/${resource}`),
    );

beforeAll(async () => {
  await kubectl('create', 'namespace', NAMESPACE);
  await cluster.bind('system:certificates.k8s.io:certificatesigningrequests:nodeclient', {
    kind: 'Group',
    name: 'system:bootstrappers',
  });
});

describe.each(Object.entries(jobs))('with the rights for examples/%s', (name, { run, comesTo }) => {
  let granted: readonly RbacObject[];
  let started: Started;

  beforeAll(async () => {
    const policyFile = await example(name);
    await settle(name, policyFile);
    granted = await rbac(policyFile, name);
    await apply(name, granted);
    started = await start(name);
  });
  afterAll(() => started.controller.kill());

  it('the controller is ready', async () => {
    await untilReady(started);

    expect((await started.ready()).text).toContain('[+]rights ok');
    expect(started.controller.linesOf('rights not needed')).toEqual([]);
  });

  it('the whole job is done', async () => {
    const results = await run();

    expect(results).toEqual(comesTo.map((text): unknown => expect.stringContaining(text)));
  });

  it('nothing was refused', () => {
    const calls = auditedOf(name);

    expect(calls.length).toBeGreaterThan(10);
    expect(calls.filter(({ responseStatus }) => responseStatus?.code === 403)).toEqual([]);
  });

  it('every right was used', async () => {
    const isElsewhere = (right: string) => NOT_NEEDED_HERE.some((each) => each.test(right));
    const expected = grantsOf(granted).filter((right) => !isElsewhere(right));

    const unused = await eventually('every right is used', () => {
      const used = usesOf(auditedOf(name));
      const left = expected.filter((right) => !used.has(right));
      return left.length === 0 ? left : undefined;
    });

    expect(unused).toEqual([]);
  });
});

/** One right of a role, and the rules of that role without it. */
interface Lacking {
  readonly right: string;
  readonly role: RbacObject;
  readonly rules: readonly RbacRule[];
}

/** Every verb on every thing, by name where there are names. */
const lackingOne = (objects: readonly RbacObject[]): readonly Lacking[] =>
  objects.flatMap((role) =>
    (role.rules ?? []).flatMap((rule, index) =>
      rule.verbs.flatMap((verb) =>
        (rule.resourceNames ?? [undefined]).map((name) => ({
          right: rightOf(rule, verb, { name, namespace: role.metadata.namespace }),
          role,
          rules: (role.rules ?? []).toSpliced(index, 1, ...restOf(rule, verb, name)),
        })),
      ),
    ),
  );

/** A rule without a verb on a name: the other verbs on all names, and the verb on the other names. */
function restOf(rule: RbacRule, verb: string, name: string | undefined): readonly RbacRule[] {
  const verbs = rule.verbs.filter((each) => each !== verb);
  const names = (rule.resourceNames ?? []).filter((each) => each !== name);
  return [
    ...(verbs.length === 0 ? [] : [{ ...rule, verbs }]),
    ...(names.length === 0 ? [] : [{ ...rule, verbs: [verb], resourceNames: names }]),
  ];
}

async function setRules({ metadata }: RbacObject, rules: RbacObject['rules']): Promise<void> {
  const { name, namespace } = metadata;
  const place = namespace === undefined ? 'clusterroles' : `namespaces/${namespace}/roles`;
  const path = `/apis/rbac.authorization.k8s.io/v1/${place}/${name}`;
  const { status, text } = await cluster.api.patch(path, { rules });
  if (status !== 200) throw new Error(text);
}

/** The right in the words of the self-check. */
function rightOf(
  { apiGroups: [group = ''], resources: [resource = ''] }: RbacRule,
  verb: string,
  {
    name,
    namespace,
  }: { readonly name: string | undefined; readonly namespace?: string | undefined },
): string {
  const [plural = '', subresource] = resource.split('/');
  return [
    `${verb} ${plural}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`,
    ...(name === undefined ? [] : [`"${name}"`]),
    ...(namespace === undefined ? [] : [`in namespace ${namespace}`]),
  ].join(' ');
}

describe('without one right', () => {
  let policyFile: string;
  let lacking: readonly Lacking[];
  beforeAll(async () => {
    policyFile = await example('kubeadm');
    await settle('lacking', policyFile);
    const objects = await rbac(policyFile, 'lacking');
    await apply('lacking', objects);
    lacking = lackingOne(objects);
  });

  it('whichever, the controller is not ready and names it', async () => {
    expect(lacking.length).toBeGreaterThan(12);

    for (const { right, role, rules } of lacking) {
      // One after the other: it is always the same role.
      await setRules(role, rules);
      const started = await start('lacking');
      const text = await eventually(right, async () => {
        const answer = await started.ready();
        return answer.text.includes('missing: ') ? answer.text : undefined;
      });

      expect(text).toContain(`[-]rights failed: missing: ${right}\n`);
      await Promise.all([started.controller.kill(), setRules(role, role.rules)]);
    }
  }, 60_000);

  it('the controller is ready without a restart once it has it', async () => {
    const [{ right, role, rules } = nothing()] = lacking.filter((each) =>
      each.right.startsWith('approve signers'),
    );
    await setRules(role, rules);
    const started = await start('lacking');
    const line = await started.controller.line('rights missing');
    expect(line).toMatchObject({ level: 'warn', rights: [right] });
    expect((await started.ready()).status).toBe(500);
    expect(await started.missing()).toBe(1);

    await setRules(role, role.rules);

    await untilReady(started);
    expect(await started.missing()).toBe(0);
    expect(await started.controller.line('rights complete')).toMatchObject({ level: 'info' });
    await started.controller.kill();
  });

  it('that only a later policy needs, the controller says so at once, in log and metric, and stays ready', async () => {
    const before = await example('developers');
    await settle('later', before);
    await apply('later', await rbac(before, 'later'));
    const started = await start('later');
    await untilReady(started);
    expect(await started.missing()).toBe(0);

    const text = readFileSync(policyFile, 'utf8');
    await cluster.api.patch(`/api/v1/namespaces/${NAMESPACE}/configmaps/later`, {
      data: { 'policy.yaml': text },
    });

    const line = await started.controller.line('rights missing', undefined, 2_000);
    expect(await started.missing()).toBe(6);
    expect(line['rights']).toEqual([
      `approve signers.certificates.k8s.io "${KUBELET_SIGNER}"`,
      'approve signers.certificates.k8s.io "kubernetes.io/kubelet-serving"',
      'list nodes',
      'watch nodes',
      'list servicecidrs.networking.k8s.io',
      'get endpointslices.discovery.k8s.io "kubernetes" in namespace default',
    ]);
    expect((await started.ready()).status).toBe(200);
    await started.controller.kill();
  });
});

describe('with rights that are not needed', () => {
  it('the controller says at start which of them are dangerous', async () => {
    const controller = cluster.run(['--policy-file', await example('developers')]);

    const line = await controller.line('rights not needed');
    expect(line['level']).toBe('warn');
    expect(line['rights']).toEqual(
      expect.arrayContaining(['sign signers.certificates.k8s.io', 'list secrets', '* *.*']),
    );
    await controller.kill();
  });

  it('a right on all signers of a domain does for the right on one, and is told', async () => {
    const policyFile = await example('developers');
    await settle('wide', policyFile);
    const narrow = JSON.stringify(await rbac(policyFile, 'wide'));
    const wide = narrow.replace(
      `"resourceNames":["${USER_SIGNER}"]`,
      '"resourceNames":["kubernetes.io/*"]',
    );
    expect(wide).not.toBe(narrow);
    await apply('wide', JSON.parse(wide) as readonly RbacObject[]);

    const started = await start('wide');

    await untilReady(started);
    const line = await started.controller.line('rights not needed');
    expect(line['rights']).toEqual(['approve signers.certificates.k8s.io "kubernetes.io/*"']);
    await started.controller.kill();
  });
});

function nothing(): never {
  throw new Error('there is no right to approve');
}
