// SPDX-License-Identifier: Apache-2.0
// The objects, one revision counter for all of them, and a bounded memory of what changed.

import type { KubeObject } from './json.js';

/** Later than 1, as in every store that is in use: from before it, nobody can watch. */
const FIRST_REVISION = 20;

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly revision: number;
  /** The new state; of a deleted object the last one, with the revision of its end. */
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

type Listener = (change: Change) => void;

interface Shelf {
  readonly objects: Map<string, KubeObject>;
  readonly listeners: Set<Listener>;
  journal: Change[];
  /** What came up to here is not in the journal any more. */
  forgottenUpTo: number;
}

/** Where an object stands on its shelf; in the order of lists. */
export const keyOf = (namespace: string, name: string): string =>
  namespace === '' ? name : `${namespace}/${name}`;

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : 1;

export class Store {
  readonly #shelves = new Map<string, Shelf>();
  readonly #journalLength: number;
  #revision = FIRST_REVISION;
  #compacted = FIRST_REVISION;

  constructor(journalLength: number) {
    this.#journalLength = journalLength;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Older states than that of this revision are gone. */
  get compacted(): number {
    return this.#compacted;
  }

  get(shelf: string, key: string): KubeObject | undefined {
    return this.#shelf(shelf).objects.get(key);
  }

  /** All objects of a shelf in the order of their keys. */
  all(shelf: string): readonly KubeObject[] {
    return [...this.#shelf(shelf).objects].sort(byKey).map(([, object]) => object);
  }

  put(shelf: string, key: string, object: KubeObject): KubeObject {
    const previous = this.get(shelf, key);
    const stored = this.#next(object);
    this.#shelf(shelf).objects.set(key, stored);
    this.#tell(shelf, previous === undefined ? 'ADDED' : 'MODIFIED', stored, previous);
    return stored;
  }

  remove(shelf: string, key: string): void {
    const previous = this.get(shelf, key);
    if (previous === undefined) return;
    this.#shelf(shelf).objects.delete(key);
    this.#tell(shelf, 'DELETED', this.#next(previous), previous);
  }

  /** What changed after the revision; undefined when that is not remembered. */
  changesSince(shelf: string, revision: number): readonly Change[] | undefined {
    const { journal, forgottenUpTo } = this.#shelf(shelf);
    if (revision < forgottenUpTo) return undefined;
    return journal.filter((change) => change.revision > revision);
  }

  /** The answer ends it. */
  subscribe(shelf: string, listener: Listener): () => void {
    const { listeners } = this.#shelf(shelf);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Forgets the states before a revision, as a compaction of etcd does; the journals stay. */
  compact(revision: number): void {
    this.#compacted = Math.max(this.#compacted, Math.min(revision, this.#revision));
  }

  /** Forgets everything but the present, as an API server that restarts. */
  forgetHistory(): void {
    this.compact(this.#revision);
    for (const shelf of this.#shelves.values()) {
      shelf.journal = [];
      shelf.forgottenUpTo = this.#revision;
    }
  }

  #next(object: KubeObject): KubeObject {
    this.#revision += 1;
    const resourceVersion = String(this.#revision);
    return { ...object, metadata: { ...object.metadata, resourceVersion } };
  }

  #tell(
    name: string,
    type: Change['type'],
    object: KubeObject,
    previous: KubeObject | undefined,
  ): void {
    const shelf = this.#shelf(name);
    const change: Change = { type, revision: this.#revision, object, previous };
    shelf.journal.push(change);
    // In steps of half the length: to drop one at a time would cost as much each time.
    if (shelf.journal.length > 1.5 * this.#journalLength) {
      const dropped = shelf.journal.splice(0, shelf.journal.length - this.#journalLength);
      shelf.forgottenUpTo = dropped.at(-1)?.revision ?? shelf.forgottenUpTo;
    }
    for (const listener of shelf.listeners) listener(change);
  }

  #shelf(name: string): Shelf {
    const found = this.#shelves.get(name);
    if (found !== undefined) return found;
    const made: Shelf = {
      objects: new Map(),
      listeners: new Set(),
      journal: [],
      forgottenUpTo: Math.max(FIRST_REVISION, this.#compacted),
    };
    this.#shelves.set(name, made);
    return made;
  }
}
