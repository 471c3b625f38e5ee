// SPDX-License-Identifier: Apache-2.0
// A record and places in memory, with the locks that the API server has and troubles to order; and a publisher over them.

import { createHash } from 'node:crypto';
import type { CaChain } from '../../../src/authority/ca-chain.js';
import type { ReconcileResult } from '../../../src/controller/run-loop.js';
import type { WriteOutcome } from '../../../src/controller/write.js';
import type {
  PlaceSeen,
  TrustedSigner,
  TrustEvent,
  TrustPlace,
  TrustPorts,
} from '../../../src/signer/trust-ports.js';
import { createTrustPublisher } from '../../../src/signer/trust-publisher.js';
import { NOW_MS } from '../../support/decide.js';
import { makeEntry } from '../../support/signing.js';

export const SIGNER = 'example.com/mesh';

type NotWritten = Exclude<WriteOutcome, { readonly kind: 'written' }>;

/** One text that others may edit; what is written is counted. */
class Text {
  version = 1;
  writes = 0;
  /** Answers of the next writes instead of the true ones. */
  readonly troubles: NotWritten[] = [];
  value: string | undefined;
  isThere: boolean;

  constructor(isThere: boolean, value?: string) {
    this.isThere = isThere;
    this.value = value;
  }

  /** Somebody else writes. */
  edit(value: string | undefined, isThere = true): void {
    this.value = value;
    this.isThere = isThere;
    this.version += 1;
  }

  get lock() {
    return { uid: 'uid', resourceVersion: String(this.version) };
  }

  write(text: string, resourceVersion: string | undefined): WriteOutcome {
    this.writes += 1;
    const trouble = this.troubles.shift();
    if (trouble !== undefined) return trouble;
    const now = this.isThere ? String(this.version) : undefined;
    if (now !== resourceVersion) return { kind: 'conflict' };
    this.edit(text);
    return { kind: 'written', object: {} };
  }
}

/** A place, open unless a test closes it. */
export class Place extends Text {
  named: string;
  state: 'open' | 'closed' | 'unseen' = 'open';

  constructor(named: string, value?: string) {
    super(value !== undefined, value);
    this.named = named;
  }

  get port(): TrustPlace {
    return {
      named: this.named,
      look: () => this.#seen,
      create: (text) => Promise.resolve(this.write(text, undefined)),
      update: ({ resourceVersion }, text) => Promise.resolve(this.write(text, resourceVersion)),
    };
  }

  get #seen(): PlaceSeen {
    if (this.state !== 'open') return { kind: this.state };
    if (!this.isThere) return { kind: 'absent' };
    const { lock, value } = this;
    const sha256 =
      value === undefined ? undefined : createHash('sha256').update(value).digest('hex');
    return { kind: 'found', lock, sha256 };
  }
}

/** What a test changes of the cluster. */
export interface TrustCluster {
  readonly record: Text;
  readonly places: Place[];
  chain: CaChain | undefined;
  drop: readonly string[];
  isHeld: boolean;
  isRecordSeen: boolean;
  isPublishing: boolean;
  nowMs: number;
  /** In the order in which they happened, without certificates. */
  readonly told: string[];
  readonly events: TrustEvent[];
  /** How often publishing was tried with the CA of then. */
  attempts: number;
  look(): Promise<ReconcileResult>;
  /** A process that starts anew. */
  restart(): void;
}

/** A cluster with these places, an empty record and this CA. */
export function trustCluster(chain: CaChain | undefined, places: readonly Place[]): TrustCluster {
  const cluster: TrustCluster = {
    record: new Text(true),
    places: [...places],
    chain,
    drop: [],
    isHeld: true,
    isRecordSeen: true,
    isPublishing: true,
    nowMs: NOW_MS,
    told: [],
    events: [],
    attempts: 0,
    look: () => reconcile(SIGNER, new AbortController().signal),
    restart: () => {
      reconcile = createTrustPublisher(portsOf(cluster));
    },
  };
  let reconcile = createTrustPublisher(portsOf(cluster));
  return cluster;
}

const portsOf = (cluster: TrustCluster): TrustPorts => ({
  fence: { isHeld: () => cluster.isHeld },
  signer: () => (cluster.isPublishing ? signerOf(cluster) : undefined),
  chain: () => Promise.resolve(cluster.chain),
  record: {
    named: 'the record',
    look: () => {
      const { record, isRecordSeen } = cluster;
      if (!isRecordSeen) return { kind: 'unseen' };
      if (!record.isThere) return { kind: 'absent' };
      return { kind: 'found', lock: record.lock, text: record.value };
    },
    write: (_, { resourceVersion }, text) =>
      Promise.resolve(cluster.record.write(text, resourceVersion)),
  },
  places: () => cluster.places.map(({ port }) => port),
  attempted: () => {
    cluster.attempts += 1;
  },
  tell: (_, event) => {
    cluster.events.push(event);
    cluster.told.push(wordsOf(event));
  },
  nowMs: () => cluster.nowMs,
  random: () => 0,
});

function signerOf({ drop }: TrustCluster): TrustedSigner {
  const trust = { configMap: undefined, clusterTrustBundle: false, drop };
  return { ...makeEntry({ signerName: SIGNER }), trust };
}

function wordsOf(event: TrustEvent): string {
  switch (event.kind) {
    case 'recorded':
      return `recorded +${event.added.length} -${event.removed.length}`;
    case 'published':
      return `${event.place}: ${event.was}`;
    case 'trouble':
      return `${event.place}: ${event.detail}`;
    case 'contested':
      return `${event.place}: contested for ${event.waitMs} ms`;
    case 'needed':
      return `needed ${event.needed.length}`;
  }
}
