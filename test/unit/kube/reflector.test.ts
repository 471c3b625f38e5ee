// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, it } from '@jest/globals';
import { unreachable } from '../../../src/kube/api-answer.js';
import { Reflector } from '../../../src/kube/reflector.js';
import type { ReflectorOptions } from '../../../src/kube/reflector.js';
import type { StreamEnd } from '../../../src/kube/reflector-observer.js';
import { FakeClock, settled } from '../controller/fake-clock.js';
import { ScriptedTransport } from './scripted-transport.js';

interface Thing {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

const thing = (name: string, version: number): Thing => ({
  metadata: { name, resourceVersion: `${version}` },
});
const event = (type: string, name: string, version: number): object => ({
  type,
  object: thing(name, version),
});
const bookmark = (version: number): object => ({
  type: 'BOOKMARK',
  object: { metadata: { resourceVersion: `${version}` } },
});
const endOfList = (version: number): object => ({
  type: 'BOOKMARK',
  object: {
    metadata: {
      resourceVersion: `${version}`,
      annotations: { 'k8s.io/initial-events-end': 'true' },
    },
  },
});
const error = (code: number, rest: object = {}): object => ({
  type: 'ERROR',
  object: { kind: 'Status', code, ...rest },
});
const page = (items: readonly Thing[], version: number, next?: string) => ({
  kind: 'ok' as const,
  status: 200,
  body: { items, metadata: { resourceVersion: `${version}`, continue: next } },
});

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function reflecting(options: Partial<ReflectorOptions<string>> = {}) {
  const clock = new FakeClock();
  const transport = new ScriptedTransport();
  const controller = new AbortController();
  const lists: string[] = [];
  const ends: StreamEnd[] = [];
  const changes: string[] = [];
  const faults: unknown[] = [];
  const reflector = new Reflector<string>({
    transport,
    clock,
    random: () => 0.5,
    path: '/things',
    parse: (json) => {
      const { name, resourceVersion } = (json as Thing).metadata;
      return { key: name, value: resourceVersion };
    },
    onChange: (key) => changes.push(key),
    observer: {
      listed: ({ how, items }) => lists.push(`${how} ${items}`),
      ended: (end) => ends.push(end),
      faulted: (fault) => faults.push(fault),
    },
    ...options,
  });
  const stopped = reflector.start(controller.signal);
  stops.push(async () => {
    controller.abort();
    await stopped;
  });
  await settled();
  const contents = () => [...reflector.values()];
  const rest = { lists, ends, changes, faults, contents };
  return { clock, transport, controller, reflector, stopped, ...rest };
}

/** A reflector whose list held `a` in version 1, and that watches from version 10. */
async function watching(options: Partial<ReflectorOptions<string>> = {}) {
  const parts = await reflecting(options);
  await parts.transport.last.open();
  await parts.transport.last.send(event('ADDED', 'a', 1), endOfList(10));
  return parts;
}

/** Lets the wait after a failure pass, if there is one. */
async function afterTheWait({ clock }: { readonly clock: FakeClock }): Promise<void> {
  clock.advance(30_000);
  await settled();
}

describe('a reflector that begins', () => {
  it('asks for a list in the stream, with bookmarks and a time that it draws', async () => {
    const { transport } = await reflecting({ fieldSelector: 'spec.signerName=x' });

    expect(transport.last.request).toMatchObject({
      path: '/things',
      query: {
        watch: true,
        allowWatchBookmarks: true,
        sendInitialEvents: true,
        resourceVersionMatch: 'NotOlderThan',
        timeoutSeconds: 440,
        fieldSelector: 'spec.signerName=x',
      },
    });
    expect(transport.last.query('resourceVersion')).toBeUndefined();
  });

  it.each([
    [0, 290],
    [1 - Number.EPSILON, 590],
  ])('draws %p: a watch of %p s', async (drawn, seconds) => {
    const { transport } = await reflecting({ random: () => drawn });

    expect(transport.last.query('timeoutSeconds')).toBe(seconds);
  });

  it('is synced at the mark that ends the list, and not before', async () => {
    const { reflector, transport, controller, lists } = await reflecting();
    const synced = reflector.untilSynced(controller.signal);
    await transport.last.open();
    await transport.last.send(event('ADDED', 'a', 1), event('ADDED', 'b', 2), bookmark(3));
    expect(reflector.isSynced).toBe(false);
    await transport.last.send(endOfList(4));

    expect([reflector.isSynced, await synced, lists]).toEqual([true, true, ['stream 2']]);
    expect(await reflector.untilSynced(controller.signal)).toBe(true);
  });

  it('tells who waits for the list that it was stopped before', async () => {
    const { reflector, controller } = await reflecting();
    const synced = reflector.untilSynced(controller.signal);
    controller.abort();

    expect(await synced).toBe(false);
  });

  it('begins only once', async () => {
    const { reflector, controller } = await reflecting();

    await expect(reflector.start(controller.signal)).rejects.toMatchObject({
      code: 'ReflectorStartedTwice',
    });
  });

  it('does nothing before it is started', () => {
    const transport = new ScriptedTransport();
    const clock = new FakeClock();
    const parse = () => undefined;
    const rest = { clock, transport, parse, path: '/things', random: () => 0 };
    expect(new Reflector({ ...rest, onChange: () => {} }).isSynced).toBe(false);

    expect([transport.streams.length, clock.timers]).toEqual([0, 0]);
  });

  it('does nothing when it is stopped already', async () => {
    const transport = new ScriptedTransport();
    const clock = new FakeClock();
    const rest = { clock, transport, path: '/things', random: () => 0, onChange: () => {} };
    await new Reflector({ ...rest, parse: () => undefined }).start(AbortSignal.abort());

    expect(transport.streams).toHaveLength(0);
  });
});

describe('a reflector that watches', () => {
  it('follows what is added, changed and deleted, and tells the keys', async () => {
    const { transport, contents, changes } = await watching();
    await transport.last.send(event('ADDED', 'b', 11), event('MODIFIED', 'a', 12));
    expect(contents()).toEqual(['12', '11']);
    await transport.last.send(event('DELETED', 'a', 13));

    expect(contents()).toEqual(['11']);
    expect(changes).toEqual(['a', 'b', 'a', 'a']);
  });

  it('knows when the server last showed something, also by a bookmark', async () => {
    const { transport, reflector, clock } = await watching();
    clock.advance(60_000);
    const before = reflector.lastContactAtMs;
    await transport.last.send(bookmark(11));

    expect((reflector.lastContactAtMs ?? 0) - (before ?? 0)).toBe(60_000);
  });

  describe('knows when its picture was last the one of the server', () => {
    it('by what a watch shows', async () => {
      const { transport, reflector, clock } = await watching();
      const listedAtMs = reflector.currentAtMs;
      clock.advance(60_000);
      const quietAtMs = reflector.currentAtMs;
      await transport.last.send(bookmark(11));

      expect(listedAtMs).toBe(clock.nowMs() - 60_000);
      expect(quietAtMs).toBe(listedAtMs);
      expect(reflector.currentAtMs).toBe(clock.nowMs());
    });

    it('by a watch that is opened and shows nothing', async () => {
      const parts = await watching();
      parts.clock.advance(10_000);
      await parts.transport.last.end();
      await afterTheWait(parts);
      const before = parts.reflector.currentAtMs ?? 0;
      await parts.transport.last.open();

      expect(before).toBeLessThan(parts.clock.nowMs());
      expect(parts.reflector.currentAtMs).toBe(parts.clock.nowMs());
    });

    it('not before the first list is complete', async () => {
      const { transport, reflector } = await reflecting();
      await transport.last.open();
      await transport.last.send(event('ADDED', 'a', 1));

      expect(reflector.currentAtMs).toBeUndefined();
    });

    it('not by a new list before that is complete', async () => {
      const parts = await watching();
      const before = parts.reflector.currentAtMs;
      await parts.transport.last.send(error(410));
      parts.clock.advance(5_000);
      await parts.transport.last.open();
      await parts.transport.last.send(event('ADDED', 'a', 12));
      const during = parts.reflector.currentAtMs;
      await parts.transport.last.send(endOfList(12));

      expect(during).toBe(before);
      expect(parts.reflector.currentAtMs).toBe(parts.clock.nowMs());
    });

    it('by a list in pages', async () => {
      const parts = await reflecting();
      parts.transport.answers.push(page([thing('a', 1)], 10));
      await parts.transport.last.refuse(400);
      await afterTheWait(parts);

      expect(parts.reflector.isSynced).toBe(true);
      expect(parts.reflector.currentAtMs).toBeDefined();
    });
  });

  it('survives whoever throws when it is told a key', async () => {
    const { transport, reflector, faults } = await watching({
      onChange: () => {
        throw new RangeError('broken');
      },
    });
    await transport.last.send(event('ADDED', 'b', 11));

    expect([reflector.get('b'), faults.length]).toEqual(['11', 2]);
  });

  it('survives an observer that throws', async () => {
    const broken = (): never => {
      throw new RangeError('broken');
    };
    const { transport, reflector } = await watching({
      observer: { listed: broken, watching: broken, ended: broken, faulted: broken },
    });
    await transport.last.end();

    expect([reflector.isSynced, transport.streams.length]).toEqual([true, 1]);
  });

  it('stops when it is told to, and leaves neither stream nor timer behind', async () => {
    const { transport, controller, stopped, clock } = await watching();
    controller.abort();
    await stopped;

    expect([transport.last.isLeft, clock.timers]).toEqual([true, 0]);
    expect(transport.streams).toHaveLength(1);
  });

  it('stops when it is told to while it waits', async () => {
    const { transport, controller, stopped, clock } = await watching();
    await transport.last.breakWith('ECONNRESET');
    expect(clock.timers).toBe(1);
    controller.abort();
    await stopped;

    expect(clock.timers).toBe(0);
  });
});

describe('a watch that ends', () => {
  type Ending = (transport: ScriptedTransport, clock: FakeClock) => Promise<void> | void;
  const endings: Readonly<Record<string, readonly [Ending, string]>> = {
    'because its time is over': [(transport) => transport.last.end(), 'completed'],
    'because the connection is cut': [
      (transport) => transport.last.breakWith('UND_ERR_SOCKET'),
      'cut',
    ],
    'because nothing comes any more': [(transport) => transport.last.breakWith('Idle'), 'idle'],
    'at a line that is no JSON': [
      (transport) => transport.last.breakWith('LineMalformed'),
      'malformed',
    ],
    'at a line that is too long': [
      (transport) => transport.last.breakWith('LineTooLong'),
      'malformed',
    ],
    'at a line that is no event': [(transport) => transport.last.send({}), 'malformed'],
    'with an error of the server': [(transport) => transport.last.send(error(500)), 'refused'],
    'with a request to slow down': [(transport) => transport.last.send(error(429)), 'refused'],
    'because it lasts longer than asked for': [
      (_, clock) => clock.advance((440 + 30) * 1_000),
      'watchdog',
    ],
  };

  it.each(Object.entries(endings))(
    '%s goes on from the last version that it showed, without a list',
    async (_, [end, reason]) => {
      const parts = await watching();
      const { transport, clock, ends, lists } = parts;
      await transport.last.send(event('ADDED', 'b', 11), bookmark(12));
      await end(transport, clock);
      await settled();
      await afterTheWait(parts);

      expect(ends.map((each) => each.reason)).toEqual([reason]);
      expect(transport.streams).toHaveLength(2);
      expect(transport.last.query('resourceVersion')).toBe('12');
      expect(transport.last.query('sendInitialEvents')).toBeUndefined();
      expect(lists).toHaveLength(1);
    },
  );

  const forgetting: Readonly<Record<string, readonly [Ending, string]>> = {
    'with an ERROR event 410': [
      (transport) => transport.last.send(error(410, { reason: 'Expired' })),
      'expired',
    ],
    'with an ERROR event that says that the request is bad': [
      (transport) => transport.last.send(error(400)),
      'refused',
    ],
    'with an ERROR event that says that the version lies in the future': [
      (transport) =>
        transport.last.send(
          error(504, { details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } }),
        ),
      'refused',
    ],
  };

  it.each(Object.entries(forgetting))('%s lists again', async (_, [end, reason]) => {
    const parts = await watching();
    await end(parts.transport, parts.clock);
    await afterTheWait(parts);

    expect(parts.ends.map((each) => [each.reason, each.willList])).toEqual([[reason, true]]);
    expect(parts.transport.last.query('sendInitialEvents')).toBe(true);
  });

  it('because its version is too old lists again at once', async () => {
    const { transport, ends } = await watching();
    await transport.last.send(error(410));

    expect(ends[0]?.delayMs).toBe(0);
    expect(transport.streams).toHaveLength(2);
  });

  it('waits as long as the server asks for', async () => {
    const { transport, ends } = await watching();
    await transport.last.send(error(429, { details: { retryAfterSeconds: 9 } }));

    expect(ends[0]?.delayMs).toBe(9_000);
  });

  it('after two minutes of health goes on at once', async () => {
    const { transport, clock } = await watching();
    clock.advance(120_000);
    await transport.last.breakWith('UND_ERR_SOCKET');

    expect(transport.streams).toHaveLength(2);
  });

  it('again and again at once makes it wait longer and longer', async () => {
    const parts = await watching();
    for (let count = 0; count < 5; count += 1) {
      await parts.transport.last.send(bookmark(11 + count));
      await parts.transport.last.end();
      await afterTheWait(parts);
      await parts.transport.last.open();
    }

    expect(parts.ends.map(({ delayMs }) => delayMs)).toEqual([400, 800, 1_600, 3_200, 6_400]);
  });

  it('and showed nothing for half a minute, no bookmark either, makes it list again', async () => {
    const parts = await watching();
    await parts.transport.last.end();
    await afterTheWait(parts);
    await parts.transport.last.open();
    parts.clock.advance(150_000);
    await parts.transport.last.breakWith('Idle');

    expect(parts.ends.at(-1)).toMatchObject({ reason: 'idle', willList: true });
  });

  it('makes it list again when the last list is hours ago', async () => {
    const { transport, clock, ends } = await watching({ relistEveryMs: 300_000 });
    clock.advance(300_000);
    await transport.last.send(bookmark(11));
    await transport.last.end();

    expect(ends[0]).toMatchObject({ reason: 'completed', willList: true, delayMs: 0 });
    expect(transport.last.query('sendInitialEvents')).toBe(true);
  });
});

