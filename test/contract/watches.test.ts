// SPDX-License-Identifier: Apache-2.0
// What a reflector relies on when it watches: streaming lists, and what happened since a version, in order.

import { describe, expect, it } from '@jest/globals';
import type { WatchEvent } from '../support/api-client.js';
import { CSR_PATH } from '../support/control-plane-requests.js';
import { csrPath, serverUnderTest } from './server-under-test.js';
import { STREAMING_LIST, endsInitialEvents, readUntil, summary } from './watching.js';

const { api, name, pending } = serverUnderTest();

/** Two requests, and the query that selects them. */
const setOfTwo = async (label: string) => {
  const labels = { watch: name(label) };
  const items = [await pending(`${label}-a`, { labels }), await pending(`${label}-b`, { labels })];
  return { items, query: { labelSelector: `watch=${labels.watch}` } };
};

describe('a streaming list', () => {
  it('sends what there is as ADDED, then one bookmark that marks the end', async () => {
    const { items, query } = await setOfTwo('initial');

    const events = await readUntil(api, { ...STREAMING_LIST, ...query }, endsInitialEvents);

    expect(summary(events)).toEqual([
      ...items.map(({ metadata }) => `ADDED ${metadata.name}`),
      'BOOKMARK',
    ]);
  });

  it('the marking bookmark has a version that is not older than the newest item, and nothing else', async () => {
    const { items, query } = await setOfTwo('version');

    const events = await readUntil(api, { ...STREAMING_LIST, ...query }, endsInitialEvents);

    const bookmark = events.at(-1)?.object;
    const newest = Number(items[1]?.metadata.resourceVersion);
    expect(Number(bookmark?.metadata.resourceVersion)).toBeGreaterThanOrEqual(newest);
    expect(bookmark?.kind).toBe('CertificateSigningRequest');
    expect(bookmark?.metadata.uid).toBeUndefined();
  });

  it('goes on after the mark with what happens', async () => {
    const { items, query } = await setOfTwo('goes-on');
    const [first] = items;
    const { events } = await api.watch(CSR_PATH, { query: { ...STREAMING_LIST, ...query } });

    const seen: WatchEvent[] = [];
    for await (const event of events) {
      seen.push(event);
      if (endsInitialEvents(event) && first !== undefined) {
        await api.patch(csrPath(first), { metadata: { labels: { touched: 'yes' } } });
        await api.delete(csrPath(first));
      }
      if (event.type === 'DELETED') break;
    }

    expect(summary(seen.slice(3))).toEqual([
      `MODIFIED ${first?.metadata.name}`,
      `DELETED ${first?.metadata.name}`,
    ]);
  });

  it('of nothing sends the mark at once', async () => {
    const query = { ...STREAMING_LIST, labelSelector: 'nobody=has-this' };

    const events = await readUntil(api, query, endsInitialEvents);

    expect(summary(events)).toEqual(['BOOKMARK']);
  });

  it('items of a stream carry kind and apiVersion, unlike those of a list', async () => {
    const { query } = await setOfTwo('kind');

    const [first] = await readUntil(api, { ...STREAMING_LIST, ...query }, () => true);

    expect(first?.object).toMatchObject({
      kind: 'CertificateSigningRequest',
      apiVersion: 'certificates.k8s.io/v1',
    });
  });

  it('is invalid without resourceVersionMatch', async () => {
    const query = { sendInitialEvents: true, allowWatchBookmarks: true };

    const response = await api.watch(CSR_PATH, { query });

    expect(response.status).toBe(422);
    expect(response.failure?.message).toContain(
      'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  });

  it('without bookmarks never marks its end', async () => {
    const { allowWatchBookmarks: _, ...query } = STREAMING_LIST;

    const events = await readUntil(api, {
      ...query,
      timeoutSeconds: 1,
      ...(await setOfTwo('no-mark')).query,
    });

    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'ADDED']);
  });
});

describe('a watch from the version of a list', () => {
  it('sends exactly what happened since, in order, with growing versions', async () => {
    const labels = { watch: name('since') };
    const first = await pending('since-a', { labels });
    const query = { labelSelector: `watch=${labels.watch}` };
    const { body: list } = await api.get(CSR_PATH, { query });
    const second = await pending('since-b', { labels });
    await api.patch(csrPath(first), { metadata: { labels: { touched: 'yes' } } });
    await api.delete(csrPath(second));

    const events = await readUntil(
      api,
      { ...query, resourceVersion: list.metadata.resourceVersion },
      ({ type }) => type === 'DELETED',
    );

    expect(summary(events)).toEqual([
      `ADDED ${second.metadata.name}`,
      `MODIFIED ${first.metadata.name}`,
      `DELETED ${second.metadata.name}`,
    ]);
    const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
  });

  it('that begins at the version of an event repeats neither it nor what was before', async () => {
    const labels = { watch: name('resume') };
    const first = await pending('resume-a', { labels });
    const second = await pending('resume-b', { labels });
    const query = { labelSelector: `watch=${labels.watch}` };

    const events = await readUntil(
      api,
      { ...query, resourceVersion: first.metadata.resourceVersion },
      () => true,
    );

    expect(summary(events)).toEqual([`ADDED ${second.metadata.name}`]);
  });

  it('an object that leaves the selection is DELETED, and one that enters it is ADDED', async () => {
    const csr = await pending('selection', { labels: { watch: name('selection') } });
    const query = { labelSelector: `watch=${name('selection')}` };
    await api.patch(csrPath(csr), { metadata: { labels: { watch: null } } });
    await api.patch(csrPath(csr), { metadata: { labels: { watch: name('selection') } } });

    const events = await readUntil(
      api,
      { ...query, resourceVersion: csr.metadata.resourceVersion },
      ({ type }) => type === 'ADDED',
    );

    expect(events.map(({ type }) => type)).toEqual(['DELETED', 'ADDED']);
  });
});
