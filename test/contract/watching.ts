// SPDX-License-Identifier: Apache-2.0
// Reading watch streams of requests in tests.

import type { ApiClient, RequestOptions, WatchEvent } from '../support/api-client.js';
import { CSR_PATH } from '../support/control-plane-requests.js';

const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** The query of a streaming list. */
export const STREAMING_LIST = {
  sendInitialEvents: true,
  resourceVersionMatch: 'NotOlderThan',
  allowWatchBookmarks: true,
} as const;

/** Whether this is the bookmark that ends the list part of a streaming list. */
export const endsInitialEvents = ({ type, object }: WatchEvent): boolean =>
  type === 'BOOKMARK' && object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true';

/** Reads up to and including the event that `isLast` names, or to the end of the stream. */
export const readUntil = async (
  api: ApiClient,
  query: NonNullable<RequestOptions['query']>,
  isLast: (event: WatchEvent) => boolean = () => false,
): Promise<WatchEvent[]> => {
  const { events } = await api.watch(CSR_PATH, { query });
  const seen: WatchEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (isLast(event)) break;
  }
  return seen;
};

/** Type and name of each event. */
export const summary = (events: readonly WatchEvent[]): string[] =>
  events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim());
