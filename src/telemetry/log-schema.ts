// SPDX-License-Identifier: Apache-2.0
// Every line that `run` writes, with its fields; docs/audit-log.md and docs/audit-log.schema.json are written from here.

import { plain, type ValuesOf, word } from './log-field.js';
import { type Chapter, LOG_LEVELS } from './log-schema/chapter.js';
import { sentence } from './log-schema/common-fields.js';
import { controllerLines } from './log-schema/controller-lines.js';
import { requestLines } from './log-schema/request-lines.js';
import { trustLines } from './log-schema/trust-lines.js';

/** All lines, by what they are about. */
export const CHAPTERS = { ...requestLines, ...controllerLines, ...trustLines } as const;

/** What stands in every line, beside the fields of its chapter. */
export const COMMON_FIELDS = {
  level: word(LOG_LEVELS, '`debug`, `info`, `warn` or `error`'),
  time: plain('time', 'when the line was written'),
  component: word(
    ['kube-csr-approver'],
    'always the same, to find the lines in the log of a cluster',
  ),
  message: sentence('which line it is'),
} as const;

type AnyChapter = (typeof CHAPTERS)[keyof typeof CHAPTERS];
type MessageOf<C> = C extends { readonly messages: infer M } ? keyof M & string : never;

/** The message of a line: one of those above, and no other. */
export type LogMessage = MessageOf<AnyChapter>;

type ChapterOf<M extends string, C = AnyChapter> = C extends AnyChapter
  ? M extends MessageOf<C>
    ? C
    : never
  : never;

/** The fields of the line with this message. */
export type FieldsOf<M extends LogMessage> = ValuesOf<ChapterOf<M>['fields']>;

/** The fields of each line, by its message. */
export const FIELDS_BY_MESSAGE: ReadonlyMap<string, Chapter['fields']> = new Map(
  Object.values<Chapter>(CHAPTERS).flatMap(({ messages, fields }) =>
    Object.keys(messages).map((message) => [message, fields] as const),
  ),
);
