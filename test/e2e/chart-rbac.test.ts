// SPDX-License-Identifier: Apache-2.0
// The chart derives rights from its values in a language of its own; `csr-approver rbac` from the policy itself. They
// must come to the same.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import {
  type Manifest,
  NAMESPACE,
  RELEASE,
  type Rendering,
  ROOT,
  startHelm,
} from '../support/helm.js';
import { readFlags } from '../../src/cli/command.js';
import { rbacCommand } from '../../src/cli/rbac.js';
import { accepted, developers, MESH, SERVING } from './chart-values.js';

const helm = await startHelm();
const folder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-rbac-'));
afterAll(() => rmSync(folder, { recursive: true }));

const CLIENT = 'kubernetes.io/kube-apiserver-client';
const KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
const NONE = { 'kubelet-serving': null };
const web = {
  match: { signerName: MESH, requester: 'anyone' },
  sans: { dns: ['.corp.example'] },
  usages: ['server auth'],
};
const workloads = {
  match: { signerName: MESH, requester: 'anyone' },
  sans: { uri: ['/spiffe:.*/'] },
  usages: ['client auth', 'server auth'],
};
const files = { ca: { files: { cert: '/ca/tls.crt', key: '/ca/tls.key' } } };
const uris = { ...files, allow: { sans: { uri: ['/spiffe:.*/'] }, usages: ['client auth'] } };
const rules = (written: object) => ({ policy: { rules: { ...NONE, ...written } } });
const signers = (written: object) => ({ policy: { rules: NONE, signers: written } });

const more: Readonly<Record<string, object>> = {
  'kubelets join': rules({ a: { preset: 'kubelet-client' } }),
  'kubelets join, and nobody takes the name of a Ready node': rules({
    a: { preset: 'kubelet-client', readyNode: 'refuse' },
  }),
  'people get certificates': rules({ a: developers }),
  'people get certificates with usages spelled': rules({
    a: { ...developers, usages: ['client auth'] },
  }),
  'servers get names': rules({ a: web }),
  'servers get addresses': rules({ a: { ...web, sans: { ip: ['10.0.0.0/8'] } } }),
  'workloads get URIs': rules({ a: workloads }),
  'workloads get URIs and a name': rules({ a: { ...workloads, subject: { commonName: 'mesh' } } }),
  'servers get names and a common name': rules({ a: { ...web, subject: { commonName: 'web' } } }),
  'certificates for anything': rules({
    a: { ...web, subject: { commonName: 'web' }, usages: ['any'] },
  }),
  'shadow rules for everything': {
    policy: { mode: 'shadow', rules: { a: developers, b: web, c: { preset: 'kubelet-client' } } },
  },
  'a person decides, unless it is denied': rules({ a: { ...developers, mode: 'review' } }),
  'a person decides always': rules({
    a: { ...developers, mode: 'review', onViolation: { default: 'leave' } },
  }),
  'a person decides, unless it is denied after a wait': rules({
    a: {
      ...developers,
      mode: 'review',
      onViolation: { default: 'leave', transient: 'wait 5m then deny' },
    },
  }),
  'a person decides about kubelets': {
    policy: { mode: 'review', rules: { a: { preset: 'kubelet-client' } } },
  },
  'a person decides about kubelets, unless it is denied': rules({
    a: { preset: 'kubelet-client', mode: 'review', onViolation: { default: 'deny' } },
  }),
  'the signers of the cluster by their contracts': signers({
    [CLIENT]: files,
    [KUBELET]: files,
    [SERVING]: files,
  }),
  'one signer of the cluster by its contract': signers({ [CLIENT]: files }),
  'one signer of the cluster that gives nothing at all': signers({
    [CLIENT]: { ...files, allow: {} },
  }),
  'the signer of serving kubelets that gives nothing at all': signers({
    [SERVING]: { ...files, allow: {} },
  }),
  'the signer of kubelets': signers({ [KUBELET]: files }),
  'the signer of kubelets within bounds': signers({
    [KUBELET]: { ...files, allow: { sans: { dns: ['a.example'] } } },
  }),
  'a signer of the cluster within bounds': signers({
    [CLIENT]: { ...files, allow: { subject: { commonName: '/.*/' } } },
  }),
  'a signer that gives names': signers({
    [MESH]: { ...files, allow: { sans: { dns: ['.corp.example'] }, usages: ['server auth'] } },
  }),
  'signers whose CAs are in Secrets that the policy names': signers({
    [MESH]: { ...uris, ca: { secret: 'mesh-ca' } },
    'example.com/b': { ...uris, ca: { secret: 'mesh-ca' } },
    'example.com/a': { ...uris, ca: { secret: 'another-ca' } },
  }),
  'signers whose trust is published': signers({
    [MESH]: {
      ...uris,
      trust: {
        configMap: { name: 'mesh-trust', namespaces: ['shop', NAMESPACE, 'default'] },
        clusterTrustBundle: true,
      },
    },
    'example.com/b': {
      ...uris,
      trust: { configMap: { name: 'b-trust', key: 'b.pem', namespaces: ['shop', 'bank'] } },
    },
    'example.com/a': { ...uris, trust: { clusterTrustBundle: true } },
  }),
  'signers whose trust is published, approver alone': {
    controllers: ['approver'],
    policy: {
      rules: { ...NONE, a: workloads },
      signers: { [MESH]: { ...uris, trust: { clusterTrustBundle: true } } },
    },
  },
  'rules and signers, approver alone': {
    controllers: ['approver'],
    policy: { rules: { ...NONE, a: workloads }, signers: { [SERVING]: files } },
  },
  'rules and signers, signer alone': {
    controllers: ['signer'],
    policy: { rules: { a: developers }, signers: { [MESH]: uris } },
  },
};

