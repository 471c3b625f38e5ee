// SPDX-License-Identifier: Apache-2.0
// The chart, rendered by the real helm.

import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { ensureHelm } from '../helm/build.mjs';
import { type Printed, runProgram } from './running-controller.js';

export const ROOT = join(import.meta.dirname, '../..');
export const CHART = join(ROOT, 'charts/kube-csr-approver');
export const RELEASE = 'kube-csr-approver';
export const NAMESPACE = 'kube-csr-approver';

/** An object as it is written in a manifest; tests say what they expect in it. */
export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly rules?: readonly RbacRule[];
  readonly spec?: { readonly template: { readonly spec: PodSpec } };
}

export interface RbacRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly containers: readonly {
    readonly args: readonly string[];
    readonly env: readonly { readonly name: string; readonly value: string }[];
    readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  }[];
  readonly volumes?: readonly {
    readonly name: string;
    readonly secret?: { readonly secretName: string };
  }[];
}

export interface Rendering {
  readonly text: string;
  readonly objects: readonly Manifest[];
  /** The only object of a kind and, where a kind is there twice, of a name. Throws when there is none. */
  one(kind: string, name?: string): Manifest;
  /** The policy in the ConfigMap. */
  policy(): string;
  pod(): PodSpec;
}

export interface Helm {
  run(args: readonly string[]): Promise<Printed>;
  /** `helm template` with these values; throws what helm says when it refuses. */
  render(values: object): Promise<Rendering>;
}

/** Builds helm if need be. Throws in one line where it cannot be had. */
export async function startHelm(): Promise<Helm> {
  const program = await ensureHelm();
  if (!program.ok) throw new Error(program.why);
  const folder = mkdtempSync(join(tmpdir(), 'kube-csr-approver-helm-'));
  afterAll(() => rm(folder, { recursive: true }));
  let files = 0;

  const run: Helm['run'] = (args) => runProgram(program.helm, args, { env: { HOME: folder } });
  return {
    run,
    render: async (values) => {
      files += 1;
      const file = join(folder, `values-${files}.yaml`);
      await writeFile(file, JSON.stringify(values));
      const args = ['template', RELEASE, CHART, '--namespace', NAMESPACE, '-f', file];
      const { code, stdout, stderr } = await run(args);
      if (code !== 0) throw new Error(stderr);
      return renderingOf(stdout);
    },
  };
}

function renderingOf(text: string): Rendering {
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null);
  const one: Rendering['one'] = (kind, name) => {
    const found = objects.find(
      (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
    );
    if (found === undefined) throw new Error(`no ${kind} ${name ?? ''} in:\n${text}`);
    return found;
  };
  return {
    text,
    objects,
    one,
    policy: () => one('ConfigMap').data?.['policy.yaml'] ?? '',
    pod: () => {
      const spec = one('Deployment').spec?.template.spec;
      if (spec === undefined) throw new Error('the Deployment has no pod');
      return spec;
    },
  };
}
