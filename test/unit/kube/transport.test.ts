// SPDX-License-Identifier: Apache-2.0
import { getEventListeners } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { realClock } from '../../../src/cli/clock.js';
import type { StreamItem } from '../../../src/kube/json-stream.js';
import type { ServerConfig } from '../../../src/kube/server-config.js';
import { createTransport } from '../../../src/kube/transport.js';
import type { Transport, TransportOptions } from '../../../src/kube/transport.js';
import { json, startHttpsServer } from './https-server.js';
import type { HttpsServer } from './https-server.js';

let server: HttpsServer;
let folder: string;
const transports: Transport[] = [];

beforeAll(async () => {
  server = await startHttpsServer();
  folder = await mkdtemp(join(tmpdir(), 'kube-csr-approver-transport-'));
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  server.received.length = 0;
  server.answerWith((response) => json(response, 200, { kind: 'Thing' }));
});
afterEach(async () => {
  for (const transport of transports.splice(0)) await transport.close();
});

function transportTo(
  config: Partial<ServerConfig> = {},
  options: Partial<TransportOptions> = {},
): Transport {
  const transport = createTransport(
    { baseUrl: server.url, caPem: server.caPem, token: { kind: 'none' }, ...config },
    { clock: realClock, version: '1.2.3', ...options },
  );
  transports.push(transport);
  return transport;
}

/** The real clock, and how many of its timers are still to run. */
function countingClock() {
  const timers = new Set<object>();
  const after: TransportOptions['clock']['after'] = (delayMs, run) => {
    const timer = {};
    timers.add(timer);
    const cancel = realClock.after(delayMs, () => {
      timers.delete(timer);
      run();
    });
    return () => {
      timers.delete(timer);
      cancel();
    };
  };
  return { timers, clock: { nowMs: () => realClock.nowMs(), after } };
}

const { signal } = new AbortController();
const get = { method: 'GET', path: '/thing', signal } as const;

describe('a call', () => {
  it('sends method, path, query, body and its content type, and who we are', async () => {
    await transportTo().request({
      method: 'PATCH',
      path: '/thing/approval',
      query: { fieldManager: 'a b', limit: 5, absent: undefined },
      contentType: 'application/merge-patch+json',
      body: { a: 1 },
      signal,
    });

    expect(server.received[0]).toMatchObject({
      method: 'PATCH',
      url: '/thing/approval?fieldManager=a+b&limit=5',
      body: '{"a":1}',
      headers: {
        'content-type': 'application/merge-patch+json',
        'user-agent': 'kube-csr-approver/1.2.3',
        accept: 'application/json',
      },
    });
  });

  it('reaches a server that lives under a path', async () => {
    await transportTo({ baseUrl: `${server.url}/k8s/clusters/c-1/` }).request(get);

    expect(server.received[0]?.url).toBe('/k8s/clusters/c-1/thing');
  });

  it('is answered with the status and the parsed body', async () => {
    server.answerWith((response) => json(response, 201, { kind: 'Thing', name: 'ä' }));

    expect(await transportTo().request(get)).toEqual({
      kind: 'ok',
      status: 201,
      body: { kind: 'Thing', name: 'ä' },
    });
  });

  it('finds the connections of those before it open', async () => {
    const transport = transportTo();
    const before = server.connections;
    for (let count = 0; count < 10; count += 1) await transport.request(get);

    // undici gives a connection back one turn of the event loop after its answer.
    expect(server.connections - before).toBeLessThanOrEqual(2);
  });

  it('opens no more connections than it was told, and the others wait', async () => {
    const transport = transportTo({}, { connections: 2 });
    const before = server.connections;
    const answers = await Promise.all(Array.from({ length: 10 }, () => transport.request(get)));

    expect(answers.every(({ kind }) => kind === 'ok')).toBe(true);
    expect(server.connections - before).toBe(2);
  });

  it('that is refused has status, reason and message of the server, and how long to wait', async () => {
    server.answerWith((response) => {
      response.writeHead(429, { 'retry-after': '7' });
      response.end(
        '{"kind":"Status","reason":"TooManyRequests","message":"slow\\ndown","code":429}',
      );
    });

    expect(await transportTo().request(get)).toEqual({
      kind: 'refused',
      status: 429,
      reason: 'TooManyRequests',
      message: 'slow\\u{a}down',
      causes: [],
      retryAfterMs: 7_000,
    });
  });

  it('through a proxy that answers with a page of its own shows nothing of the page', async () => {
    server.answerWith((response) => response.writeHead(502).end('<html>secret</html>'));

    expect(await transportTo().request(get)).toMatchObject({
      kind: 'refused',
      status: 502,
      reason: '',
      message: 'HTTP 502',
    });
  });

  it('does not follow a redirection', async () => {
    server.answerWith((response) => response.writeHead(302, { location: '/other' }).end());

    expect(await transportTo().request(get)).toMatchObject({ kind: 'refused', status: 302 });
    expect(server.received).toHaveLength(1);
  });
});

