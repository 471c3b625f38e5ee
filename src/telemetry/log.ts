// SPDX-License-Identifier: Apache-2.0
// The log: one JSON line per event, for people and auditors. It never sees bodies, tokens or keys.

import { type Logger, pino, stdTimeFunctions } from 'pino';

/** Levels of the log, from all to the least. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** One of LOG_LEVELS. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The log of one process. */
export type Log = Logger;

/** A log that writes JSON lines synchronously to `write` (stdout by default), so that nothing is lost at exit. */
export function createLog(level: LogLevel, write?: { write(line: string): void }): Log {
  const options = {
    level,
    base: { component: 'kube-csr-approver' },
    timestamp: stdTimeFunctions.isoTime,
    messageKey: 'message',
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return write === undefined ? pino(options) : pino(options, write);
}
