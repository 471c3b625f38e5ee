// SPDX-License-Identifier: Apache-2.0
// The one way to the API server: a pool of connections, credentials, deadlines; JSON in, a typed answer out.

import type { Socket } from 'node:net';
import { buildConnector, Pool } from 'undici';
import { refused, unreachable, type ApiAnswer, type Unreachable } from './api-answer.js';
import { call, type RawAnswer } from './call.js';
import type { Clock } from './clock.js';
import { errorCode } from './error-code.js';
import { openJsonStream, type StreamAnswer } from './json-stream.js';
import { PeerNames } from './peer-names.js';
import type { ServerConfig } from './server-config.js';
import { createTokens } from './tokens.js';

/** Enough for one controller at full work, some of the other, and all watches, each of which holds one. */
const CONNECTIONS = 48;
const TIMEOUT_MS = 10_000;

/** kube-apiserver closes idle connections after 90 s and some load balancers after 60 s; be first. */
const IDLE_CONNECTION_MS = 45_000;
const TCP_KEEP_ALIVE_MS = 30_000;

/** A page of a list is the largest answer; see `list-pages.ts` for what happens when it is larger. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** etcd takes objects of 1.5 MiB; escaped, a byte can become six characters. */
const MAX_LINE_CHARACTERS = 16 * 1024 * 1024;

/** The server sends a bookmark every minute or so. */
const IDLE_STREAM_MS = 150_000;
const OPEN_STREAM_TIMEOUT_MS = 30_000;

/** Values that are undefined are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute path of the API, already escaped. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default `application/json`. */
  readonly contentType?: string;
  readonly signal: AbortSignal;
  /** Default 10 s; waiting for a free connection is part of it. */
  readonly timeoutMs?: number;
}

export interface ApiStreamRequest {
  readonly path: string;
  readonly query?: Query;
  readonly signal: AbortSignal;
  /** Until the server has answered; default 30 s. */
  readonly openTimeoutMs?: number;
  /** Without a byte for so long the stream breaks with `Idle`; default 150 s. */
  readonly idleTimeoutMs?: number;
}

export interface TransportOptions {
  readonly clock: Clock;
  /** Of this program, for the User-Agent. */
  readonly version: string;
  readonly connections?: number;
  readonly timeoutMs?: number;
  readonly maxAnswerBytes?: number;
  readonly maxLineCharacters?: number;
  /**
   * Told of each call once it was answered: its method, or WATCH for a stream, and the HTTP status or what went wrong.
   */
  readonly onCall?: (call: { readonly verb: string; readonly code: string }) => void;
}

/** Calls to one API server. Expected failures are answers, never exceptions. */
export interface Transport {
  /** One call. A 401 is repeated once when the token's source has another token by then. */
  request(request: ApiRequest): Promise<ApiAnswer>;
  /** A GET whose answer is a line of JSON for each event. */
  stream(request: ApiStreamRequest): Promise<StreamAnswer>;
  /**
   * The DNS names and addresses in every certificate that the API server has presented, and the configured
   * host. Connects when nothing did so far; when it cannot, only the host is known.
   */
  peerNames(): Promise<readonly string[]>;
  /** Ends all calls and connections. */
  close(): Promise<void>;
}