describe('a call without a usable answer', () => {
  it('ends at its deadline when the server is silent', async () => {
    server.answerWith(() => {});

    expect(await transportTo().request({ ...get, timeoutMs: 30 })).toEqual({
      kind: 'unreachable',
      code: 'Timeout',
      message: 'no answer within 30 ms',
    });
  });

  it('ends at its deadline when the answer never ends', async () => {
    server.answerWith((response) => response.writeHead(200).write('{'));

    expect(await transportTo().request({ ...get, timeoutMs: 30 })).toMatchObject({
      code: 'Timeout',
    });
  });

  it('ends at its deadline when no connection becomes free, and is not sent later', async () => {
    const transport = transportTo({}, { connections: 1 });
    let release = (): void => {};
    server.answerWith((response) => {
      release = () => json(response, 200, {});
    });
    const first = transport.request(get);
    const second = await transport.request({ ...get, path: '/second', timeoutMs: 30 });
    release();
    await first;
    server.answerWith((response) => json(response, 200, {}));
    await transport.request({ ...get, path: '/third' });

    expect(second).toMatchObject({ kind: 'unreachable', code: 'Timeout' });
    expect(server.received.map(({ url }) => url)).toEqual(['/thing', '/third']);
  });

  it('ends with its caller', async () => {
    const controller = new AbortController();
    server.answerWith(() => controller.abort());

    const answer = await transportTo().request({ ...get, signal: controller.signal });

    expect(answer).toMatchObject({ kind: 'unreachable', code: 'Aborted' });
  });

  it('of many with one caller leaves no listener behind', async () => {
    const controller = new AbortController();
    const call = { ...get, signal: controller.signal };
    const transport = transportTo();
    await Promise.all(Array.from({ length: 30 }, () => transport.request(call)));

    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('that was answered leaves no timer behind', async () => {
    const { timers, clock } = countingClock();
    await transportTo({}, { clock }).request(get);

    expect(timers.size).toBe(0);
  });

  it('is not begun for a caller who has gone', async () => {
    const answer = await transportTo().request({ ...get, signal: AbortSignal.abort() });

    expect(answer).toMatchObject({ kind: 'unreachable', code: 'Aborted' });
    expect(server.received).toHaveLength(0);
  });

  it('leaves the connection usable for others after a deadline', async () => {
    const transport = transportTo({}, { connections: 1 });
    server.answerWith(() => {});
    await transport.request({ ...get, timeoutMs: 30 });
    server.answerWith((response) => json(response, 200, {}));

    expect(await transport.request(get)).toMatchObject({ kind: 'ok' });
  });

  it('says that the connection was cut', async () => {
    server.answerWith((response) => response.socket?.destroy());

    expect(await transportTo().request(get)).toMatchObject({
      kind: 'unreachable',
      code: 'UND_ERR_SOCKET',
    });
  });

  it('says that nobody listens', async () => {
    const transport = transportTo({ baseUrl: 'https://127.0.0.1:1' });

    expect(await transport.request(get)).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('says that the certificate is not from the authority that was given', async () => {
    const other = await startHttpsServer();
    const answer = await transportTo({ caPem: other.caPem }).request(get);
    await other.close();

    expect(answer).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
  });

  it('says that the certificate is for another name than the one to expect', async () => {
    const answer = await transportTo({ serverName: 'other.example' }).request(get);

    expect(answer).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('is cut off when the answer is larger than agreed', async () => {
    server.answerWith((response) => json(response, 200, { text: 'x'.repeat(2_000) }));

    expect(await transportTo({}, { maxAnswerBytes: 1_000 }).request(get)).toMatchObject({
      kind: 'unreachable',
      code: 'TooLarge',
    });
  });

  it('says that the answer is no JSON', async () => {
    server.answerWith((response) => response.writeHead(200).end('ok'));

    expect(await transportTo().request(get)).toMatchObject({ code: 'NotJson' });
  });

  it('says that the transport was closed', async () => {
    const transport = transportTo();
    await transport.close();

    expect(await transport.request(get)).toMatchObject({ code: 'UND_ERR_DESTROYED' });
  });
});

describe('a bearer token', () => {
  const authorizations = (): readonly (string | undefined)[] =>
    server.received.map(({ headers }) => headers.authorization);
  const accepting = (token: string): void =>
    server.answerWith((response, { headers }) =>
      json(response, headers.authorization === `Bearer ${token}` ? 200 : 401, {}),
    );

  it('is sent with every call', async () => {
    await transportTo({ token: { kind: 'static', token: 't0' } }).request(get);

    expect(authorizations()).toEqual(['Bearer t0']);
  });

  it('of a file is read again, and the call repeated, when the server refuses the one we have', async () => {
    const path = join(folder, 'renewed');
    await writeFile(path, 'old\n');
    const transport = transportTo({ token: { kind: 'file', path } });
    accepting('old');
    await transport.request(get);
    await writeFile(path, 'new\n');
    accepting('new');

    expect(await transport.request(get)).toMatchObject({ kind: 'ok' });
    expect(authorizations()).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
  });

  it('of a file that is still the same is not tried again', async () => {
    const path = join(folder, 'same');
    await writeFile(path, 'old');
    accepting('new');

    expect(await transportTo({ token: { kind: 'file', path } }).request(get)).toMatchObject({
      kind: 'refused',
      status: 401,
    });
    expect(authorizations()).toEqual(['Bearer old']);
  });

  it('that is refused again when it is another is not tried a third time', async () => {
    let count = 0;
    accepting('none');
    const token = {
      kind: 'function',
      get: () => Promise.resolve(`t${(count += 1)}`),
    } as const;

    expect(await transportTo({ token }).request(get)).toMatchObject({ status: 401 });
    expect(authorizations()).toEqual(['Bearer t1', 'Bearer t3']);
  });

  it('that cannot be read is said without sending the call', async () => {
    const path = join(folder, 'missing');

    expect(await transportTo({ token: { kind: 'file', path } }).request(get)).toEqual({
      kind: 'unreachable',
      code: 'TokenUnavailable',
      message: 'no bearer token (ENOENT)',
    });
    expect(server.received).toHaveLength(0);
  });

  it('with characters that no header may have is not sent, and not shown', async () => {
    const token = 'secret\nX-Evil: 1';
    const answer = await transportTo({ token: { kind: 'static', token } }).request(get);

    expect(answer).toMatchObject({ kind: 'unreachable', code: 'UND_ERR_INVALID_ARG' });
    expect(JSON.stringify(answer)).not.toContain('secret');
    expect(server.received).toHaveLength(0);
  });
});

describe('the names of the server', () => {
  it('are those of its certificate and the host that we call', async () => {
    const names = await transportTo().peerNames();

    expect(names).toEqual([
      '127.0.0.1',
      'localhost',
      'kubernetes.default.svc',
      'FD00:0:0:0:0:0:0:1',
    ]);
  });

  it('are known without another call once there was a connection', async () => {
    const transport = transportTo();
    await transport.request(get);
    await transport.peerNames();

    expect(server.received).toHaveLength(1);
  });

  it('are only the host while the server cannot be reached', async () => {
    const transport = transportTo({ baseUrl: 'https://127.0.0.1:1' });

    expect(await transport.peerNames()).toEqual(['127.0.0.1']);
  });
});

describe('a stream', () => {
  const read = async (
    transport: Transport,
    options: { readonly idleTimeoutMs?: number } = {},
  ): Promise<readonly StreamItem[]> => {
    const stream = await transport.stream({ path: '/things', signal, ...options });
    if (stream.kind !== 'open') throw new Error(JSON.stringify(stream));
    const items: StreamItem[] = [];
    for await (const item of stream.items) items.push(item);
    return items;
  };
  const value = (number: number): StreamItem => ({ kind: 'json', value: { number } });

  it('gives each line as it comes, and ends with the server', async () => {
    server.answerWith((response) => response.writeHead(200).end('{"number":1}\n{"number":2}\n'));

    expect(await read(transportTo())).toEqual([value(1), value(2)]);
  });

  it('breaks when the connection is cut', async () => {
    server.answerWith((response) => {
      response.writeHead(200).write('{"number":1}\n', () => response.socket?.destroy());
    });

    expect(await read(transportTo())).toEqual([
      value(1),
      { kind: 'broken', code: 'UND_ERR_SOCKET' },
    ]);
  });

  it('breaks when the server ends it within a line', async () => {
    server.answerWith((response) => response.writeHead(200).end('{"number":1}\n{"numb'));

    expect(await read(transportTo())).toEqual([
      value(1),
      { kind: 'broken', code: 'LineMalformed' },
    ]);
  });

  it('breaks at a line that is no JSON, and gives nothing that follows', async () => {
    server.answerWith((response) => response.writeHead(200).end('{"number":1}\noops\n{}\n'));

    expect(await read(transportTo())).toEqual([
      value(1),
      { kind: 'broken', code: 'LineMalformed' },
    ]);
  });

  it('breaks at a line that is too long', async () => {
    server.answerWith((response) => response.writeHead(200).end(`"${'x'.repeat(200)}"\n`));

    expect(await read(transportTo({}, { maxLineCharacters: 100 }))).toEqual([
      { kind: 'broken', code: 'LineTooLong' },
    ]);
  });

  it('breaks when the server is silent for too long', async () => {
    server.answerWith((response) => response.writeHead(200).write('{"number":1}\n'));

    expect(await read(transportTo(), { idleTimeoutMs: 100 })).toEqual([
      value(1),
      { kind: 'broken', code: 'Idle' },
    ]);
  });

  it('ends with its caller', async () => {
    const controller = new AbortController();
    server.answerWith((response) => response.writeHead(200).write('{"number":1}\n'));
    const stream = await transportTo().stream({ path: '/things', signal: controller.signal });
    const items: StreamItem[] = [];
    if (stream.kind === 'open') {
      for await (const item of stream.items) {
        items.push(item);
        controller.abort();
      }
    }

    expect(items).toEqual([value(1), { kind: 'broken', code: 'Aborted' }]);
  });

  it('gives its connection back when its reader leaves', async () => {
    const transport = transportTo({}, { connections: 1 });
    server.answerWith((response) => response.writeHead(200).write('{"number":1}\n'));
    const stream = await transport.stream({ path: '/things', signal });
    if (stream.kind === 'open') for await (const item of stream.items) if (item) break;
    server.answerWith((response) => json(response, 200, {}));

    expect(await transport.request({ ...get, timeoutMs: 2_000 })).toMatchObject({ kind: 'ok' });
  });

  it('leaves neither timer nor listener behind, whoever ends it', async () => {
    const { timers, clock } = countingClock();
    const controller = new AbortController();
    const transport = transportTo({}, { clock });
    const things = { path: '/things', signal: controller.signal };
    server.answerWith((response) => response.writeHead(200).end('1\n2\n'));
    const ended = await transport.stream(things);
    const left = await transport.stream(things);
    if (ended.kind !== 'open' || left.kind !== 'open') throw new Error('not open');
    const items: StreamItem[] = [];
    for await (const item of ended.items) items.push(item);
    for await (const item of left.items) if (item) break;

    expect(items).toHaveLength(2);
    expect(timers.size).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('lives longer than it may take to open', async () => {
    server.answerWith((response) => {
      response.writeHead(200).write('1\n');
      realClock.after(400, () => response.end('2\n'));
    });
    const stream = await transportTo().stream({ path: '/things', signal, openTimeoutMs: 250 });
    const items: StreamItem[] = [];
    if (stream.kind === 'open') for await (const item of stream.items) items.push(item);

    expect(items).toEqual([
      { kind: 'json', value: 1 },
      { kind: 'json', value: 2 },
    ]);
  });

  it('that is refused says why', async () => {
    server.answerWith((response) => {
      json(response, 410, { kind: 'Status', reason: 'Expired', message: 'too old', code: 410 });
    });

    expect(await transportTo().stream({ path: '/things', signal })).toMatchObject({
      kind: 'refused',
      status: 410,
      reason: 'Expired',
    });
  });

  it('that does not open in time is given up', async () => {
    server.answerWith(() => {});

    const stream = transportTo().stream({ path: '/things', signal, openTimeoutMs: 30 });

    expect(await stream).toMatchObject({ kind: 'unreachable', code: 'Timeout' });
  });
});
