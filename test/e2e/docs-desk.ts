// SPDX-License-Identifier: Apache-2.0
// The desk at which the commands of the documentation are typed: a folder like a clone of the project, with the files that
// the pages speak of, and programs under the names that the pages use.

import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureHelm } from '../helm/build.mjs';
import { textOf } from '../support/docs-commands.js';
import { ROOT } from '../support/helm.js';
import { BUNDLE } from '../support/running-controller.js';
import type { Cluster } from './cluster.js';

const policy = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  developers:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['oidc:dev-team'] }
    subject: { commonName: '{requester.username}' }
    lifetime: { max: 8h }
`;
const policyTest = `apiVersion: kube-csr-approver/v1alpha1
kind: PolicyTest
policy: policy.yaml
cases:
  - name: a developer
    signerName: kubernetes.io/kube-apiserver-client
    expirationSeconds: 3600
    as: jane
    groups: ['oidc:dev-team']
    request: { commonName: jane }
    expect: { decision: approve }
`;
export interface Desk {
  readonly folder: string;
  /** Runs lines of the shell in a folder of the desk, with `log` as what `kubectl logs` prints; throws when one fails. */
  type(lines: string, options: { readonly log: string; readonly folder: string }): string;
}

/** Sits down before that cluster. Throws in one line where helm cannot be had. */
export async function sitDown(cluster: Cluster): Promise<Desk> {
  const helm = await ensureHelm();
  if (!helm.ok) throw new Error(helm.why);
  const { group, binDir = '', kubeconfigPath, clientCa } = cluster.plane;
  const folder = join(group.folder, 'desk');
  const logFile = join(folder, 'controller.log');
  for (const each of ['bin', 'keys', 'policies/team']) {
    mkdirSync(join(folder, each), { recursive: true });
  }
  for (const name of ['charts', 'demo', 'examples']) {
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  cpSync(join(ROOT, 'deploy'), join(folder, 'deploy'), { recursive: true });
  mkdirSync(join(folder, 'deploy/my-cluster'));
  const files = {
    'ca.crt': clientCa.certPem,
    'ca.key': clientCa.keyPem,
    'deploy/my-cluster/kustomization.yaml': yamlWith('docs/install.md', 'kind: Kustomization'),
    'policy.yaml': policy,
    'policy-tests.yaml': policyTest,
    'policies/team/policy.yaml': policy,
    'policies/team/test.yaml': policyTest,
    'base.yaml': policy,
    'team-a.yaml': policy.replace('developers', 'team-a'),
    'keys/base.yaml': policy,
    'keys/team-a.yaml': policy.replace('developers', 'team-a'),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const programs = {
    'csr-approver': `exec ${process.execPath} ${BUNDLE} "$@"`,
    helm: `exec ${helm.helm} "$@"`,
    // There are no pods here: the log of theirs is that of our process.
    kubectl: `case " $* " in *" logs "*) cat ${logFile} ;; *) exec ${join(binDir, 'kubectl')} "$@" ;; esac`,
  };
  for (const [name, line] of Object.entries(programs)) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  }
  return {
    folder,
    type: (lines, options) => {
      writeFileSync(logFile, options.log);
      const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', lines], {
        cwd: join(folder, options.folder),
        encoding: 'utf8',
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          HOME: folder,
          KUBECONFIG: kubeconfigPath,
          PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
        },
      });
      if (status !== 0) throw new Error(`${lines}\nended with ${status}\n${stdout}${stderr}`);
      return stdout;
    },
  };
}

/** The first YAML of a page in which this text stands. */
function yamlWith(page: string, text: string): string {
  const blocks = [...textOf(page).matchAll(/^```yaml\n([^]*?)^```$/gm)];
  const [, block] = blocks.find(([, each = '']) => each.includes(text)) ?? [];
  if (block === undefined) throw new Error(`${page} has no YAML with ${text}`);
  return block;
}