/** Nothing is opened before the first call. Throws TypeError when `config.baseUrl` is no URL. */
export function createTransport(config: ServerConfig, options: TransportOptions): Transport {
  const { clock } = options;
  const url = new URL(config.baseUrl);
  const prefix = url.pathname.replace(/\/+$/, '');
  const peer = new PeerNames();
  const pool = createPool(config, url, peer, options.connections ?? CONNECTIONS);
  const tokens = createTokens(config.token, clock);
  const fixedHeaders = ['Accept', 'application/json', 'User-Agent', userAgent(options.version)];

  /** Repeats `attempt` once with another token if the first was refused with 401. */
  async function authorized<A extends { readonly kind: string; readonly status?: number }>(
    attempt: (headers: readonly string[]) => Promise<A>,
  ): Promise<A | Unreachable> {
    for (let isRepeated = false; ; isRepeated = true) {
      let token: string | undefined;
      try {
        token = await tokens.current();
      } catch (error) {
        return unreachable('TokenUnavailable', `no bearer token (${errorCode(error)})`);
      }
      const answer = await attempt(
        token === undefined ? fixedHeaders : [...fixedHeaders, 'Authorization', `Bearer ${token}`],
      );
      if (answer.status !== 401 || isRepeated || !(await tokens.refused(token))) return answer;
    }
  }

  async function request(given: ApiRequest): Promise<ApiAnswer> {
    const body = given.body === undefined ? null : JSON.stringify(given.body);
    const path = prefix + given.path + queryText(given.query);
    const contentType = ['Content-Type', given.contentType ?? 'application/json'];
    const answer = await authorized((headers) =>
      call(pool, clock, {
        method: given.method,
        path,
        headers: body === null ? headers : [...headers, ...contentType],
        body,
        signal: given.signal,
        timeoutMs: given.timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS,
        maxBytes: options.maxAnswerBytes ?? MAX_ANSWER_BYTES,
      }),
    );
    const read = answer.kind === 'answer' ? readAnswer(answer) : answer;
    options.onCall?.({
      verb: given.method,
      code: read.kind === 'unreachable' ? read.code : String(read.status),
    });
    return read;
  }

  async function stream(given: ApiStreamRequest): Promise<StreamAnswer> {
    const answer = await authorized((headers) =>
      openJsonStream(pool, clock, {
        path: prefix + given.path + queryText(given.query),
        headers,
        signal: given.signal,
        openTimeoutMs: given.openTimeoutMs ?? OPEN_STREAM_TIMEOUT_MS,
        idleTimeoutMs: given.idleTimeoutMs ?? IDLE_STREAM_MS,
        maxLineCharacters: options.maxLineCharacters ?? MAX_LINE_CHARACTERS,
      }),
    );
    options.onCall?.({ verb: 'WATCH', code: codeOf(answer) });
    return answer;
  }

  return {
    request,
    stream,
    peerNames: async () => {
      if (!peer.hasSeen) {
        await request({ method: 'GET', path: '/version', signal: new AbortController().signal });
      }
      return [...new Set([url.hostname.replace(/^\[|\]$/g, ''), ...peer.names])];
    },
    close: () => pool.destroy(),
  };
}

function codeOf(answer: StreamAnswer): string {
  if (answer.kind === 'open') return '200';
  return answer.kind === 'unreachable' ? answer.code : String(answer.status);
}

const userAgent = (version: string): string => `kube-csr-approver/${version}`;

function createPool(config: ServerConfig, url: URL, peer: PeerNames, connections: number): Pool {
  const connect = buildConnector({
    ...(config.caPem === undefined ? {} : { ca: config.caPem }),
    ...(config.clientCertPem === undefined ? {} : { cert: config.clientCertPem }),
    ...(config.clientKeyPem === undefined ? {} : { key: config.clientKeyPem }),
    ...(config.serverName === undefined ? {} : { servername: config.serverName }),
    ...(config.insecureSkipTlsVerify === true ? { rejectUnauthorized: false } : {}),
    keepAlive: true,
    keepAliveInitialDelay: TCP_KEEP_ALIVE_MS,
    timeout: TIMEOUT_MS,
  });
  return new Pool(url.origin, {
    connections,
    pipelining: 1,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: IDLE_CONNECTION_MS,
    // Every call has its own deadline; undici's would cut quiet watches.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) => connect(options, observing(peer, callback)),
  });
}

function observing(peer: PeerNames, callback: buildConnector.Callback): buildConnector.Callback {
  return (...result) => {
    const socket: Socket | null = result[1];
    if (socket !== null) peer.observe(socket);
    callback(...result);
  };
}

function queryText(query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? '' : `?${search.toString()}`;
}

function readAnswer({ status, retryAfter, text }: RawAnswer): ApiAnswer {
  const body = parseJson(text);
  if (status < 200 || status >= 300) return refused(status, body, retryAfter);
  if (body === undefined && text !== '') return unreachable('NotJson', 'the answer is no JSON');
  return { kind: 'ok', status, body };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
