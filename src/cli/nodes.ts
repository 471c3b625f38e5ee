// SPDX-License-Identifier: Apache-2.0
// The picture of all Nodes, as small facts; watched from the first time that a rule asks for one.

import type { Clock } from '../controller/clock.js';
import type { Claim, ClaimsNeed, Known, NodeFacts } from '../decide/evidence.js';
import { NodeIndex } from '../evidence/node-index.js';
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
  /** Which Nodes list these names and addresses; begins the watch as `get` does. */
  claims(need: ClaimsNeed): Promise<Known<readonly Claim[]>>;
  /** Resolves when the watch has ended, if it ever began. */
  stopped(): Promise<void>;
}

/** Who is told of Nodes. Must not throw. */
export interface NodesListener {
  /** Something that counts has changed in this Node, or it is new or gone. */
  readonly changed: (name: string) => void;
  /** Nodes can be had again after somebody was told that they cannot. */
  readonly recovered: () => void;
}

/** 5,000 Nodes are listed in less than a second. */
const FIRST_LIST_MS = 2_000;

/**
 * A picture that the server has not confirmed for so long is not believed: a Node may be gone and its address another's.
 * A watch that shows nothing, not even a bookmark, is ended by the transport after 150 s and opened anew, which confirms
 * it; so this leaves half a minute to come back.
 */
const MAX_SILENCE_MS = 180_000;

/** What the picture is taken with. */
interface NodesParts {
  readonly transport: Pick<Transport, 'request' | 'stream'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes the picture; nothing is read before the first question. */
export function watchNodes(parts: NodesParts, told: NodesListener, signal: AbortSignal): Nodes {
  const index = new NodeIndex();
  let isMissed = false;
  const onChange = (name: string): void => {
    // The index first: whoever is told looks at once. Before the first list is complete nobody knows of any Node.
    const isChanged = index.set(name, reflector.get(name));
    if (isChanged && reflector.isSynced) told.changed(name);
  };
  const back = (): void => {
    if (!isMissed) return;
    isMissed = false;
    told.recovered();
  };
  const reflector = reflectNodes(parts, onChange, back);
  let running: Promise<void> | undefined;
  let firstList: Promise<unknown> | undefined;
  const begin = (): Promise<unknown> => {
    running = reflector.start(signal);
    const patience = new AbortController();
    const cancel = parts.clock.after(FIRST_LIST_MS, () => patience.abort());
    return reflector.untilSynced(AbortSignal.any([signal, patience.signal])).finally(cancel);
  };
  const answer = async <T>(value: () => T): Promise<Known<T>> => {
    firstList ??= begin();
    await firstList;
    const why = troubleOf(reflector, parts.clock.nowMs());
    if (why === undefined) return { state: 'known', value: value() };
    isMissed = true;
    return { state: 'unavailable', why };
  };
  return {
    get: (name) => answer(() => reflector.get(name)),
    claims: (need) => answer(() => index.claims(need)),
    stopped: async () => running,
  };
}

/** `back` is told of each list that is complete and of each watch that is opened. */
const reflectNodes = (
  parts: NodesParts,
  onChange: (name: string) => void,
  back: () => void,
): Reflector<NodeFacts> =>
  new Reflector<NodeFacts>({
    ...parts,
    random: Math.random,
    path: '/api/v1/nodes',
    parse: (json) => {
      const value = nodeFacts(json);
      return value === undefined ? undefined : { key: value.name, value };
    },
    onChange,
    observer: {
      listed: back,
      watching: back,
      ended: (end) => logStreamEnd(parts.log, 'nodes', end),
    },
  });

function troubleOf(
  { isSynced, currentAtMs }: Pick<Reflector<NodeFacts>, 'isSynced' | 'currentAtMs'>,
  nowMs: number,
): string | undefined {
  if (!isSynced || currentAtMs === undefined) return 'the list of Nodes is not complete yet';
  const silentMs = nowMs - currentAtMs;
  if (silentMs <= MAX_SILENCE_MS) return undefined;
  return `the API server has shown no Nodes for ${Math.round(silentMs / 1000)} s`;
}