describe('a watch that does not open', () => {
  /** A reflector whose second stream has been asked for. */
  const asking = async () => {
    const parts = await watching();
    await parts.transport.last.end();
    await afterTheWait(parts);
    return parts;
  };

  it.each([
    ['410, the version is too old', 410, 'expired', true],
    ['400, something is wrong with the request', 400, 'refused', true],
    ['401, who are you', 401, 'refused', false],
    ['403, you may not', 403, 'refused', false],
    ['429, not now', 429, 'refused', false],
    ['503, out of order', 503, 'refused', false],
  ])('with %i lists again only where the version may be to blame', async (_, ...rest) => {
    const [status, reason, willList] = rest;
    const { transport, ends } = await asking();
    await transport.last.refuse(status);

    expect(ends.at(-1)).toMatchObject({ reason, willList });
  });

  it('because nobody is there is tried again from the same version', async () => {
    const parts = await asking();
    await parts.transport.last.fail(unreachable('ECONNREFUSED', 'nobody'));
    await afterTheWait(parts);

    expect(parts.ends.at(-1)).toMatchObject({ reason: 'unreachable', willList: false });
    expect(parts.transport.last.query('resourceVersion')).toBe('10');
  });

  it('waits as long as the header asks for', async () => {
    const { transport, ends } = await asking();
    await transport.last.refuse(429, {}, '20');

    expect(ends.at(-1)?.delayMs).toBe(20_000);
  });

  it('five times in a row lists again, as a server may not say that the version is to blame', async () => {
    const parts = await asking();
    for (let count = 0; count < 5; count += 1) {
      await parts.transport.last.refuse(500);
      await afterTheWait(parts);
    }

    expect(parts.ends.slice(1).map(({ willList }) => willList)).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});

describe('a list in the stream', () => {
  it('drops what was there before and is gone', async () => {
    const { transport, contents, changes } = await watching();
    await transport.last.send(error(410));
    await transport.last.open();
    await transport.last.send(event('ADDED', 'b', 20));
    expect(contents()).toEqual(['1', '20']);
    await transport.last.send(endOfList(21));

    expect(contents()).toEqual(['20']);
    expect(changes).toEqual(['a', 'b', 'a']);
  });

  it('forgets again what is deleted before it is complete', async () => {
    const { transport, contents } = await reflecting();
    await transport.last.open();
    await transport.last.send(event('ADDED', 'a', 1), event('DELETED', 'a', 2), endOfList(3));

    expect(contents()).toEqual([]);
  });

  it('that is cut before its end is asked for again, and drops nothing', async () => {
    const parts = await watching();
    await parts.transport.last.send(error(410));
    await parts.transport.last.open();
    await parts.transport.last.send(event('ADDED', 'b', 20));
    await parts.transport.last.breakWith('UND_ERR_SOCKET');
    await afterTheWait(parts);

    expect(parts.contents()).toEqual(['1', '20']);
    expect([parts.transport.streams.length, parts.transport.requests.length]).toEqual([3, 0]);
    expect(parts.transport.last.query('sendInitialEvents')).toBe(true);
  });

  it('does not undo a write of ours that it was read before', async () => {
    const { transport, reflector } = await watching();
    await transport.last.send(error(410));
    await transport.last.open();
    reflector.absorb(thing('a', 30), '1');
    await transport.last.send(event('ADDED', 'a', 1), endOfList(21));

    expect(reflector.get('a')).toBe('30');
  });
});

describe('a list in pages', () => {
  const twoPages = [page([thing('a', 1), thing('b', 2)], 10, 'token'), page([thing('c', 3)], 10)];

  it.each([400, 405, 422, 501])(
    'is asked for where streaming is refused with %i',
    async (status) => {
      const { transport, lists, contents } = await reflecting();
      transport.answers.push(...twoPages);
      await transport.last.refuse(status);

      expect(
        transport.requests.map(({ query }) => [query?.['limit'], query?.['continue']]),
      ).toEqual([
        [500, undefined],
        [500, 'token'],
      ]);
      expect([lists, contents()]).toEqual([['pages 3'], ['1', '2', '3']]);
      expect(transport.last.query('resourceVersion')).toBe('10');
    },
  );

  it.each([401, 403, 429, 500, 503])(
    'is not asked for where %i says nothing about streaming',
    async (status) => {
      const parts = await reflecting();
      await parts.transport.last.refuse(status);
      await afterTheWait(parts);

      expect(parts.transport.requests).toHaveLength(0);
      expect(parts.transport.last.query('sendInitialEvents')).toBe(true);
    },
  );

  it('is asked for where a streaming list never ends', async () => {
    const { transport, clock, lists } = await reflecting();
    transport.answers.push(...twoPages);
    await transport.last.open();
    await transport.last.send(event('ADDED', 'a', 1));
    clock.advance(120_000);
    await settled();

    expect(lists).toEqual(['pages 3']);
  });

  it('is asked for where a server ends the stream without the mark', async () => {
    const { transport, lists } = await reflecting();
    transport.answers.push(...twoPages);
    await transport.last.open();
    await transport.last.send(event('ADDED', 'a', 1));
    await transport.last.end();

    expect(lists).toEqual(['pages 3']);
  });

  it('is remembered: streaming is not tried again', async () => {
    const { transport } = await reflecting();
    transport.answers.push(...twoPages, page([], 50));
    await transport.last.refuse(422);
    await transport.last.open();
    await transport.last.send(error(410));

    expect(transport.requests).toHaveLength(3);
    expect(transport.last.query('resourceVersion')).toBe('50');
  });

  it('drops what was there before and is gone', async () => {
    const { transport, contents } = await reflecting();
    transport.answers.push(...twoPages, page([thing('c', 3)], 50));
    await transport.last.refuse(422);
    await transport.last.open();
    await transport.last.send(error(410));

    expect(contents()).toEqual(['3']);
  });

  it('that fails between its pages begins again, after a wait, and drops nothing', async () => {
    const parts = await reflecting();
    const { transport, contents, ends } = parts;
    const [first = page([], 0), second = page([], 0)] = twoPages;
    transport.answers.push(first, unreachable('ECONNRESET', 'cut'), first, second);
    await transport.last.refuse(422);
    expect(contents()).toEqual(['1', '2']);
    await afterTheWait(parts);

    expect(contents()).toEqual(['1', '2', '3']);
    expect(ends.map(({ reason }) => reason)).toEqual(['refused', 'unreachable']);
  });

  it('is asked for in smaller pages when one is too large', async () => {
    const { transport, lists } = await reflecting();
    transport.answers.push(unreachable('TooLarge', ''), unreachable('TooLarge', ''), ...twoPages);
    await transport.last.refuse(422);

    expect(transport.requests.map(({ query }) => query?.['limit'])).toEqual([500, 63, 8, 8]);
    expect(lists).toEqual(['pages 3']);
  });

  it('is given up when a single object is too large', async () => {
    const { transport, ends } = await reflecting();
    transport.answers.push(...Array.from({ length: 9 }, () => unreachable('TooLarge', '')));
    await transport.last.refuse(422);

    expect(transport.requests.map(({ query }) => query?.['limit'])).toEqual([500, 63, 8, 1]);
    expect(ends.at(-1)).toMatchObject({ reason: 'unreachable', willList: true });
  });

  it('is given up when the answer is no list', async () => {
    const { transport, ends } = await reflecting();
    transport.answers.push({ kind: 'ok', status: 200, body: {} });
    await transport.last.refuse(422);

    expect(ends.at(-1)).toMatchObject({ reason: 'unreachable', willList: true });
  });
});
