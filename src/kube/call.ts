// SPDX-License-Identifier: Apache-2.0
// One HTTP exchange on the pool: a deadline, the caller's signal, and an answer of bounded size. Never throws.

import type { Dispatcher } from 'undici';
import { unreachable, type Unreachable } from './api-answer.js';
import type { Clock } from './clock.js';
import { errorCode } from './error-code.js';
import { onAbort } from './on-abort.js';

/** What is sent, and how long and how much may come back. */
export interface CallOptions {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: string | null;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** The bytes of an answer, read to the end. */
export interface RawAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly retryAfter: string | string[] | undefined;
  readonly text: string;
}

/**
 * Resolves when the answer is complete, the deadline has passed (counted from now, so waiting for a free
 * connection is part of it) or `signal` aborts. A call that ends while it waits for a connection is not sent.
 */
export function call(
  pool: Dispatcher,
  clock: Clock,
  options: CallOptions,
): Promise<RawAnswer | Unreachable> {
  if (options.signal.aborted) return Promise.resolve(aborted());
  return new Promise((resolve) => {
    const exchange = new Exchange(options, clock, resolve);
    const { method, path, headers, body } = options;
    try {
      pool.dispatch({ method, path, headers: [...headers], body }, exchange);
    } catch (error) {
      exchange.onResponseError(undefined, error);
    }
  });
}

export const aborted = (): Unreachable => unreachable('Aborted', 'the call was given up');

export const timedOut = (timeoutMs: number): Unreachable =>
  unreachable('Timeout', `no answer within ${timeoutMs} ms`);

/** Tells undici to give up; it wants an Error. */
class GivenUp extends Error {}

/** Low-level handler of undici: half the work of its `request`, because nothing streams. */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: CallOptions;
  readonly #resolve: (answer: RawAnswer | Unreachable) => void;
  readonly #cancelDeadline: () => void;
  readonly #stopListening: () => void;
  #controller: Dispatcher.DispatchController | undefined;
  #isFinished = false;
  #status = 0;
  #retryAfter: string | string[] | undefined;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(
    options: CallOptions,
    clock: Clock,
    resolve: (answer: RawAnswer | Unreachable) => void,
  ) {
    this.#options = options;
    this.#resolve = resolve;
    const { timeoutMs, signal } = options;
    this.#cancelDeadline = clock.after(timeoutMs, () => this.#finish(timedOut(timeoutMs)));
    this.#stopListening = onAbort(signal, () => this.#finish(aborted()));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isFinished) controller.abort(new GivenUp());
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    this.#status = status;
    this.#retryAfter = headers['retry-after'];
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#options.maxBytes) this.#chunks.push(chunk);
    else this.#finish(unreachable('TooLarge', `more than ${this.#options.maxBytes} bytes`));
  }

  onResponseEnd(): void {
    const [only] = this.#chunks;
    const bytes =
      this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    this.#finish({
      kind: 'answer',
      status: this.#status,
      retryAfter: this.#retryAfter,
      text: bytes.toString('utf8'),
    });
  }

  onResponseError(_controller: unknown, error: unknown): void {
    const code = errorCode(error);
    this.#finish(unreachable(code, `the connection failed (${code})`));
  }

  #finish(answer: RawAnswer | Unreachable): void {
    if (this.#isFinished) return;
    this.#isFinished = true;
    this.#cancelDeadline();
    this.#stopListening();
    this.#resolve(answer);
    // After an answer this does nothing; before, it frees the connection.
    if (answer.kind === 'unreachable') this.#controller?.abort(new GivenUp());
  }
}
