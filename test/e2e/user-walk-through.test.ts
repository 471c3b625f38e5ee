// SPDX-License-Identifier: Apache-2.0
// How a person gets a certificate for a user by hand, with the commands of Kubernetes' own documentation (the task page
// on certificates for API clients), in its order and as they stand there; our program is the signer.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { opensslVerify } from '../support/openssl.js';
import { type Printed, runProgram, type RunningController } from '../support/running-controller.js';
import { startCluster } from './cluster.js';
import { clientCaFiles } from './policies.js';

const TIMEOUT_MS = 30_000;

const cluster = await startCluster();
const { folder } = cluster.plane.group;
const policy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
signers:
  kubernetes.io/kube-apiserver-client:
    ca: ${await clientCaFiles(cluster)}
`;

/** The administrator's kubeconfig, with the name that kubeadm gives a cluster. */
async function kubeconfig(): Promise<string> {
  const text = await readFile(cluster.plane.kubeconfigPath, 'utf8');
  const config = JSON.parse(text) as {
    readonly clusters: { name: string }[];
    readonly contexts: { context: { cluster: string } }[];
  };
  for (const each of config.clusters) each.name = 'kubernetes';
  for (const { context } of config.contexts) context.cluster = 'kubernetes';
  return cluster.file('walk-through.kubeconfig', JSON.stringify(config));
}

let controller: RunningController;
let env: NodeJS.ProcessEnv = {};

beforeAll(async () => {
  env = {
    PATH: `${cluster.plane.binDir ?? ''}:${process.env['PATH'] ?? ''}`,
    KUBECONFIG: await kubeconfig(),
    HOME: folder,
  };
  const policyFile = await cluster.file('policy.yaml', policy);
  controller = cluster.run(['--policy-file', policyFile, '--controllers', 'signer']);
  await controller.line('policy loaded');
});

afterAll(async () => {
  await controller.stop();
});

/** Runs a line as a person types it. */
const tried = (line: string): Promise<Printed> =>
  runProgram('bash', ['-c', `cd '${folder}'; ${line}`], { env });

/** The same; throws unless it succeeds. */
async function typed(line: string): Promise<string> {
  const { code, stdout, stderr } = await tried(line);
  if (code !== 0) throw new Error(`${line}: ${code} ${stderr}`);
  return stdout;
}

const applied = (request: string): string => `cat <<EOF | kubectl apply -f -
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata:
  name: myuser # example
spec:
  # This is an encoded CSR. Change this to the base64-encoded contents of myuser.csr
  request: ${request}
  signerName: kubernetes.io/kube-apiserver-client
  expirationSeconds: 86400  # one day
  usages:
  - client auth
EOF
`;

describe('a certificate for a user, by hand', () => {
  it(
    'is asked for with openssl and kubectl',
    async () => {
      await typed('openssl genrsa -out myuser.key 3072');
      await typed('openssl req -new -key myuser.key -out myuser.csr -subj "/CN=myuser"');
      const request = await typed('cat myuser.csr | base64 | tr -d "\\n"');

      const said = await typed(applied(request));

      expect(said).toBe('certificatesigningrequest.certificates.k8s.io/myuser created\n');
      expect(await typed('kubectl get csr')).toMatch(
        /^NAME +AGE +SIGNERNAME +REQUESTOR +REQUESTEDDURATION +CONDITION\nmyuser +\S+ +kubernetes\.io\/kube-apiserver-client +test-admin +24h +Pending\n$/,
      );
    },
    TIMEOUT_MS,
  );

  it('is issued when a person approves it, and kubectl says so', async () => {
    const said = await typed('kubectl certificate approve myuser');
    await cluster.issued('myuser');

    expect(said).toBe('certificatesigningrequest.certificates.k8s.io/myuser approved\n');
    expect(await typed('kubectl get csr')).toMatch(/^myuser .+ 24h +Approved,Issued$/m);
    const yaml = await typed('kubectl get csr/myuser -o yaml');
    expect(yaml).toMatch(/^status:\n {2}certificate: LS0tLS1CRUdJTi/m);
  });

  it('is fetched, and is good for a day', async () => {
    await typed(
      "kubectl get csr myuser -o jsonpath='{.status.certificate}'| base64 -d > myuser.crt",
    );

    const certificate = await readFile(join(folder, 'myuser.crt'), 'utf8');
    const caFile = await cluster.file('verify-ca.crt', cluster.plane.clientCa.certPem);
    expect(await opensslVerify(caFile, 'sslclient', certificate)).toBe('stdin: OK');
    const shown = await typed('openssl x509 -in myuser.crt -noout -subject -dates');
    const [, from = '', to = ''] = /notBefore=(.*)\nnotAfter=(.*)\n/.exec(shown) ?? [];
    expect(shown).toMatch(/^subject=CN ?= ?myuser\n/);
    expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
  });

  it('lets its user in, who may do nothing yet', async () => {
    await typed(
      'kubectl config set-credentials myuser --client-key=myuser.key --client-certificate=myuser.crt --embed-certs=true',
    );
    await typed('kubectl config set-context myuser --cluster=kubernetes --user=myuser');

    expect(await typed('kubectl --context myuser auth whoami')).toMatch(
      /^Username +myuser *\nGroups +\[system:authenticated\] *\n/m,
    );
    const refused = await tried('kubectl --context myuser get pods');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain(
      'pods is forbidden: User "myuser" cannot list resource "pods"',
    );
  });

  it('lets its user do what a role allows, and no more', async () => {
    await typed(
      'kubectl create role developer --verb=create --verb=get --verb=list --verb=update --verb=delete --resource=pods',
    );
    await typed(
      'kubectl create rolebinding developer-binding-myuser --role=developer --user=myuser',
    );
    await typed('kubectl config use-context myuser');

    expect(await tried('kubectl get pods')).toEqual({
      code: 0,
      stdout: '',
      stderr: 'No resources found in default namespace.\n',
    });
    expect(await typed('kubectl auth can-i create pods')).toBe('yes\n');
    expect((await tried('kubectl get secrets')).stderr).toContain('secrets is forbidden');
  });
});
