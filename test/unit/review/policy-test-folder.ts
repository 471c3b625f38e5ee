// SPDX-License-Identifier: Apache-2.0
// A folder with a policy and requests, and test files that are run in it.

import { type PolicyTestReport, reportOf } from '../../../src/review/policy-test-report.js';
import { runPolicyTest } from '../../../src/review/policy-test.js';
import { forge } from '../../support/forge.js';
import { keyOf } from '../../support/policy-tests.js';

/** When all of it is decided. */
export const NOW_MS = Date.UTC(2026, 10, 22, 12);

/** policy.yaml of the folder. */
export const policy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  developers:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: [dev] }
    subject: { commonName: '{requester.username}' }
    lifetime: { max: 8h }
  kubelet-serving:
    preset: kubelet-serving
  trial:
    mode: shadow
    match: { signerName: kubernetes.io/kube-apiserver-client, requester: { groups: [system:authenticated] } }
    subject: { commonName: '{requester.username}' }
  robots:
    match:
      signerName: example.com/robots
      requester: { groups: [system:serviceaccounts:shop] }
    usages: [client auth]
`;

const pem = forge({ attributes: [] });
const manifest = (spec: object): string =>
  JSON.stringify({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'alice-laptop' },
    spec: { request: Buffer.from(pem).toString('base64'), ...spec },
  });
/** A Node with one address, as JSON. */
export const node = (name: string, address: string): string =>
  JSON.stringify({
    kind: 'Node',
    metadata: { name },
    status: { addresses: [{ type: 'InternalIP', address }] },
  });

const folder: Readonly<Record<string, string | Uint8Array>> = {
  'policy.yaml': policy,
  'alice.csr.pem': pem,
  'alice.yaml': manifest({
    signerName: 'kubernetes.io/kube-apiserver-client',
    usages: ['client auth'],
    expirationSeconds: 600,
    username: 'alice',
    groups: ['dev'],
  }),
  'unsaid.json': manifest({ signerName: 'kubernetes.io/kube-apiserver-client' }),
  'worker.json': node('worker-1', '10.0.0.1'),
};

/** The report on a test file of `cases`, which may begin with other fields. */
export async function report(cases: string, files = folder): Promise<PolicyTestReport> {
  const text = `apiVersion: kube-csr-approver/v1alpha1\nkind: PolicyTest\npolicy: policy.yaml\n${cases}`;
  const run = await runPolicyTest(text, 'team/test.yaml', {
    read: (name) =>
      Promise.resolve(
        files[name] === undefined
          ? { ok: false, error: { code: 'FileUnreadable', message: `"${name}": ENOENT` } }
          : { ok: true, value: Buffer.from(files[name]) },
      ),
    keyOf,
    nowMs: NOW_MS,
  });
  return reportOf([run]);
}

/** A good case, on one line, with changes of top-level fields of it. */
export const oneCase = (change: object = {}): string =>
  `cases: [${JSON.stringify({
    name: 'alice',
    signerName: 'kubernetes.io/kube-apiserver-client',
    as: 'alice',
    groups: ['dev'],
    expirationSeconds: 600,
    request: { commonName: 'alice' },
    expect: { decision: 'approve', rule: 'developers', codes: ['PolicyApproved'] },
    ...change,
  })}]`;

/** What comes of the only case. */
export const onlyCase = async (cases: string) => {
  const { files } = await report(cases);
  const [tested] = files.flatMap((each) => each.cases);
  if (tested === undefined) throw new Error(files.flatMap(({ problems }) => problems).join('\n'));
  return tested;
};
