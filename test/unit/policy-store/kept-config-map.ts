// SPDX-License-Identifier: Apache-2.0
// The ConfigMap of the last good policy in memory, with the lock that the API server has, and troubles to order.

import { createKeeper } from '../../../src/policy-store/keeper.js';
import type {
  KeeperPorts,
  KeeperTrouble,
  RefusedPolicy,
} from '../../../src/policy-store/keeper.js';
import type { PolicyStore } from '../../../src/policy-store/policy-store.js';
import type { WriteOutcome } from '../../../src/controller/write.js';

export const KEPT_PLACE = { namespace: 'ns', name: 'policy-last-good' };

type NotWritten = Exclude<WriteOutcome, { readonly kind: 'written' }>;

/** What is in the cluster: it outlives the process that writes it. */
export class KeptConfigMap {
  data: Record<string, string> | undefined = {};
  version = 1;
  reads = 0;
  readonly writes: (readonly string[])[] = [];
  /** Answers of the next reads and writes instead of the true ones. */
  readonly troubles: ('unavailable' | NotWritten)[] = [];
  isHeld = true;

  read: KeeperPorts['read'] = () => {
    this.reads += 1;
    const [trouble] = this.troubles;
    if (trouble === 'unavailable') {
      this.troubles.shift();
      return Promise.resolve({ kind: 'unavailable', why: 'the server is away' });
    }
    if (this.data === undefined) return Promise.resolve({ kind: 'absent' });
    return Promise.resolve({ kind: 'found', object: this.#object() });
  };

  write: KeeperPorts['write'] = ({ uid, resourceVersion }, change) => {
    const [trouble] = this.troubles;
    if (trouble !== undefined && trouble !== 'unavailable') {
      this.troubles.shift();
      return Promise.resolve(trouble);
    }
    if (this.data === undefined) return Promise.resolve({ kind: 'gone' });
    if (uid !== 'kept' || resourceVersion !== String(this.version)) {
      return Promise.resolve({ kind: 'conflict' });
    }
    const merged = Object.entries({ ...this.data, ...change });
    this.data = Object.fromEntries(
      merged.filter((entry): entry is [string, string] => entry[1] !== null),
    );
    this.version += 1;
    this.writes.push(Object.keys(this.data));
    return Promise.resolve({ kind: 'written', object: this.#object() });
  };

  #object() {
    const metadata = { uid: 'kept', resourceVersion: String(this.version) };
    return { metadata, data: { ...this.data } };
  }
}

/** The keeper of `store` over `kept`, and what it told. */
export function keeperOf(store: PolicyStore, kept: KeptConfigMap) {
  const told = {
    announced: [] as RefusedPolicy[],
    kept: [] as string[],
    troubles: [] as KeeperTrouble[],
    canAnnounce: true,
  };
  const reconcile = createKeeper(store, {
    place: KEPT_PLACE,
    fence: { isHeld: () => kept.isHeld },
    read: kept.read,
    write: kept.write,
    announce: (refused) => {
      if (told.canAnnounce) told.announced.push(refused);
      return Promise.resolve(told.canAnnounce);
    },
    kept: (hash) => told.kept.push(hash),
    warn: (trouble) => told.troubles.push(trouble),
  });
  return { told, look: () => reconcile('policy', new AbortController().signal) };
}
