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
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
  };
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
  readonly hostNetwork?: boolean;
  readonly tolerations?: readonly Toleration[];
  readonly containers: readonly Container[];
}

export interface Container {
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly livenessProbe: Probe;
  readonly startupProbe: Probe;
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly host?: string };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: 'Exists' | 'Equal';
  readonly value?: string;
  readonly effect?: string;
}

export interface Rendering {
  readonly text: string;
  readonly objects: readonly Manifest[];
  /** The only object of a kind and, where a kind is there twice, of a name. Throws when there is none. */
  one(kind: string, name?: string): Manifest;
  /** The policy in the ConfigMap; empty where there is none. */
  policy(): string;
  pod(): PodSpec;
  /** Its only container. */
  container(): Container;
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

/** The objects of a text with several documents. */
export const manifestsOf = (text: string): readonly Manifest[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null);

function renderingOf(text: string): Rendering {
  const objects = manifestsOf(text);
  const one: Rendering['one'] = (kind, name) => {
    const found = objects.find(
      (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
    );
    if (found === undefined) throw new Error(`no ${kind} ${name ?? ''} in:\n${text}`);
    return found;
  };
  const pod: Rendering['pod'] = () => {
    const spec = one('Deployment').spec?.template.spec;
    if (spec === undefined) throw new Error('the Deployment has no pod');
    return spec;
  };
  return {
    text,
    objects,
    one,
    policy: () => objects.flatMap(({ data }) => data?.['policy.yaml'] ?? [])[0] ?? '',
    pod,
    container: () => {
      const [container, ...others] = pod().containers;
      if (container === undefined || others.length > 0) throw new Error('not one container');
      return container;
    },
  };
}
