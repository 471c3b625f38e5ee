// SPDX-License-Identifier: Apache-2.0
// The picture of all Nodes, as small facts; watched from the first time that a rule asks for one.

import type { Clock } from '../controller/clock.js';
import type { Known, NodeFacts } from '../decide/evidence.js';
import { nodeFacts } from '../evidence/nodes.js';
import { Reflector } from '../kube/reflector.js';
import type { Transport } from '../kube/transport.js';
import type { Log } from '../telemetry/log.js';
import { logStreamEnd } from '../telemetry/run-lines.js';

/** Nodes by name. */
export interface Nodes {
  /**
   * What is known of a Node; asking begins the watch, so a policy without kubelet-serving never reads Nodes. Waits for
   * the first list, but not for long, and only once: a list that cannot be had must not hold other requests up.
   */
  get(name: string): Promise<Known<NodeFacts | undefined>>;
  /** Resolves when the watch has ended, if it ever began. */
  stopped(): Promise<void>;
}

/** 5,000 Nodes are listed in less than a second. */
const FIRST_LIST_MS = 2_000;

/** Makes the picture; `onChange` is told the name of each Node that changed. */
export function watchNodes(
  parts: { readonly transport: Transport; readonly clock: Clock; readonly log: Log },
  onChange: (name: string) => void,
  signal: AbortSignal,
): Nodes {
  const reflector = new Reflector<NodeFacts>({
    ...parts,
    random: Math.random,
    path: '/api/v1/nodes',
    parse: (json) => {
      const value = nodeFacts(json);
      return value === undefined ? undefined : { key: value.name, value };
    },
    onChange,
    observer: { ended: (end) => logStreamEnd(parts.log, 'nodes', end) },
  });
  let running: Promise<void> | undefined;
  let firstList: Promise<unknown> | undefined;
  const begin = (): Promise<unknown> => {
    running = reflector.start(signal);
    const patience = new AbortController();
    const cancel = parts.clock.after(FIRST_LIST_MS, () => patience.abort());
    return reflector.untilSynced(AbortSignal.any([signal, patience.signal])).finally(cancel);
  };
  return {
    get: async (name) => {
      firstList ??= begin();
      await firstList;
      if (reflector.isSynced) return { state: 'known', value: reflector.get(name) };
      return { state: 'unavailable', why: 'the list of Nodes is not complete yet' };
    },
    stopped: async () => running,
  };
}
