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
  /** Unavailable until the first list is complete; asking begins it. A policy without kubelet-serving never asks. */
  get(name: string): Known<NodeFacts | undefined>;
  /** Resolves when the watch has ended, if it ever began. */
  stopped(): Promise<void>;
}

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
  return {
    get: (name) => {
      running ??= reflector.start(signal);
      if (reflector.isSynced) return { state: 'known', value: reflector.get(name) };
      return { state: 'unavailable', why: 'the list of Nodes is not complete yet' };
    },
    stopped: async () => running,
  };
}
