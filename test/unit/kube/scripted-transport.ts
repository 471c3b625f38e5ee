// SPDX-License-Identifier: Apache-2.0
// A transport whose answers the test writes down one by one, with streams that the test feeds.

import { refused, unreachable } from '../../../src/kube/api-answer.js';
import type { ApiAnswer, Refused, Unreachable } from '../../../src/kube/api-answer.js';
import type { StreamAnswer, StreamItem } from '../../../src/kube/json-stream.js';
import type { ApiRequest, ApiStreamRequest } from '../../../src/kube/transport.js';
import { settled } from '../controller/fake-clock.js';

/** One stream that was asked for. */
export class ScriptedStream {
  readonly request: ApiStreamRequest;
  readonly #answer: (answer: StreamAnswer) => void;
  readonly #items: (StreamItem | undefined)[] = [];
  #wake = (): void => {};
  isLeft = false;

  constructor(request: ApiStreamRequest, answer: (answer: StreamAnswer) => void) {
    this.request = request;
    this.#answer = answer;
    request.signal.addEventListener('abort', () => {
      answer(unreachable('Aborted', 'given up'));
      void this.breakWith('Aborted');
    });
  }

  query(name: string): unknown {
    return this.request.query?.[name];
  }

  async open(): Promise<void> {
    this.#answer({ kind: 'open', items: this.#read() });
    await settled();
  }

  async fail(failure: Refused | Unreachable): Promise<void> {
    this.#answer(failure);
    await settled();
  }

  refuse(status: number, body: object = {}, retryAfter?: string): Promise<void> {
    return this.fail(refused(status, { kind: 'Status', ...body }, retryAfter));
  }

  async send(...lines: readonly unknown[]): Promise<void> {
    for (const value of lines) this.#items.push({ kind: 'json', value });
    this.#wake();
    await settled();
  }

  async breakWith(code: string): Promise<void> {
    this.#items.push({ kind: 'broken', code });
    this.#wake();
    await settled();
  }

  /** As a server does when timeoutSeconds are over. */
  async end(): Promise<void> {
    this.#items.push(undefined);
    this.#wake();
    await settled();
  }

  async *#read(): AsyncGenerator<StreamItem, void, undefined> {
    try {
      for (;;) {
        if (this.#items.length === 0) {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
        while (this.#items.length > 0) {
          const item = this.#items.shift();
          if (item === undefined) return;
          yield item;
          if (item.kind === 'broken') return;
        }
      }
    } finally {
      this.isLeft = true;
    }
  }
}

/** Remembers what was asked; requests take the next of `answers`. */
export class ScriptedTransport {
  readonly streams: ScriptedStream[] = [];
  readonly requests: ApiRequest[] = [];
  readonly answers: ApiAnswer[] = [];

  request(request: ApiRequest): Promise<ApiAnswer> {
    this.requests.push(request);
    return Promise.resolve(this.answers.shift() ?? unreachable('NoScript', 'nothing was written'));
  }

  stream(request: ApiStreamRequest): Promise<StreamAnswer> {
    return new Promise((resolve) => {
      this.streams.push(new ScriptedStream(request, resolve));
    });
  }

  /** The stream that was asked for last. */
  get last(): ScriptedStream {
    const stream = this.streams.at(-1);
    if (stream === undefined) throw new RangeError('no stream was asked for');
    return stream;
  }
}
