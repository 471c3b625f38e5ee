// SPDX-License-Identifier: Apache-2.0
// What a command that only asks may do with a cluster: the same questions as the controller, and no write.

import type { Resolve } from '../decide/settle.js';
import { type ConfigMapName, readConfigMap } from '../kube/config-maps.js';
import { listPages } from '../kube/list-pages.js';
import { type ReadAnswer, readObject } from '../kube/read-object.js';
import type { ServerConfig } from '../kube/server-config.js';
import { createTransport } from '../kube/transport.js';
import type { MissingRight } from '../review/explanation.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import { realClock } from './clock.js';
import type { GivenFlags, Process } from './command.js';
import { readDnsServers } from './dns-servers.js';
import { resolveFromCluster } from './evidence-sources.js';
import { findServerForPerson } from './find-server.js';
import { notingMissingRights } from './missing-rights.js';
import { nodesOnRequest } from './nodes-on-request.js';
import { VERSION } from './version.js';

/** A cluster that can be asked. */
export interface ClusterQuestions {
  readonly read: (path: string) => Promise<ReadAnswer>;
  readonly readConfigMap: (name: ConfigMapName) => Promise<ReadAnswer>;
  /** Every item of a collection, a page at a time; the error is one line for the user. */
  readonly list: (path: string, onItem: (item: unknown) => void) => Promise<Result<void, string>>;
  /** Resolves needs as `run` does; access reviews are created, which changes nothing. */
  readonly resolve: Resolve;
  /** What whoever asks was not allowed to learn so far. */
  readonly missingRights: () => readonly MissingRight[];
  readonly close: () => Promise<void>;
}

/** Lets `ask` put questions to the cluster that the flags name, and closes it afterwards. */
export async function withCluster<T>(
  given: GivenFlags,
  process: Process,
  ask: (cluster: ClusterQuestions) => Promise<Result<T, string>>,
): Promise<Result<T, string>> {
  const config = await findServerForPerson(given, process);
  if (!config.ok) return config;
  const dnsServers = readDnsServers(given);
  if (!dnsServers.ok) return dnsServers;
  const cluster = askCluster(config.value, process.signal, dnsServers.value);
  try {
    return await ask(cluster);
  } finally {
    await cluster.close();
  }
}

/** Nothing is opened before the first question. Without `dnsServers` those of the system are asked. */
function askCluster(
  config: ServerConfig,
  signal: AbortSignal,
  dnsServers: readonly string[] = [],
): ClusterQuestions {
  const real = createTransport(config, { clock: realClock, version: VERSION });
  const noting = notingMissingRights(real);
  const { transport } = noting;
  const nodes = nodesOnRequest(transport, signal);
  return {
    read: (path) => readObject(transport, path, signal),
    readConfigMap: (name) => readConfigMap({ transport, signal }, name),
    list: async (path, onItem) => {
      const list = await listPages({ transport, path, query: {}, signal, onItem });
      return list.kind === 'listed' ? ok(undefined) : fail(`ApiUnavailable: ${list.message}`);
    },
    resolve: resolveFromCluster({ transport, nodes, clock: realClock, dnsServers, signal }),
    missingRights: () => noting.missingRights(),
    close: () => real.close(),
  };
}
