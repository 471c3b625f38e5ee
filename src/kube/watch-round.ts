// SPDX-License-Identifier: Apache-2.0
// One watch from its opening to its end, with or without the list that it may begin with. It decides nothing about
// what comes after: that is the reflector's.

import type { Refused, Unreachable } from './api-answer.js';
import type { Clock } from './clock.js';
import type { StreamItem } from './json-stream.js';
import { Lifetime } from './lifetime.js';
import type { EndReason } from './reflector-observer.js';
import type { Query, Transport } from './transport.js';
import { readWatchEvent } from './watch-event.js';

/** A watch is asked to last this long, at random, so that not all of them end together. */
const MIN_WATCH_SECONDS = 290;
const MAX_WATCH_SECONDS = 590;

/** How much longer than asked for a watch may last. */
const WATCHDOG_MS = 30_000;

/** A streaming list that has not ended by then never will; pages are slower but always end. */
const STREAMED_LIST_TIMEOUT_MS = 120_000;

/** A watch that showed nothing for so long, no bookmark either, may wait for a version that will never come. */
const BLIND_MS = 30_000;

/** What servers answer that do not know, or do not allow, streaming lists. */
const STREAMING_REFUSED: ReadonlySet<number> = new Set([400, 405, 422, 501]);

/** Refusals that say nothing about our resourceVersion. */
const KEEPS_VERSION: ReadonlySet<number> = new Set([401, 403, 408, 429]);

/** What is watched, and with what. */
export interface RoundSource {
  readonly transport: Pick<Transport, 'request' | 'stream'>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly path: string;
  /** Selectors. */
  readonly query: Query;
}

/** Who takes what is seen. Must not throw. */
export interface RoundSink {
  /** Takes an object; answers its key, if it has one. */
  put(object: unknown): string | undefined;
  remove(object: unknown): void;
  /** The server showed something. */
  contacted(): void;
  /** A watch without a list, or past it, showed something: what is known is what the server has. */
  followed(): void;
  /** The list is complete: what is not in `keys` is gone. */
  listed(how: 'stream' | 'pages', keys: ReadonlySet<string>, beganAtMs: number): void;
  /** A watch goes on from here. */
  watching(): void;
}

/** How a list or a watch ended. */
export interface RoundEnd {
  readonly reason: EndReason;
  readonly message: string;
  /** How long the stream was open; 0 when it never was. */
  readonly livedMs: number;
  /** Where a watch can go on; undefined when everything has to be listed. */
  readonly version: string | undefined;
  readonly retryAfterMs?: number;
  /** The server does not stream lists. */
  readonly refusesStreaming?: boolean;
}

/** Watches from version `from`, or, without one, asks for a list in the stream first. Never throws. */
export async function watchRound(
  source: RoundSource,
  sink: RoundSink,
  from: string | undefined,
  signal: AbortSignal,
): Promise<RoundEnd> {
  const { transport, clock, path, query } = source;
  const seconds = watchSeconds(source.random);
  const life = new Lifetime(signal, clock);
  life.endAfter(seconds * 1000 + WATCHDOG_MS, 'Watchdog');
  const watch = new Watch(sink, clock, from);
  try {
    const stream = await transport.stream({
      path,
      query: { ...query, ...watchQuery(from), timeoutSeconds: seconds },
      signal: life.signal,
    });
    if (stream.kind !== 'open') return endOfFailure(stream, from);
    watch.opened();
    if (from === undefined) watch.listBy(life.endAfter(STREAMED_LIST_TIMEOUT_MS, 'Watchdog'));
    for await (const item of stream.items) {
      const end = watch.take(item);
      if (end !== undefined) return end;
    }
    return watch.end('completed', 'the server ended the watch');
  } finally {
    life.end();
  }
}

const watchSeconds = (random: () => number): number =>
  MIN_WATCH_SECONDS + Math.floor(random() * (MAX_WATCH_SECONDS - MIN_WATCH_SECONDS + 1));

const watchQuery = (from: string | undefined): Query => ({
  watch: true,
  allowWatchBookmarks: true,
  ...(from === undefined
    ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
    : { resourceVersion: from }),
});

