// SPDX-License-Identifier: Apache-2.0
// One long answer of JSON lines, as the API server gives to a watch: opened with a deadline, ended when it is idle.

import type { Dispatcher } from 'undici';
import { refused, unreachable, type Refused, type Unreachable } from './api-answer.js';
import { aborted, timedOut } from './call.js';
import type { Clock } from './clock.js';
import { errorCode } from './error-code.js';
import { JsonLines } from './json-lines.js';
import { Lifetime } from './lifetime.js';

/** Of the body of a refusal; it is a Status of a few hundred. */
const MAX_REFUSAL_BYTES = 64 * 1024;

export interface StreamOptions {
  readonly path: string;
  readonly headers: readonly string[];
  readonly signal: AbortSignal;
  /** Until the answer's header is there. */
  readonly openTimeoutMs: number;
  /** Without a byte the stream counts as dead, though nobody closed it. */
  readonly idleTimeoutMs: number;
  readonly maxLineCharacters: number;
}

/** A value, or why the stream ended before the server closed it; nothing follows a `broken`. */
export type StreamItem =
  | { readonly kind: 'json'; readonly value: unknown }
  | {
      readonly kind: 'broken';
      /** `Aborted`, `Idle`, `LineTooLong`, `LineMalformed`, or a code of Node or undici. */
      readonly code: string;
    };

/** An open stream; it must be iterated, once. Leaving the loop closes the connection; it never throws. */
export type StreamAnswer =
  { readonly kind: 'open'; readonly items: AsyncIterable<StreamItem> } | Refused | Unreachable;

/** Resolves when the server has answered; the stream then lives until it ends, breaks, or `signal` aborts. */
export async function openJsonStream(
  pool: Dispatcher,
  clock: Clock,
  options: StreamOptions,
): Promise<StreamAnswer> {
  if (options.signal.aborted) return aborted();
  const life = new Lifetime(options.signal, clock);
  const cancelDeadline = life.endAfter(options.openTimeoutMs, 'Timeout');
  try {
    const { path, headers } = options;
    const response = await pool.request({
      method: 'GET',
      path,
      headers: [...headers],
      signal: life.signal,
    });
    const { statusCode, body } = response;
    if (statusCode === 200) {
      cancelDeadline();
      return { kind: 'open', items: readItems(body, life, options) };
    }
    const text = await readText(body, MAX_REFUSAL_BYTES);
    life.end();
    return refused(statusCode, parsed(text), response.headers['retry-after']);
  } catch (error) {
    life.end();
    if (life.endedBy === 'Timeout') return timedOut(options.openTimeoutMs);
    if (life.endedBy === 'Aborted') return aborted();
    const code = errorCode(error);
    return unreachable(code, `the connection failed (${code})`);
  }
}

async function* readItems(
  body: AsyncIterable<Uint8Array>,
  life: Lifetime,
  { idleTimeoutMs, maxLineCharacters }: StreamOptions,
): AsyncGenerator<StreamItem, void, undefined> {
  const lines = new JsonLines(maxLineCharacters);
  let cancelIdle = life.endAfter(idleTimeoutMs, 'Idle');
  try {
    for await (const chunk of body) {
      cancelIdle();
      cancelIdle = life.endAfter(idleTimeoutMs, 'Idle');
      for (const line of lines.push(chunk)) {
        yield line;
        if (line.kind === 'broken') return;
      }
    }
    // The server may close between lines only; half a line is a cut connection.
    if (lines.pending > 0) yield { kind: 'broken', code: 'LineMalformed' };
  } catch (error) {
    yield { kind: 'broken', code: life.endedBy ?? errorCode(error) };
  } finally {
    life.end();
  }
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) return '';
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
