// SPDX-License-Identifier: Apache-2.0
// Watches: what is there, what happened since a version, what happens, bookmarks, and all the ways to end.

import type { ServerResponse } from 'node:http';
import type { Cluster, ResourceCall } from './call.js';
import { expired, invalidOptions as refuse, tooNew } from './failures.js';
import type { ApiFailure } from './failures.js';
import type { JsonObject, KubeObject } from './json.js';
import { FUTURE_TIMEOUT_MS, selectorOf } from './lists.js';
import { presentationOf } from './presentation.js';
import type { Presentation } from './presentation.js';
import { groupVersion } from './resource.js';
import type { Selector } from './selectors.js';
import type { Change } from './store.js';
import { requestedVersion } from './versions.js';

const DEFAULT_TIMEOUT_S = 1_800;
const BOOKMARK_EVERY_MS = 60_000;
/** The last bookmark comes that long before the end. */
const LAST_BOOKMARK_MS = 2_000;
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

const isTrue = (value: string | null): boolean => value === 'true' || value === '1';

/** All open watches. */
export class Watches {
  readonly #cluster: Cluster;
  readonly #open = new Set<Watch>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** Answers the call for as long as it lasts. Throws what has to be answered instead. */
  answer(call: ResourceCall, response: ServerResponse): void {
    const { query } = call;
    const isStreamingList = isTrue(query.get('sendInitialEvents'));
    const match = query.get('resourceVersionMatch');
    if (isStreamingList && match !== 'NotOlderThan') {
      throw refuse('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
    }
    if (!query.has('sendInitialEvents') && match !== null) {
      throw refuse(
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      );
    }
    const version = requestedVersion(query, 500);
    const watch = new Watch(this.#cluster, call, response);
    this.#open.add(watch);
    response.on('close', () => {
      watch.close();
      this.#open.delete(watch);
    });
    watch.begin(version, isStreamingList);
  }

  /** Breaks all connections, without a word. */
  cut(): void {
    for (const watch of this.#open) watch.cut();
  }

  /** Ends all with an ERROR event of code 410. */
  expire(): void {
    for (const watch of this.#open) watch.fail(expired('The resourceVersion is too old'));
  }
}

class Watch {
  readonly #cluster: Cluster;
  readonly #call: ResourceCall;
  readonly #response: ServerResponse;
  readonly #presentation: Presentation;
  readonly #isSelected: Selector;
  readonly #wantsBookmarks: boolean;
  readonly #ends: (() => void)[] = [];
  #isFirst = true;

  constructor(cluster: Cluster, call: ResourceCall, response: ServerResponse) {
    this.#cluster = cluster;
    this.#call = call;
    this.#response = response;
    this.#presentation = presentationOf(call, cluster.clock.nowMs);
    this.#isSelected = selectorOf(call);
    this.#wantsBookmarks = isTrue(call.query.get('allowWatchBookmarks'));
  }

  begin(version: number | undefined, isStreamingList: boolean): void {
    const { store } = this.#cluster;
    const { shelf, isUncached = false } = this.#call.resource;
    this.#response.writeHead(200, { 'content-type': 'application/json' });
    this.#response.flushHeaders();
    this.#endInTime();
    if (isStreamingList || version === undefined || version === 0) {
      if (version !== undefined && version > store.revision) {
        this.#later(FUTURE_TIMEOUT_MS, () => this.fail(tooNew(version, store.revision)));
        return;
      }
      for (const object of store.all(shelf)) {
        if (this.#isSelected(object)) this.#send('ADDED', object);
      }
      if (isStreamingList) this.#bookmark({ [INITIAL_EVENTS_END]: 'true' });
      this.#follow(store.revision);
      return;
    }
    const isCompacted = isUncached && version < store.compacted;
    const changes = isCompacted ? undefined : store.changesSince(shelf, version);
    if (changes === undefined) {
      this.fail(expired(`too old resource version: ${version} (${store.revision})`));
      return;
    }
    for (const change of changes) this.#take(change);
    this.#follow(version);
  }

  fail(failure: ApiFailure): void {
    this.#write('ERROR', failure.status);
    this.#end();
  }

  cut(): void {
    this.#response.destroy();
  }

  close(): void {
    for (const end of this.#ends.splice(0)) end();
  }

  #end(): void {
    this.close();
    this.#response.end();
  }

  #later(delayMs: number, act: () => void): void {
    this.#ends.push(this.#cluster.clock.after(delayMs, act));
  }

  #endInTime(): void {
    const seconds = Number(this.#call.query.get('timeoutSeconds') ?? 0) || DEFAULT_TIMEOUT_S;
    const timeoutMs = seconds * 1000;
    this.#later(timeoutMs, () => this.#end());
    if (!this.#wantsBookmarks) return;
    this.#later(Math.max(timeoutMs - LAST_BOOKMARK_MS, timeoutMs / 2), () => this.#bookmark());
    const again = (): void => {
      this.#bookmark();
      this.#later(BOOKMARK_EVERY_MS, again);
    };
    this.#later(BOOKMARK_EVERY_MS, again);
  }

  /** What happens after that revision, which may be one of the future. */
  #follow(from: number): void {
    const { store } = this.#cluster;
    const { shelf } = this.#call.resource;
    this.#ends.push(
      store.subscribe(shelf, (change) => {
        if (change.revision > from) this.#take(change);
      }),
    );
  }

  #take({ type, object, previous }: Change): void {
    const isNow = type !== 'DELETED' && this.#isSelected(object);
    const was = previous !== undefined && this.#isSelected(previous);
    if (isNow) this.#send(was ? 'MODIFIED' : 'ADDED', object);
    else if (was) {
      const { resourceVersion } = object.metadata;
      this.#send('DELETED', { ...previous, metadata: { ...previous.metadata, resourceVersion } });
    }
  }

  #bookmark(annotations?: JsonObject): void {
    if (!this.#wantsBookmarks) return;
    const { resource } = this.#call;
    const resourceVersion = String(this.#cluster.store.revision);
    this.#write('BOOKMARK', {
      kind: resource.kind,
      apiVersion: groupVersion(resource),
      metadata: {
        resourceVersion,
        creationTimestamp: null,
        ...(annotations === undefined ? {} : { annotations }),
      },
    });
  }

  #send(type: Change['type'], object: KubeObject): void {
    this.#write(type, this.#presentation.object(object, this.#isFirst));
    this.#isFirst = false;
  }

  #write(type: string, object: JsonObject): void {
    this.#response.write(`${JSON.stringify({ type, object })}\n`);
  }
}
