// SPDX-License-Identifier: Apache-2.0
// The reflector on the real server: streaming list, watch, bookmarks, 410, a list in pages, our own writes.

import { afterEach, describe, expect, it } from '@jest/globals';
import { realClock } from '../../src/cli/clock.js';
import { createCsrWriter } from '../../src/kube/csr-writer.js';
import { Reflector } from '../../src/kube/reflector.js';
import type { StreamEnd } from '../../src/kube/reflector-observer.js';
import type { Transport } from '../../src/kube/transport.js';
import type { ApiObject } from '../support/api-client.js';
import { CSR_PATH } from '../support/control-plane-requests.js';
import { condition, csrPath, serverUnderTest } from './server-under-test.js';
import { configOf, transportTo } from './transport-under-test.js';

const { server, api, name, pending } = serverUnderTest();
const transport = transportTo(configOf(server));

interface Seen {
  readonly name: string;
  readonly version: string;
  readonly conditions: readonly string[];
}

const parse = (json: unknown): { readonly key: string; readonly value: Seen } => {
  const { metadata, status } = json as ApiObject;
  const conditions = (status.conditions ?? []).map(({ type }) => type);
  return {
    key: metadata.name,
    value: { name: metadata.name, version: metadata.resourceVersion, conditions },
  };
};

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A reflector of the requests with a label of their own, running until the end of the test. */
function reflect(label: string, options: Partial<ConstructorParameters<typeof Reflector>[0]> = {}) {
  const value = name(label);
  const lists: string[] = [];
  const ends: StreamEnd[] = [];
  const changes: string[] = [];
  const waiters = new Set<() => void>();
  const reflector = new Reflector<Seen>({
    transport,
    clock: realClock,
    random: () => 0,
    path: CSR_PATH,
    labelSelector: `reflect=${value}`,
    parse,
    onChange: (key) => {
      changes.push(key);
      for (const waiter of waiters) waiter();
    },
    ...(options as object),
    observer: {
      listed: ({ how, items }) => {
        lists.push(`${how} ${items}`);
        for (const waiter of waiters) waiter();
      },
      ended: (end) => ends.push(end),
    },
  });
  const controller = new AbortController();
  const stopped = reflector.start(controller.signal);
  stops.push(async () => {
    controller.abort();
    await stopped;
  });
  /** Resolves when a change made `condition` true. */
  const until = (isTrue: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!isTrue()) return;
        waiters.delete(look);
        resolve();
      };
      waiters.add(look);
      look();
    });
  const labels = { reflect: value };
  const synced = () => reflector.untilSynced(controller.signal);
  return { reflector, labels, lists, ends, changes, until, synced };
}

/** Asks for streaming lists in a way that the server refuses, as it does where they are switched off: with 422. */
const refusingStreams: Transport = {
  ...transport,
  stream: (request) =>
    request.query?.['sendInitialEvents'] === true
      ? transport.stream({ ...request, query: { ...request.query, resourceVersionMatch: 'Exact' } })
      : transport.stream(request),
};

describe('the reflector', () => {
  it('begins with a streaming list and goes on with what happens', async () => {
    const { labels, lists, synced, reflector, until } = reflect('streams');
    await synced();

    const csr = await pending('streams', { labels });
    await until(() => reflector.get(csr.metadata.name) !== undefined);
    await api.patch(csrPath(csr, 'approval'), {
      status: { conditions: [condition('Approved')] },
    });
    await until(() => reflector.get(csr.metadata.name)?.conditions[0] === 'Approved');
    await api.delete(csrPath(csr));
    await until(() => reflector.get(csr.metadata.name) === undefined);

    expect(lists).toEqual(['stream 0']);
  });

  it('lists in pages where streaming is refused, and asks for it only once', async () => {
    const first = await pending('pages', { labels: { reflect: name('pages') } });
    const { labels, lists, synced, reflector, until, ends } = reflect('pages', {
      transport: refusingStreams,
    });
    await synced();

    const second = await pending('pages-2', { labels });
    await until(() => reflector.get(second.metadata.name) !== undefined);

    expect(lists).toEqual(['pages 1']);
    expect(reflector.get(first.metadata.name)).toBeDefined();
    expect(ends.map(({ reason, willList }) => [reason, willList])).toEqual([['refused', true]]);
  });

  it('drops what is not wanted any more, and tells that it changed', async () => {
    const { labels, synced, reflector, until, changes } = reflect('keeps', {
      keep: (seen: unknown) => (seen as Seen).conditions.length === 0,
    });
    await synced();
    const csr = await pending('keeps', { labels });
    await until(() => reflector.get(csr.metadata.name) !== undefined);

    await api.patch(csrPath(csr, 'approval'), { status: { conditions: [condition('Denied')] } });
    await until(() => reflector.get(csr.metadata.name) === undefined);

    expect(reflector.size).toBe(0);
    expect(changes).toEqual([csr.metadata.name, csr.metadata.name]);
  });

  it('shows the answer of our own write at once, and does not report it twice', async () => {
    const { labels, synced, reflector, until, changes } = reflect('absorbs');
    await synced();
    const csr = await pending('absorbs', { labels });
    await until(() => reflector.get(csr.metadata.name) !== undefined);
    const { uid, resourceVersion } = csr.metadata;
    const writer = createCsrWriter({
      transport,
      fence: { isHeld: () => true },
      signal: new AbortController().signal,
    });

    const outcome = await writer.writeApproval({
      name: csr.metadata.name,
      uid,
      resourceVersion,
      conditions: [{ ...condition('Approved') }],
    });
    if (outcome.kind === 'written') reflector.absorb(outcome.object, resourceVersion);
    const seen = reflector.get(csr.metadata.name);
    const next = await pending('absorbs-next', { labels });
    await until(() => reflector.get(next.metadata.name) !== undefined);

    expect(seen?.conditions).toEqual(['Approved']);
    expect(changes).toEqual([csr.metadata.name, csr.metadata.name, next.metadata.name]);
  });

  it('lists again when the server does not know its version any more', async () => {
    const old = { ...transport, stream: startingAt(transport, '1') };
    const { labels, lists, ends, synced, until, reflector } = reflect('expired', {
      transport: old,
    });
    await synced();
    await until(() => lists.length === 2);

    const csr = await pending('expired', { labels });
    await until(() => reflector.get(csr.metadata.name) !== undefined);

    expect(ends.map(({ reason, willList }) => [reason, willList])).toEqual([
      ['completed', false],
      ['expired', true],
    ]);
  });
});

/** The first stream ends after its list, the second asks for `version`, all others are as they should be. */
function startingAt(plain: Transport, version: string): Transport['stream'] {
  let calls = 0;
  return async (request) => {
    calls += 1;
    if (calls === 2) {
      return plain.stream({ ...request, query: { ...request.query, resourceVersion: version } });
    }
    if (calls > 2) return plain.stream(request);
    return plain.stream({ ...request, query: { ...request.query, timeoutSeconds: 1 } });
  };
}