interface Binding extends Manifest {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly namespace: string; readonly name: string }[];
}

/** What these manifests grant to that account: a line for each verb on each thing. */
const granted = (objects: readonly Manifest[], account: string): readonly string[] => {
  const bindings = objects
    .filter((object): object is Binding => object.kind.endsWith('Binding'))
    .filter(({ subjects }) => subjects.some(({ name }) => name === account));
  return bindings
    .flatMap(({ metadata, roleRef, subjects }) => {
      const role = objects.find(
        (object) =>
          object.kind === roleRef.kind &&
          object.metadata.name === roleRef.name &&
          object.metadata.namespace === metadata.namespace,
      );
      const who = subjects.map(({ namespace, name }) => `${namespace}/${name}`).join();
      return (role?.rules ?? []).flatMap((rule) =>
        rule.apiGroups.flatMap((group) =>
          rule.resources.flatMap((resource) =>
            (rule.resourceNames ?? ['*']).flatMap((name) =>
              rule.verbs.map((verb) =>
                [who, metadata.namespace ?? '', verb, group, resource, name].join(' '),
              ),
            ),
          ),
        ),
      );
    })
    .toSorted();
};

/** What of the container's flags the rights depend on. */
const flagsOf = (rendering: Rendering): readonly string[] =>
  rendering
    .container()
    .args.filter((flag) =>
      /^--(policy-configmap|controllers|namespace|leader-elect|lease)=/.test(flag),
    );

/** The same as the command prints, without a process for each. */
async function made(rendering: Rendering): Promise<readonly Manifest[]> {
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, rendering.policy());
  const { serviceAccountName } = rendering.pod();
  const account = `${NAMESPACE}/${serviceAccountName}`;
  const args = [`--policy=${file}`, ...flagsOf(rendering), `--service-account=${account}`];
  const read = readFlags(rbacCommand, args, {});
  if (!read.ok) throw new Error(read.error);
  const output = { out: '', err: '' };
  const process = {
    env: {},
    out: (text: string) => void (output.out += text),
    err: (text: string) => void (output.err += text),
    signal: new AbortController().signal,
    isTerminal: false,
  };
  const code = await rbacCommand.run(read.value, process);
  expect([code, output.err]).toEqual([0, '']);
  return parseAllDocuments(output.out).map((document) => document.toJS() as Manifest);
}

// Values that name signers beyond those of the policy grant more than it needs: that is what they are for.
const same = {
  ...Object.fromEntries(
    Object.entries(accepted)
      .filter(([, { values }]) => !('rbac' in values))
      .map(([name, { values }]) => [name, values]),
  ),
  ...more,
};

describe('the chart and `csr-approver rbac` grant the same where', () => {
  it.each(Object.entries(same))('%s', async (_, values) => {
    const rendering = await helm.render(values);

    const objects = await made(rendering);

    const account = rendering.pod().serviceAccountName;
    expect(granted(objects, account)).toEqual(granted(rendering.objects, account));
    expect(granted(objects, account).length).toBeGreaterThan(5);
  });
});

/** The policies of examples/, as values. */
const examples = readdirSync(join(ROOT, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => {
    const text = readFileSync(join(ROOT, 'examples', name, 'policy.yaml'), 'utf8');
    const { apiVersion: _, kind: __, ...policy } = parse(text) as ExamplePolicy;
    return { name, policy: { ...policy, rules: { ...NONE, ...policy.rules } } };
  });

interface ExamplePolicy {
  readonly apiVersion: string;
  readonly kind: string;
  readonly mode?: string;
  readonly rules?: Readonly<Record<string, object>>;
}

describe('for the policies of examples/', () => {
  it.each(examples)('they grant the same: $name', async ({ policy }) => {
    const rendering = await helm.render({ policy });

    const objects = await made(rendering);

    const account = rendering.pod().serviceAccountName;
    expect(granted(objects, account)).toEqual(granted(rendering.objects, account));
  });

  // One that only reports has no signers to name.
  const deciding = examples.filter(({ policy }) => policy.mode !== 'shadow');

  it.each(deciding)(
    'the chart grants at least that where it cannot read: $name',
    async ({ policy }) => {
      const known = await helm.render({ policy });
      const needed = granted(known.objects, RELEASE);
      const named = (resource: string, verb: string) =>
        needed
          .map((line) => line.split(' '))
          .flatMap(([, , does, , of, name = '']) =>
            of === resource && does === verb ? [name] : [],
          );

      const rendering = await helm.render({
        policy: { existingConfigMap: `${RELEASE}-policy` },
        rbac: {
          approve: named('signers', 'approve'),
          sign: named('signers', 'sign'),
          caSecrets: named('secrets', 'watch'),
        },
      });

      const given = granted(rendering.objects, RELEASE);
      expect(needed.filter((line) => !given.includes(line))).toEqual([]);
    },
  );
});

it('they call what they make by the same names', async () => {
  const rendering = await helm.render({});
  const rbac = (objects: readonly Manifest[]) =>
    objects
      .filter(({ kind, metadata }) => /Role/.test(kind) && !metadata.name.endsWith('-requester'))
      .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''} ${metadata.name}`)
      .toSorted();

  expect(rbac(await made(rendering))).toEqual(rbac(rendering.objects));
  expect(rbac(rendering.objects)).toContain(`ClusterRole  ${RELEASE}`);
});
