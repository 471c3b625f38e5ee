// SPDX-License-Identifier: Apache-2.0
// Answers to needs from the cluster, as `run` uses them.

import type {
  ApiServerFacts,
  Claim,
  ClaimsNeed,
  EvidenceEntry,
  Known,
  Need,
  NodeFacts,
} from '../decide/evidence.js';
import type { Resolve } from '../decide/settle.js';
import type { AskAccessReview } from './access-reviews.js';

/** The sources of the cluster. None rejects; Nodes are answered from a picture that is watched. */
export interface ClusterSources {
  readonly accessReview: AskAccessReview;
  readonly apiServer: () => Promise<Known<ApiServerFacts>>;
  readonly node: (name: string) => Promise<Known<NodeFacts | undefined>>;
  readonly claims: (need: ClaimsNeed) => Promise<Known<readonly Claim[]>>;
  readonly dns: (name: string) => Promise<Known<readonly string[]>>;
}

/** Resolves needs with the sources of the cluster. */
export const clusterResolver =
  (sources: ClusterSources): Resolve =>
  async (need: Need): Promise<EvidenceEntry> => {
    switch (need.kind) {
      case 'access-review':
        return { kind: 'access-review', need, answer: await sources.accessReview(need) };
      case 'api-server':
        return { kind: 'api-server', need, answer: await sources.apiServer() };
      case 'node':
        return { kind: 'node', need, answer: await sources.node(need.name) };
      case 'claims':
        return { kind: 'claims', need, answer: await sources.claims(need) };
      case 'dns':
        return { kind: 'dns', need, answer: await sources.dns(need.name) };
    }
  };
