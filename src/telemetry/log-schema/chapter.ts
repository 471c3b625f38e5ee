// SPDX-License-Identifier: Apache-2.0
// Lines that belong together, as they are declared.

import type { Field } from '../log-field.js';

/** Levels of the log, from all to the least. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** One of LOG_LEVELS. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Lines that have the same fields. */
export interface Chapter {
  /** When such a line is written, in Markdown. */
  readonly when: string;
  /** Each message with the levels that it can have. */
  readonly messages: Readonly<Record<string, readonly [LogLevel, ...LogLevel[]]>>;
  readonly fields: Readonly<Record<string, Field>>;
}