/** What an open watch has come to. */
class Watch {
  readonly #sink: RoundSink;
  readonly #clock: Clock;
  readonly #beganAtMs: number;
  #openedAtMs = 0;
  #hasReceived = false;
  #version: string | undefined;
  /** Keys of the list that is being received. */
  #listing: Set<string> | undefined;
  #cancelDeadline = (): void => {};

  constructor(sink: RoundSink, clock: Clock, from: string | undefined) {
    this.#sink = sink;
    this.#clock = clock;
    this.#beganAtMs = clock.nowMs();
    this.#version = from;
    if (from === undefined) this.#listing = new Set();
  }

  get #isListing(): boolean {
    return this.#listing !== undefined;
  }

  /** Calls off the deadline of the list once it is complete. */
  listBy(cancelDeadline: () => void): void {
    this.#cancelDeadline = cancelDeadline;
  }

  opened(): void {
    this.#openedAtMs = this.#clock.nowMs();
    if (!this.#isListing) this.#sink.watching();
  }

  /** Takes one line; an answer means that the watch is over. */
  take(item: StreamItem): RoundEnd | undefined {
    if (item.kind === 'broken') return this.#broken(item.code);
    this.#hasReceived = true;
    this.#sink.contacted();
    const event = readWatchEvent(item.value);
    switch (event.kind) {
      case 'put':
        this.#note(this.#sink.put(event.object));
        break;
      case 'delete':
        this.#sink.remove(event.object);
        break;
      case 'bookmark':
        if (event.endsList) this.#listed();
        break;
      case 'error':
        return { ...endOfFailure(event.refusal, this.#version), livedMs: this.#livedMs() };
      case 'malformed':
        return this.end('malformed', 'a line is no watch event');
    }
    // A list that is cut short has no version to go on from.
    if (!this.#isListing) {
      this.#version = event.version;
      this.#sink.followed();
    }
    return undefined;
  }

  end(reason: EndReason, message: string): RoundEnd {
    const livedMs = this.#livedMs();
    const isBlind = !this.#hasReceived && livedMs >= BLIND_MS;
    // Not so when the connection broke: then the list may come another time.
    const neverLists = this.#isListing && (reason === 'completed' || reason === 'watchdog');
    return {
      reason,
      message,
      livedMs,
      version: isBlind ? undefined : this.#version,
      ...(neverLists ? { refusesStreaming: true } : {}),
    };
  }

  #broken(code: string): RoundEnd {
    switch (code) {
      case 'Aborted':
        return this.end('watchdog', 'the watch lasted longer than asked for');
      case 'Idle':
        return this.end('idle', 'the watch was silent');
      case 'LineMalformed':
      case 'LineTooLong':
        return this.end('malformed', `the watch broke (${code})`);
      default:
        return this.end('cut', `the connection broke (${code})`);
    }
  }

  #note(key: string | undefined): void {
    if (key !== undefined) this.#listing?.add(key);
  }

  #listed(): void {
    const keys = this.#listing;
    if (keys === undefined) return;
    this.#listing = undefined;
    this.#cancelDeadline();
    this.#sink.listed('stream', keys, this.#beganAtMs);
    this.#sink.watching();
  }

  #livedMs(): number {
    return this.#clock.nowMs() - this.#openedAtMs;
  }
}

/** The end of a list or watch that the server refused, or that did not reach it. */
export function endOfFailure(
  failure: Refused | Unreachable,
  version: string | undefined,
): RoundEnd {
  if (failure.kind === 'unreachable') {
    const message = `${failure.code}: ${failure.message}`;
    return { reason: 'unreachable', message, livedMs: 0, version };
  }
  const { status, message, retryAfterMs } = failure;
  return {
    reason: status === 410 ? 'expired' : 'refused',
    message: `${status}: ${message}`,
    livedMs: 0,
    version: keepsVersion(failure) ? version : undefined,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(version === undefined && STREAMING_REFUSED.has(status) ? { refusesStreaming: true } : {}),
  };
}

/** A server that was restored from a backup has never heard of our version, and says so with a 504. */
function keepsVersion({ status, causes }: Refused): boolean {
  if (causes.some((cause) => cause.endsWith('ResourceVersionTooLarge'))) return false;
  return status >= 500 || KEEPS_VERSION.has(status);
}
