// SPDX-License-Identifier: Apache-2.0
// A proxy in front of an API server that terminates TLS: it can hold a call back, lose its answer, cut every
// connection, and tell what was asked.

import {
  Agent,
  createServer,
  request as send,
  type RequestOptions as HttpsOptions,
} from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAuthority, issueCertificate, SERVER_AUTH } from './control-plane-certificates.js';
import type { KeyPairPem } from './control-plane-certificates.js';

/** One call that came through. */
export interface ProxiedCall {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly atMs: number;
  /** Undefined until it is known. */
  meddling: Meddling | undefined;
  /** Of the server's answer; undefined while there is none. */
  status: number | undefined;
}

/** What becomes of a call: `pass`; `cut` before the server has it; `lose` the answer once the server gave it. */
export type Meddling = 'pass' | 'cut' | 'lose';

/** Asked for each call before it is passed on; may take its time. */
export type Meddle = (call: ProxiedCall) => Meddling | Promise<Meddling>;

export interface MeddlingProxy {
  readonly url: string;
  /** The authority of its own certificate. */
  readonly caPem: string;
  readonly calls: readonly ProxiedCall[];
  meddle(how: Meddle): void;
  /** Breaks every connection of its clients, with whatever runs over it. */
  cutAll(): void;
  stop(): Promise<void>;
}

/** Where a proxy listens and how it proves that it is one; may be used again when it has stopped. */
export interface ProxyPlace {
  readonly port: number;
  readonly own: KeyPairPem;
  readonly caPem: string;
}

/** A place for a proxy on loopback; port 0 is any free one. */
export async function proxyPlace(port = 0): Promise<ProxyPlace> {
  const authority = await createAuthority('proxy-ca');
  const own = await issueCertificate(authority, {
    subject: [{ CN: ['proxy'] }],
    names: [{ type: 'ip', value: '127.0.0.1' }],
    extendedKeyUsages: [SERVER_AUTH],
  });
  return { port, own, caPem: authority.certPem };
}

/** Listens and passes calls on as whoever `as` authenticates. */
export async function startMeddlingProxy(
  upstream: { readonly url: string; readonly caPem: string },
  as: KeyPairPem,
  place?: ProxyPlace,
): Promise<MeddlingProxy> {
  const { port, own, caPem } = place ?? (await proxyPlace());
  const agent = new Agent({
    keepAlive: true,
    ca: upstream.caPem,
    cert: as.certPem,
    key: as.keyPem,
  });
  const calls: ProxiedCall[] = [];
  const sockets = new Set<Socket>();
  let meddle: Meddle = () => 'pass';

  const server = createServer({ cert: own.certPem, key: own.keyPem }, (asked, answer) => {
    const { method = 'GET', url: path = '/' } = asked;
    const unknown = { meddling: undefined, status: undefined };
    const call: ProxiedCall = { method, path, atMs: performance.now(), ...unknown };
    calls.push(call);
    void serve(call, asked, answer);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  const serve = async (
    call: ProxiedCall,
    asked: IncomingMessage,
    answer: ServerResponse,
  ): Promise<void> => {
    call.meddling = await meddle(call);
    if (call.meddling === 'cut') asked.socket.destroy();
    else passOn({ url: new URL(call.path, upstream.url), agent }, { call, asked, answer });
  };

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem,
    calls,
    meddle: (how) => {
      meddle = how;
    },
    cutAll,
    stop: async () => {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      cutAll();
      agent.destroy();
      await closed;
    },
  };
}

function passOn(
  target: { readonly url: URL; readonly agent: Agent },
  exchange: {
    readonly call: ProxiedCall;
    readonly asked: IncomingMessage;
    readonly answer: ServerResponse;
  },
): void {
  const { call, asked, answer } = exchange;
  const { host: _, ...headers } = asked.headers;
  const options: HttpsOptions = { method: call.method, headers, agent: target.agent };
  const passed = send(target.url, options, (given) => {
    call.status = given.statusCode;
    if (call.meddling === 'lose') {
      given.resume();
      asked.socket.destroy();
      return;
    }
    answer.writeHead(given.statusCode ?? 502, given.headers);
    // A watch says nothing for a while after its headers.
    answer.flushHeaders();
    given.on('error', () => asked.socket.destroy());
    given.pipe(answer);
  });
  passed.on('error', () => asked.socket.destroy());
  answer.on('close', () => {
    if (!asked.complete) call.meddling = 'cut';
    // What the server has of a write it carries out; a watch would go on for ever.
    if (!asked.complete || call.method === 'GET') passed.destroy();
  });
  asked.pipe(passed);
}
