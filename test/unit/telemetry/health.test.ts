import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parseHealthAddress, type ReadyCheck, serveHealth } from '../../../src/telemetry/health.js';
import { freePorts } from '../../support/control-plane-processes.js';

let stop = new AbortController();
afterEach(() => stop.abort());

/** Serves `checks` on a free port; answers as text. */
async function serve(checks: readonly ReadyCheck[]) {
  stop = new AbortController();
  const [port = 0] = await freePorts(1);
  const stopped = serveHealth({ host: '127.0.0.1', port }, checks, stop.signal);
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return [response.status, await response.text()];
  };
  return { get, port, stopped };
}

const fine: ReadyCheck = { name: 'requests', problem: () => undefined };
const bad: ReadyCheck = { name: 'policy', problem: () => 'no policy was loaded' };

describe('probes', () => {
  it('say ok while everything holds', async () => {
    const { get } = await serve([fine]);

    expect(await get('/livez')).toEqual([200, 'ok']);
    expect(await get('/readyz')).toEqual([200, 'ok']);
    expect(await get('/readyz?verbose')).toEqual([
      200,
      '[+]ping ok\n[+]requests ok\nreadyz check passed\n',
    ]);
  });

  it('say what is missing, and go on living', async () => {
    const { get } = await serve([bad, fine]);

    expect(await get('/readyz')).toEqual([
      500,
      '[+]ping ok\n[-]policy failed: no policy was loaded\n[+]requests ok\nreadyz check failed\n',
    ]);
    expect(await get('/livez')).toEqual([200, 'ok']);
    expect(await get('/livez?verbose')).toEqual([200, '[+]ping ok\nlivez check passed\n']);
    expect(await get('/metrics')).toEqual([404, 'not found\n']);
  });

  it('say what people should know of a check that holds, to who asks for more', async () => {
    const { get } = await serve([{ ...fine, note: () => 'stale' }, fine]);

    expect(await get('/readyz')).toEqual([200, 'ok']);
    expect(await get('/readyz?verbose')).toEqual([
      200,
      '[+]ping ok\n[+]requests ok: stale\n[+]requests ok\nreadyz check passed\n',
    ]);
  });

  it('answer what is no URL, and go on living', async () => {
    const { get, port } = await serve([fine]);
    const status = await new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '//' }, ({ statusCode }) => resolve(statusCode))
        .once('error', reject)
        .end();
    });

    expect(status).toBe(404);
    expect(await get('/livez')).toEqual([200, 'ok']);
  });

  it('end with their signal', async () => {
    const { stopped } = await serve([fine]);

    stop.abort();

    await expect(stopped).resolves.toBeUndefined();
  });

  it('reject when the address is taken', async () => {
    const { port } = await serve([fine]);

    await expect(
      serveHealth({ host: '127.0.0.1', port }, [fine], new AbortController().signal),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

it.each([
  [':8081', { host: undefined, port: 8081 }],
  ['127.0.0.1:8081', { host: '127.0.0.1', port: 8081 }],
  ['[::1]:8081', { host: '::1', port: 8081 }],
  ['8081', undefined],
  ['::1:8081', undefined],
  ['host:', undefined],
  [':65536', undefined],
])('%s is the address %j', (text, address) => {
  expect(parseHealthAddress(text)).toEqual(address);
});
