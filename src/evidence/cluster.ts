// SPDX-License-Identifier: Apache-2.0
// Answers to needs from the cluster, as `run` uses them.

import type { ApiServerFacts, EvidenceEntry, Known, Need, NodeFacts } from '../decide/evidence.js';
import type { Resolve } from '../decide/settle.js';
import type { AskAccessReview } from './access-reviews.js';

/** Resolves needs with the sources of the cluster; Nodes are answered from a picture that is watched. */
export const clusterResolver =
  (
    askAccessReview: AskAccessReview,
    askApiServer: () => Promise<Known<ApiServerFacts>>,
    askNode: (name: string) => Promise<Known<NodeFacts | undefined>>,
  ): Resolve =>
  async (need: Need): Promise<EvidenceEntry> => {
    switch (need.kind) {
      case 'access-review':
        return { kind: 'access-review', need, answer: await askAccessReview(need) };
      case 'api-server':
        return { kind: 'api-server', need, answer: await askApiServer() };
      case 'node':
        return { kind: 'node', need, answer: await askNode(need.name) };
    }
  };
