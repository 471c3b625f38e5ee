// SPDX-License-Identifier: Apache-2.0
// A policy in a ConfigMap as people live with it: written, edited, broken, deleted, paused; and a controller that reads it.

import { freePorts } from '../support/control-plane-processes.js';
import type { ApiObject } from '../support/api-client.js';
import { field, stringAt } from '../../src/vocabulary/json.js';
import type { RunningController } from '../support/running-controller.js';
import type { Cluster } from './cluster.js';

const NAMESPACE = 'policies';
const CONFIG_MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
const EVENTS = `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`;

/** Keys and texts; null removes a key. */
export type Keys = Readonly<Record<string, string | null>>;

/** A controller, and what its probes say. */
export interface ProbedController extends RunningController {
  /** Status and text of /readyz?verbose. */
  ready(): Promise<readonly [number, string]>;
}

/** One ConfigMap that a controller is told to read. */
export interface PolicyConfigMap {
  readonly name: string;
  /** Merges keys into it; makes it when it is not there. */
  write(keys: Keys): Promise<void>;
  /** Replaces everything that it holds. */
  replace(keys: Keys): Promise<void>;
  remove(): Promise<void>;
  /** Sets the annotation, or removes it. */
  pause(value: string | null): Promise<void>;
  /** What is kept for the next start; undefined without ConfigMap or data. */
  kept(): Promise<Readonly<Record<string, string>> | undefined>;
  /** The notes of Events about it, with their reasons. */
  events(): Promise<readonly string[]>;
  /** Starts a controller that reads it. */
  run(kubeconfigPath?: string): Promise<ProbedController>;
}

/** Makes `name` with these keys (none: it is not made), and the empty ConfigMap for its last good policy. */
export async function policyConfigMap(
  cluster: Cluster,
  name: string,
  keys?: Keys,
): Promise<PolicyConfigMap> {
  const { api } = cluster;
  const path = `${CONFIG_MAPS}/${name}`;
  const must = (done: { readonly status: number; readonly text: string }): void => {
    if (done.status >= 300) throw new Error(`${name}: ${done.status} ${done.text}`);
  };
  const write: PolicyConfigMap['write'] = async (data) => {
    const patched = await api.patch(path, { data });
    if (patched.status !== 404) return must(patched);
    const there = Object.entries(data).filter(([, text]) => text !== null);
    const made = { metadata: { name }, data: Object.fromEntries(there) };
    must(await api.create(CONFIG_MAPS, made));
  };
  // The first of a file makes the namespace.
  await api.create('/api/v1/namespaces', { metadata: { name: NAMESPACE } });
  await cluster.create(CONFIG_MAPS, { metadata: { name: `${name}-last-good` } });
  if (keys !== undefined) await write(keys);
  return {
    name,
    write,
    replace: async (data) => {
      must(await api.put(path, { metadata: { name }, data }));
    },
    remove: async () => {
      must(await api.delete(path));
    },
    pause: async (paused) => {
      must(await api.patch(path, { metadata: { annotations: { paused } } }));
    },
    kept: async () => (await api.get(`${path}-last-good`)).body.data,
    events: async () => {
      const { body } = await api.get(EVENTS);
      return body.items.filter((event) => isAbout(event, name)).map(noteOf);
    },
    run: async (kubeconfigPath) => {
      const [port = 0] = await freePorts(1);
      const flags = [
        `--policy-configmap=${NAMESPACE}/${name}`,
        `--health-addr=127.0.0.1:${port}`,
      ] as const;
      const controller = cluster.run(flags, kubeconfigPath);
      await controller.line('started');
      return {
        ...controller,
        ready: async () => {
          const answer = await fetch(`http://127.0.0.1:${port}/readyz?verbose`);
          return [answer.status, await answer.text()];
        },
      };
    },
  };
}

const isAbout = (event: ApiObject, name: string): boolean =>
  stringAt(field(event, 'regarding'), 'name') === name;

const noteOf = (event: ApiObject): string =>
  `${stringAt(event, 'type')} ${stringAt(event, 'reason')}: ${stringAt(event, 'note')}`;
