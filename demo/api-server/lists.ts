// SPDX-License-Identifier: Apache-2.0
// Lists: selected, in pages, of the present or of the moment of the first page.

import type { Cluster, ResourceCall } from './call.js';
import { badRequest, expired, invalidOptions, notImplemented, tooNew } from './failures.js';
import type { JsonObject, KubeObject } from './json.js';
import { presentationOf } from './presentation.js';
import { fieldSelector, labelSelector } from './selectors.js';
import type { Selector } from './selectors.js';
import { keyOf } from './store.js';
import { requestedVersion } from './versions.js';

/** How long a version from the future is waited for. */
export const FUTURE_TIMEOUT_MS = 3_000;

/** Moments of which a list has been begun and may be continued. */
const MAX_SNAPSHOTS = 100;

/** Where a list goes on: at the state of a revision (0 is the present), after a key. */
interface Continuation {
  readonly revision: number;
  readonly after: string;
}

const tokenOf = (continuation: Continuation): string =>
  Buffer.from(JSON.stringify(continuation)).toString('base64url');

const keyOfObject = ({ metadata }: KubeObject): string =>
  keyOf(metadata.namespace ?? '', metadata.name);

/** Which objects of the resource the call is about. Throws a 400. */
export function selectorOf({ query, resource, namespace }: ResourceCall): Selector {
  const labels = labelSelector(query.get('labelSelector') ?? '');
  const fields = fieldSelector(query.get('fieldSelector') ?? '', resource);
  const isHere: Selector = ({ metadata }) => namespace === '' || metadata.namespace === namespace;
  return (object) => isHere(object) && labels(object) && fields(object);
}

/** Answers lists, and remembers the states that they were begun at. */
export class Lists {
  readonly #cluster: Cluster;
  readonly #snapshots = new Map<string, readonly KubeObject[]>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async answer(call: ResourceCall): Promise<JsonObject> {
    const { store, clock } = this.#cluster;
    const { query } = call;
    const version = requestedVersion(query, 400);
    if (version !== undefined && version > store.revision) {
      await new Promise<void>((resolve) => clock.after(FUTURE_TIMEOUT_MS, resolve));
      if (version > store.revision) throw tooNew(version, store.revision);
    }
    const limit = Number(query.get('limit') ?? 0);
    if (!Number.isInteger(limit)) throw badRequest('limit: not a number');
    const match = query.get('resourceVersionMatch');
    if (match !== null && version === undefined) {
      throw invalidOptions('resourceVersionMatch is forbidden unless resourceVersion is provided');
    }
    if (query.has('sendInitialEvents')) {
      throw invalidOptions('sendInitialEvents is forbidden for list', 'sendInitialEvents');
    }
    if (match === 'Exact' && version !== store.revision) {
      throw notImplemented('list of an exact version that is not the newest');
    }
    const presentation = presentationOf(call, clock.nowMs);
    const selected = selectorOf(call);
    const { revision, after } = this.#continuation(call);
    const items = this.#state(call.resource.shelf, revision).filter(
      (object) => keyOfObject(object) > after && selected(object),
    );
    // From its cache the real server answers all at once.
    const resourceVersion = String(revision === 0 ? store.revision : revision);
    const page = limit > 0 && version !== 0 ? items.slice(0, limit) : items;
    const last = page.at(-1);
    if (page.length === items.length || last === undefined) {
      return presentation.list(page, { resourceVersion });
    }
    const isSelected = query.has('labelSelector') || query.has('fieldSelector');
    return presentation.list(page, {
      resourceVersion,
      continue: tokenOf({ revision: Number(resourceVersion), after: keyOfObject(last) }),
      ...(isSelected ? {} : { remainingItemCount: items.length - page.length }),
    });
  }

  /** Of states that cannot be read any more nothing is kept. */
  #state(shelf: string, revision: number): readonly KubeObject[] {
    const { store } = this.#cluster;
    if (revision !== 0 && revision !== store.revision) {
      return this.#snapshots.get(`${shelf} ${revision}`) ?? [];
    }
    const objects = store.all(shelf);
    this.#snapshots.set(`${shelf} ${store.revision}`, objects);
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > MAX_SNAPSHOTS && oldest !== undefined)
      this.#snapshots.delete(oldest);
    return objects;
  }

  #continuation({ query, resource }: ResourceCall): Continuation {
    const token = query.get('continue') ?? '';
    if (token === '') return { revision: 0, after: '' };
    const [, digits, after = ''] =
      /^\{"revision":(\d+),"after":"([^"\\]*)"\}$/.exec(
        Buffer.from(token, 'base64url').toString(),
      ) ?? [];
    if (digits === undefined) throw badRequest('continue key is not valid');
    const revision = Number(digits);
    const { compacted, revision: newest } = this.#cluster.store;
    const isReadable = revision === newest || this.#snapshots.has(`${resource.shelf} ${revision}`);
    if (revision === 0 || (revision >= compacted && isReadable)) return { revision, after };
    const message =
      'The provided continue parameter is too old to display a consistent list result. You can start ' +
      'a new list without the continue parameter, or use the continue token in this response.';
    throw expired(message, tokenOf({ revision: 0, after }));
  }
}
