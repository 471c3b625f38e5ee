// SPDX-License-Identifier: Apache-2.0
// Joins the cluster's answers (kube/) to the questions of decide (evidence/).

import type { Resolve } from '../decide/settle.js';
import { rememberedAccessReviews } from '../evidence/access-reviews.js';
import { rememberedApiServerFacts } from '../evidence/api-server.js';
import { clusterResolver } from '../evidence/cluster.js';
import { type DnsClock, rememberedForwardSets } from '../evidence/dns.js';
import { lookupAt } from '../evidence/dns-servers.js';
import { createSubjectAccessReview } from '../kube/access-reviews.js';
import { readObject } from '../kube/read-object.js';
import type { Transport } from '../kube/transport.js';
import type { Nodes } from './nodes.js';

/** Resolves needs through the API server and DNS; both controllers share what it remembers. */
export function resolveFromCluster(cluster: {
  readonly transport: Transport;
  readonly nodes: Nodes;
  readonly clock: DnsClock;
  /** As `parseDnsServers` reads them; none stands for those of the system. */
  readonly dnsServers: readonly string[];
  readonly signal: AbortSignal;
}): Resolve {
  const { transport, nodes, clock, dnsServers, signal } = cluster;
  const nowMs = (): number => clock.nowMs();
  const reviews = rememberedAccessReviews(async ({ subject, attributes }) => {
    const spec = { ...subject, resourceAttributes: attributes };
    const answer = await createSubjectAccessReview(transport, spec, signal);
    return answer.kind === 'known'
      ? { state: 'known', value: answer.allowed }
      : { state: 'unavailable', why: answer.message };
  }, nowMs);
  const apiServer = rememberedApiServerFacts(
    {
      readObject: (path) => readObject(transport, path, signal),
      peerNames: () => transport.peerNames(),
    },
    nowMs,
  );
  return clusterResolver({
    accessReview: reviews,
    apiServer,
    node: (name) => nodes.get(name),
    claims: (need) => nodes.claims(need),
    dns: rememberedForwardSets(lookupAt({ servers: dnsServers }), clock),
  });
}
