// SPDX-License-Identifier: Apache-2.0
// A raw HTTPS and JSON client for tests. It shares no code with the product, so that a test of what the server does
// cannot inherit what the product believes.

import { Agent, request as send } from 'undici';
import type { Dispatcher } from 'undici';

const DEFAULT_TIMEOUT_MS = 10_000;

export interface ApiClientOptions {
  readonly url: string;
  readonly caPem: string;
  /** The client certificate; with neither certificate nor token the client is anonymous. */
  readonly adminCertPem?: string;
  readonly adminKeyPem?: string;
  readonly token?: string;
}

/** Who the request is made as (impersonation headers; the caller needs the right to). */
export interface Impersonation {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface RequestOptions {
  readonly contentType?: string;
  readonly as?: Impersonation;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly timeoutMs?: number;
}

/** The parts of any Kubernetes object that tests look at. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ApiMetadata;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status: ApiObjectStatus;
  readonly data?: Readonly<Record<string, string>>;
  readonly items: readonly ApiObject[];
}

export interface ApiMetadata {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly managedFields?: readonly Readonly<Record<string, unknown>>[];
}

export interface ApiObjectStatus {
  readonly conditions?: readonly ApiCondition[];
  readonly certificate?: string;
  readonly allowed?: boolean;
  readonly userInfo?: ApiUserInfo;
}

export interface ApiUserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface ApiCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastUpdateTime?: string;
  readonly lastTransitionTime?: string;
}

/** A `Status` of kind Failure, as the server answers errors. */
export interface ApiFailure {
  readonly code: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly field?: string }[] };
  readonly metadata: { readonly continue?: string; readonly resourceVersion?: string };
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The object, where the answer is one; an empty object otherwise. */
  readonly body: ApiObject;
  /** The Status, where the answer is a failure. */
  readonly failure: ApiFailure | undefined;
  readonly text: string;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: ApiObject & Partial<ApiFailure>;
}

export interface WatchResponse {
  readonly status: number;
  /** The Status of a watch that was refused with an HTTP error. */
  readonly failure: ApiFailure | undefined;
  /** Ends when the server ends the stream; throws at the deadline. Leaving the loop closes the connection. */
  readonly events: AsyncGenerator<WatchEvent, void, undefined>;
}

export interface ApiClient {
  request(
    method: Dispatcher.HttpMethod,
    path: string,
    body?: unknown,
    options?: RequestOptions,
  ): Promise<ApiResponse>;
  get(path: string, options?: RequestOptions): Promise<ApiResponse>;
  create(path: string, body: unknown, options?: RequestOptions): Promise<ApiResponse>;
  /** A merge patch, unless the content type says otherwise. */
  patch(path: string, body: unknown, options?: RequestOptions): Promise<ApiResponse>;
  put(path: string, body: unknown, options?: RequestOptions): Promise<ApiResponse>;
  delete(path: string, options?: RequestOptions): Promise<ApiResponse>;
  watch(path: string, options?: RequestOptions): Promise<WatchResponse>;
  close(): Promise<void>;
}

export const MERGE_PATCH = 'application/merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';
export const STRATEGIC_MERGE_PATCH = 'application/strategic-merge-patch+json';
export const APPLY_PATCH = 'application/apply-patch+yaml';

/** Every request has a deadline (10 s unless said otherwise). The caller closes the client. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const agent = new Agent({
    connect: {
      ca: options.caPem,
      ...(options.adminCertPem === undefined ? {} : { cert: options.adminCertPem }),
      ...(options.adminKeyPem === undefined ? {} : { key: options.adminKeyPem }),
    },
  });

  const dispatch = (
    method: Dispatcher.HttpMethod,
    path: string,
    body: unknown,
    request: RequestOptions,
  ): Promise<Dispatcher.ResponseData> =>
    send(urlOf(options.url, path, request.query), {
      method,
      dispatcher: agent,
      headers: headersOf(options.token, request),
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(request.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    });

  const request: ApiClient['request'] = async (method, path, body, requestOptions = {}) => {
    const response = await dispatch(method, path, body, requestOptions);
    const text = await response.body.text();
    const { body: object, failure } = readBody(text);
    return { status: response.statusCode, headers: response.headers, body: object, failure, text };
  };

  return {
    request,
    get: (path, requestOptions) => request('GET', path, undefined, requestOptions),
    create: (path, body, requestOptions) => request('POST', path, body, requestOptions),
    put: (path, body, requestOptions) => request('PUT', path, body, requestOptions),
    delete: (path, requestOptions) => request('DELETE', path, undefined, requestOptions),
    patch: (path, body, requestOptions) =>
      request('PATCH', path, body, { contentType: MERGE_PATCH, ...requestOptions }),
    watch: async (path, requestOptions = {}) => {
      const query = { watch: true, ...requestOptions.query };
      const response = await dispatch('GET', path, undefined, { ...requestOptions, query });
      const status = response.statusCode;
      if (status === 200) return { status, failure: undefined, events: readEvents(response.body) };
      const { failure } = readBody(await response.body.text());
      return { status, failure, events: noEvents() };
    },
    close: () => agent.destroy(),
  };
}

function urlOf(base: string, path: string, query: RequestOptions['query'] = {}): string {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url.toString();
}

/** A flat list of names and values, because Impersonate-Group repeats. */
function headersOf(token: string | undefined, options: RequestOptions): string[] {
  const headers = ['Accept', 'application/json'];
  headers.push('Content-Type', options.contentType ?? 'application/json');
  if (token !== undefined) headers.push('Authorization', `Bearer ${token}`);
  const { as } = options;
  if (as === undefined) return headers;
  headers.push('Impersonate-User', as.user);
  if (as.uid !== undefined) headers.push('Impersonate-Uid', as.uid);
  for (const group of as.groups ?? []) headers.push('Impersonate-Group', group);
  for (const [key, values] of Object.entries(as.extra ?? {})) {
    const name = `Impersonate-Extra-${encodeURIComponent(key)}`;
    for (const value of values) headers.push(name, value);
  }
  return headers;
}

function readBody(text: string): Pick<ApiResponse, 'body' | 'failure'> {
  const parsed = parseJson(text);
  const failure = parsed as ApiFailure & { readonly kind?: string };
  const isFailure = failure.kind === 'Status' && typeof failure.code === 'number';
  return { body: parsed as ApiObject, failure: isFailure ? failure : undefined };
}

function parseJson(text: string): object {
  if (!text.startsWith('{')) return {};
  return JSON.parse(text) as object;
}

async function* readEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<WatchEvent, void, undefined> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of body) {
    const lines = (pending + decoder.decode(chunk, { stream: true })).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      if (line !== '') yield JSON.parse(line) as WatchEvent;
    }
  }
}

async function* noEvents(): AsyncGenerator<WatchEvent, void, undefined> {}
