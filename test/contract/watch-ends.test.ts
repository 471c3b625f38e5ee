// SPDX-License-Identifier: Apache-2.0
// How a watch stream ends, with or without a bookmark before, and from which versions it does not begin.

import { describe, expect, it } from '@jest/globals';
import { CSR_PATH } from '../support/control-plane-requests.js';
import { csrPath, serverUnderTest } from './server-under-test.js';
import { STREAMING_LIST, endsInitialEvents, readUntil } from './watching.js';

const { api, pending } = serverUnderTest();

/** Bookmarks come about two seconds before the end, give or take one. */
const SHORT_WATCH_SECONDS = 3;

/** Watches one request, which changes once, until the server ends the stream. */
const shortWatch = async (label: string, allowWatchBookmarks: boolean) => {
  const csr = await pending(label);
  const query = {
    timeoutSeconds: SHORT_WATCH_SECONDS,
    allowWatchBookmarks,
    resourceVersion: csr.metadata.resourceVersion,
  };
  const startedAtMs = Date.now();
  const reading = readUntil(api, { ...query, fieldSelector: `metadata.name=${csr.metadata.name}` });
  const patched = await api.patch(csrPath(csr), { metadata: { labels: { touched: 'yes' } } });
  const events = await reading;
  return { events, patched: patched.body, elapsedMs: Date.now() - startedAtMs };
};

/** A version that the server will not reach while the tests run. */
const future = async (): Promise<number> => {
  const { body } = await api.get(CSR_PATH, { query: { limit: 1 } });
  return Number(body.metadata.resourceVersion) + 1_000_000;
};

describe('bookmarks and the end of a stream', () => {
  it.each([
    ['a bookmark before the end tells the newest version, when it was asked for', true],
    ['without being asked for, no bookmark comes', false],
  ])('%s; the stream ends by itself after timeoutSeconds', async (_, isAskedFor) => {
    const { events, patched, elapsedMs } = await shortWatch(`bookmark-${isAskedFor}`, isAskedFor);

    const bookmarks = events.filter(({ type }) => type === 'BOOKMARK');
    expect(bookmarks.length > 0).toBe(isAskedFor);
    for (const { object } of bookmarks) {
      expect(Number(object.metadata.resourceVersion)).toBeGreaterThanOrEqual(
        Number(patched.metadata.resourceVersion),
      );
    }
    expect(events.filter(({ type }) => type === 'MODIFIED')).toHaveLength(1);
    expect(elapsedMs).toBeGreaterThanOrEqual(SHORT_WATCH_SECONDS * 1_000 - 500);
  });
});

describe('versions that a watch cannot begin from', () => {
  it('one that the server no longer remembers: HTTP 200, then one ERROR with code 410, then the end', async () => {
    const events = await readUntil(api, { resourceVersion: 1, timeoutSeconds: 5 });

    expect(events.map(({ type }) => type)).toEqual(['ERROR']);
    expect(events[0]?.object).toMatchObject({ kind: 'Status', code: 410, reason: 'Expired' });
    expect(events[0]?.object.message).toContain('too old resource version: 1');
  });

  it('but a streaming list may begin from it: NotOlderThan asks for no history', async () => {
    const events = await readUntil(
      api,
      { ...STREAMING_LIST, resourceVersion: 1 },
      endsInitialEvents,
    );

    expect(events.at(-1)?.type).toBe('BOOKMARK');
  });

  it('one from the future is silence until timeoutSeconds', async () => {
    const events = await readUntil(api, { resourceVersion: await future(), timeoutSeconds: 1 });

    expect(events).toEqual([]);
  });

  it('a streaming list from the future fails with code 504 after three seconds', async () => {
    const query = { ...STREAMING_LIST, resourceVersion: await future(), timeoutSeconds: 8 };

    const events = await readUntil(api, query);

    expect(events.map(({ type }) => type)).toEqual(['ERROR']);
    expect(events[0]?.object).toMatchObject({ code: 504, reason: 'Timeout' });
  });

  it('one that is no number is an HTTP error', async () => {
    const response = await api.watch(CSR_PATH, { query: { resourceVersion: 'abc' } });

    expect(response.status).toBe(500);
    expect(response.failure?.message).toContain('resourceVersion: Invalid value: "abc"');
  });
});
