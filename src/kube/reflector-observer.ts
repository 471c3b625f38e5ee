// SPDX-License-Identifier: Apache-2.0
// What a reflector tells about itself, for metrics and the log.

/** Why a list or a watch ended; a closed set, fit for a metric label. */
export type EndReason =
  /** The server closed it in order, as it does when its time is over. */
  | 'completed'
  /** 410: our resourceVersion is too old. */
  | 'expired'
  /** No byte for too long. */
  | 'idle'
  /** It outlived the time that was asked for. */
  | 'watchdog'
  /** The connection broke. */
  | 'cut'
  /** A line that was no watch event, or too long. */
  | 'malformed'
  /** An HTTP error, or an ERROR event. */
  | 'refused'
  /** No connection, no answer in time, no token. */
  | 'unreachable';

/** The end of one list or watch. */
export interface StreamEnd {
  readonly reason: EndReason;
  /** For the operator; bounded and printable. */
  readonly message: string;
  /** Until the next try. */
  readonly delayMs: number;
  /** Whether everything is listed again. */
  readonly willList: boolean;
}

/** Callbacks of a reflector; they must not throw, and what they throw is dropped. */
export interface ReflectorObserver {
  /** A list is complete. */
  listed?(list: {
    readonly how: 'stream' | 'pages';
    readonly items: number;
    readonly durationMs: number;
  }): void;
  /** A watch was opened. */
  watching?(): void;
  ended?(end: StreamEnd): void;
  /** `parse`, `keep` or `onChange` threw: a fault of this program. */
  faulted?(error: unknown): void;
}
