// SPDX-License-Identifier: Apache-2.0
// What tests can do to the small API server: break watches, order failures, make it forget, set its clock.

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startSmallApiServer } from '../../demo/api-server/small-api-server.js';
import type { SmallApiServer } from '../../demo/api-server/small-api-server.js';
import { createApiClient } from '../support/api-client.js';
import type { ApiClient, WatchEvent } from '../support/api-client.js';
import { CSR_PATH, csrObject, makeCsr } from '../support/control-plane-requests.js';

const BEGINNING_MS = Date.parse('2031-02-03T04:05:06Z');
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const JOURNAL_LENGTH = 4;

/** A clock that stands still until it is told otherwise. */
class HandClock {
  #nowMs = BEGINNING_MS;
  readonly #due: { readonly atMs: number; readonly act: () => void }[] = [];

  readonly nowMs = (): number => this.#nowMs;

  readonly after = (delayMs: number, act: () => void): (() => void) => {
    const entry = { atMs: this.#nowMs + delayMs, act };
    this.#due.push(entry);
    return () => void this.#due.splice(this.#due.indexOf(entry), 1);
  };

  pass(ms: number): void {
    this.#nowMs += ms;
    for (const { act } of this.#due.filter(({ atMs }) => atMs <= this.#nowMs)) act();
  }
}

const clock = new HandClock();
let server: SmallApiServer;
let api: ApiClient;

beforeAll(async () => {
  const tokens = { secret: { username: 'robot', groups: ['system:masters'] } };
  server = await startSmallApiServer({ clock, tokens, journalLength: JOURNAL_LENGTH });
});

beforeAll(() => {
  api = createApiClient(server);
});

const clients: ApiClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

afterAll(async () => {
  await api.close();
  await server.stop();
});

const watch = async (query: Record<string, string | number> = {}) =>
  (await api.watch(CONFIG_MAPS, { query: { timeoutSeconds: 60, ...query } })).events;

const write = (name: string) => api.create(CONFIG_MAPS, { metadata: { name } });

const rest = async (events: AsyncIterable<WatchEvent>): Promise<WatchEvent[]> => {
  const seen: WatchEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
};

describe('watches', () => {
  it('are cut: the connection breaks without an end', async () => {
    const events = await watch();

    server.cutWatches();

    await expect(rest(events)).rejects.toThrow('other side closed');
  });

  it('are expired: each ends with 410, and no older version can be watched from', async () => {
    const version = String(server.revision());
    const before = await watch();
    await write('expired');

    server.expireWatches();
    const again = await watch({ resourceVersion: version });

    expect((await rest(before)).at(-1)?.object.code).toBe(410);
    expect((await rest(again)).map(({ object }) => object.code)).toEqual([410]);
  });

  it('end when the clock says so', async () => {
    const events = await watch({ resourceVersion: server.revision() });

    clock.pass(61_000);

    expect(await rest(events)).toEqual([]);
  });

  it('remember a bounded number of changes', async () => {
    const version = server.revision();
    for (let count = 0; count <= 2 * JOURNAL_LENGTH; count += 1) await write(`many-${count}`);

    const events = await watch({ resourceVersion: version });

    expect((await rest(events)).map(({ object }) => object.code)).toEqual([410]);
  });
});

describe('ordered failures', () => {
  it('answer so many requests, and then no more', async () => {
    server.failNext(503, 2);

    const answers = [];
    for (let count = 0; count < 3; count += 1) answers.push((await api.get(CONFIG_MAPS)).status);

    expect(answers).toEqual([503, 503, 200]);
  });

  it('answer only the requests that they are meant for', async () => {
    server.failNext(429, 1, (method) => method === 'POST');

    const read = await api.get(CONFIG_MAPS);
    const written = await write('meant');

    expect([read.status, written.status]).toEqual([200, 429]);
  });
});

describe('the clock', () => {
  it('dates what is created and decided', async () => {
    const object = csrObject(await makeCsr({ cn: 'clock' }), { name: 'clock' });
    const created = await api.create(CSR_PATH, object);
    clock.pass(60_000);
    const approved = await api.patch(`${CSR_PATH}/clock/approval`, {
      status: { conditions: [{ type: 'Approved', status: 'True' }] },
    });

    const { creationTimestamp } = JSON.parse(created.text).metadata as Record<string, string>;
    const [condition] = approved.body.status.conditions ?? [];
    expect(Date.parse(condition?.lastUpdateTime ?? '') - Date.parse(creationTimestamp ?? '')).toBe(
      60_000,
    );
  });
});

describe('bearer tokens', () => {
  it('stand for the users that they were started with', async () => {
    const { url, caPem } = server;
    const robot = createApiClient({ url, caPem, token: 'secret' });
    const stranger = createApiClient({ url, caPem, token: 'guessed' });
    clients.push(robot, stranger);

    const statuses = [(await robot.get(CSR_PATH)).status, (await stranger.get(CSR_PATH)).status];

    expect(statuses).toEqual([200, 401]);
  });

  it('of bootstrap tokens are Secrets, and end when they expire', async () => {
    const { url, caPem } = server;
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    await api.create('/api/v1/namespaces/kube-system/secrets', {
      metadata: { name: 'bootstrap-token-abcdef' },
      type: 'bootstrap.kubernetes.io/token',
      data: {
        'token-id': base64('abcdef'),
        'token-secret': base64('0123456789abcdef'),
        'usage-bootstrap-authentication': base64('true'),
        expiration: base64(new Date(clock.nowMs() + 3_600_000).toISOString()),
      },
    });
    const kubelet = createApiClient({ url, caPem, token: 'abcdef.0123456789abcdef' });
    clients.push(kubelet);
    const whoAmI = () => kubelet.create('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});

    const before = await whoAmI();
    clock.pass(3_601_000);
    const after = await whoAmI();

    expect(before.body.status.userInfo).toEqual({
      username: 'system:bootstrap:abcdef',
      groups: ['system:bootstrappers', 'system:authenticated'],
    });
    expect(after.status).toBe(401);
  });
});
