// SPDX-License-Identifier: Apache-2.0
// Nodes for commands that ask once and end: read when a check needs them, never watched.

import type { Known, NodeFacts } from '../decide/evidence.js';
import { NodeIndex } from '../evidence/node-index.js';
import { nodeFacts } from '../evidence/nodes.js';
import { listPages } from '../kube/list-pages.js';
import { readObject } from '../kube/read-object.js';
import type { Transport } from '../kube/transport.js';
import type { Nodes } from './nodes.js';

const PATH = '/api/v1/nodes';

/** The facts of all Nodes. */
interface AllNodes {
  readonly byName: ReadonlyMap<string, NodeFacts>;
  readonly index: NodeIndex;
}

/** Reads single Nodes by GET until something asks about all of them; from then on one list answers everything. */
export function nodesOnRequest(transport: Transport, signal: AbortSignal): Nodes {
  let all: Promise<Known<AllNodes>> | undefined;
  return {
    get: async (name) => {
      const listed = all === undefined ? undefined : await all;
      if (listed?.state === 'known') {
        return { state: 'known', value: listed.value.byName.get(name) };
      }
      const answer = await readObject(transport, `${PATH}/${encodeURIComponent(name)}`, signal);
      if (answer.kind === 'unavailable') return { state: 'unavailable', why: answer.why };
      const value = answer.kind === 'found' ? nodeFacts(answer.object) : undefined;
      return { state: 'known', value };
    },
    claims: async (need) => {
      all ??= listNodes(transport, signal);
      const listed = await all;
      if (listed.state === 'unavailable') return listed;
      return { state: 'known', value: listed.value.index.claims(need) };
    },
    stopped: () => Promise.resolve(),
  };
}

async function listNodes(transport: Transport, signal: AbortSignal): Promise<Known<AllNodes>> {
  const byName = new Map<string, NodeFacts>();
  const index = new NodeIndex();
  const onItem = (item: unknown): void => {
    const node = nodeFacts(item);
    if (node === undefined) return;
    byName.set(node.name, node);
    index.set(node.name, node);
  };
  const list = await listPages({ transport, path: PATH, query: {}, signal, onItem });
  if (list.kind === 'listed') return { state: 'known', value: { byName, index } };
  return { state: 'unavailable', why: list.message };
}
