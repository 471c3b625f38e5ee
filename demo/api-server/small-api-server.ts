// SPDX-License-Identifier: Apache-2.0
// A small Kubernetes API server in this process, for the demo and for tests: real HTTPS, no disk, no other program.
// What it lacks it answers with 501. It shares no code with the product, so that both cannot be wrong together.

import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthenticator } from './authentication.js';
import type { TokenHolder } from './authentication.js';
import { createAuthorizer } from './authorization.js';
import { makeCertificates } from './certificates.js';
import type { KeyPairPem } from './certificates.js';
import { realClock } from './clock.js';
import type { Clock } from './clock.js';
import { ApiFailure } from './failures.js';
import { putFirstObjects } from './first-objects.js';
import { handle } from './http.js';
import { Lists } from './lists.js';
import type { Services } from './router.js';
import { Store } from './store.js';
import type { User } from './users.js';
import { Watches } from './watches.js';

const HOST = '127.0.0.1';
/** The first address of the service range, at which pods would see the server. */
const SERVICE_ADDRESS = '10.0.0.1';
const JOURNAL_LENGTH = 10_000;
/** Longer than any client keeps an idle connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 120_000;

export interface SmallApiServerOptions {
  /** 0, the default, is any free port. */
  readonly port?: number;
  readonly clock?: Clock;
  /** Changes of each kind of object that watches can begin before; at most half as many more. */
  readonly journalLength?: number;
  /** What the EndpointSlice of default/kubernetes says; nothing connects to it. */
  readonly advertiseAddress?: string;
  /** Bearer tokens and whom they stand for. */
  readonly tokens?: Readonly<Record<string, User>>;
}

/** What a client needs; plain JSON. */
export interface Coordinates {
  readonly url: string;
  readonly caPem: string;
  readonly adminCertPem: string;
  readonly adminKeyPem: string;
  readonly kubeconfigPath: string;
  readonly clientCa: KeyPairPem;
}

/** Which requests a failure is meant for; a watch is a GET. */
export type Meant = (method: string, path: string) => boolean;

export interface SmallApiServer extends Coordinates {
  readonly coordinates: Coordinates;
  readonly revision: () => number;
  /** Breaks the connections of all watches. */
  readonly cutWatches: () => void;
  /** Ends all watches with code 410, and forgets all history, so that everything must be listed again. */
  readonly expireWatches: () => void;
  /** Answers the next requests (that are meant) with that HTTP status. */
  readonly failNext: (status: number, times: number, meant?: Meant) => void;
  /** Forgets older states as a compaction of etcd does: continue tokens and watches of Events feel it. */
  readonly compact: (revision: number | string) => void;
  /** Ends all connections and removes the kubeconfig. */
  readonly stop: () => Promise<void>;
}

/** Resolves when it accepts connections. */
export async function startSmallApiServer(
  options: SmallApiServerOptions = {},
): Promise<SmallApiServer> {
  const { clock = realClock, journalLength = JOURNAL_LENGTH, tokens: given = {} } = options;
  const store = new Store(journalLength);
  const cluster = { store, clock, allows: createAuthorizer(store) };
  const tokens = new Map<string, TokenHolder>(
    Object.entries(given).map(([token, user]) => [token, { user }]),
  );
  const watches = new Watches(cluster);
  const services: Services = { ...cluster, lists: new Lists(cluster), watches, tokens };
  const certificates = await makeCertificates(clock.nowMs(), [HOST, SERVICE_ADDRESS]);
  const { serverCa, clientCa, server: own, admin } = certificates;
  const authenticate = createAuthenticator({ clientCaPem: clientCa.certPem, tokens, store, clock });
  const orders = new FailureOrders();
  const orderedFailure = orders.next.bind(orders);

  const server = createServer(
    {
      cert: own.certPem,
      key: own.keyPem,
      ca: clientCa.certPem,
      requestCert: true,
      rejectUnauthorized: false,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (request, response) => {
      void handle({ services, authenticate, orderedFailure }, request, response);
    },
  );
  server.listen(options.port ?? 0, HOST);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  putFirstObjects(store, {
    nowMs: clock.nowMs(),
    address: options.advertiseAddress,
    port,
    clientCaPem: clientCa.certPem,
  });

  const folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-small-'));
  const coordinates: Coordinates = {
    url: `https://${HOST}:${port}`,
    caPem: serverCa.certPem,
    adminCertPem: admin.certPem,
    adminKeyPem: admin.keyPem,
    kubeconfigPath: join(folder, 'admin.kubeconfig'),
    clientCa: { certPem: clientCa.certPem, keyPem: clientCa.keyPem },
  };
  await writeFile(coordinates.kubeconfigPath, kubeconfig(coordinates), { mode: 0o600 });

  return {
    ...coordinates,
    coordinates,
    revision: () => store.revision,
    cutWatches: () => watches.cut(),
    expireWatches: () => {
      store.forgetHistory();
      watches.expire();
    },
    failNext: (status, times, meant) => orders.add(status, times, meant),
    compact: (revision) => store.compact(Number(revision)),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Failures that tests have ordered, in the order in which they were. */
class FailureOrders {
  #orders: { readonly status: number; left: number; readonly meant: Meant }[] = [];

  add(status: number, times: number, meant: Meant = () => true): void {
    this.#orders.push({ status, left: times, meant });
  }

  next(method: string, path: string): ApiFailure | undefined {
    const order = this.#orders.find(({ left, meant }) => left > 0 && meant(method, path));
    if (order === undefined) return undefined;
    order.left -= 1;
    this.#orders = this.#orders.filter(({ left }) => left > 0);
    return new ApiFailure(order.status, 'Ordered', 'a test has ordered this failure');
  }
}

/** Of the administrator, as JSON, which YAML contains. */
function kubeconfig({ url, caPem, adminCertPem, adminKeyPem }: Coordinates): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  const name = 'small';
  const cluster = { server: url, 'certificate-authority-data': base64(caPem) };
  const user = {
    'client-certificate-data': base64(adminCertPem),
    'client-key-data': base64(adminKeyPem),
  };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });
}
