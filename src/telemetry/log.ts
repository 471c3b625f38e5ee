// SPDX-License-Identifier: Apache-2.0
// The log: one JSON line per event, for people and auditors, as log-schema.ts declares it. It never sees bodies, tokens or keys.

import { destination, pino, stdTimeFunctions } from 'pino';
import { boundedFields, withUnseenEscaped } from './bounded-fields.js';
import { FIELDS_BY_MESSAGE, type FieldsOf, type LogMessage } from './log-schema.js';
import { LOG_LEVELS, type LogLevel } from './log-schema/chapter.js';

export { LOG_LEVELS, type LogLevel };

/** Writes one line; its fields are those that are declared for its message. */
type WriteLine = <M extends LogMessage>(fields: FieldsOf<M>, message: M) => void;

/** The log of one process. */
export type Log = Readonly<Record<LogLevel, WriteLine>>;

/** A log that writes JSON lines synchronously to `write` (stdout by default), so that nothing is lost at exit. */
export function createLog(
  level: LogLevel,
  write: { write(line: string): void } = destination({ fd: 1, sync: true }),
): Log {
  const logger = pino(
    {
      level,
      base: { component: 'kube-csr-approver' },
      timestamp: stdTimeFunctions.isoTime,
      messageKey: 'message',
      formatters: { level: (label: string) => ({ level: label }) },
    },
    { write: (line: string) => write.write(withUnseenEscaped(line)) },
  );
  const at =
    (each: LogLevel): WriteLine =>
    (fields, message) => {
      if (!logger.isLevelEnabled(each)) return;
      logger[each](boundedFields(fields, FIELDS_BY_MESSAGE.get(message) ?? {}), message);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
