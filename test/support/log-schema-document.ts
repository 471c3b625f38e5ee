// SPDX-License-Identifier: Apache-2.0
// The declaration of the log as a JSON Schema (draft 2020-12) and as the tables of docs/audit-log.md.

import type { Field } from '../../src/telemetry/log-field.js';
import { CHAPTERS, COMMON_FIELDS } from '../../src/telemetry/log-schema.js';
import type { Chapter } from '../../src/telemetry/log-schema/chapter.js';
import { reasons } from '../../src/vocabulary/reasons.js';

type Schema = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, Field>>;

const chapters: readonly Chapter[] = Object.values(CHAPTERS);

/** No control, format or separator character: what moves or hides text is written as `\u{…}`. */
const ESCAPED =
  '^[^\\u0000-\\u001f\\u007f-\\u00a0\\u00ad\\u200b-\\u200f\\u2028-\\u202f\\u2060-\\u206f\\ufeff]*$';

const PLAIN_SCHEMAS = {
  code: { $ref: '#/$defs/reasonCode' },
  time: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' },
  hex: { type: 'string', pattern: '^[0-9a-f]{1,64}$' },
  flag: { type: 'boolean' },
  count: { type: 'integer', minimum: 0 },
  number: { type: 'number', minimum: 0 },
} as const;

function schemaOf(field: Field): Schema {
  switch (field.kind) {
    case 'word':
      return { enum: field.values };
    case 'text':
      return { type: 'string', maxLength: field.most, pattern: ESCAPED };
    case 'exact':
      return { type: 'string', maxLength: field.most };
    case 'list':
      return { type: 'array', maxItems: field.most, items: schemaOf(field.of) };
    case 'map':
      return {
        type: 'object',
        maxProperties: field.most,
        additionalProperties: schemaOf(field.of),
      };
    case 'record':
      return objectOf(field.fields);
    case 'code':
    case 'time':
    case 'hex':
    case 'flag':
    case 'count':
    case 'number':
      return PLAIN_SCHEMAS[field.kind];
  }
}

const isAlways = ([, field]: readonly [string, Field]): boolean => field.isOptional !== true;

function objectOf(fields: Fields): Schema {
  const properties = Object.entries(fields).flatMap(([name, field]) => {
    const described = field.meaning === '' ? {} : { description: field.meaning };
    const own = [name, { ...described, ...schemaOf(field) }] as const;
    if (field.kind !== 'list') return [own];
    const leftOut = { description: `how many more \`${name}\` there were`, ...PLAIN_SCHEMAS.count };
    return [own, [`${name}LeftOut`, { ...leftOut, minimum: 1 }] as const];
  });
  return {
    type: 'object',
    required: Object.entries(fields)
      .filter(isAlways)
      .map(([name]) => name),
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  };
}

/** Lines with the same fields: each message with its levels. */
const chapterSchema = ({ messages, fields }: Chapter): Schema => ({
  ...objectOf({ ...COMMON_FIELDS, ...fields }),
  anyOf: Object.entries(messages).map(([message, levels]) => ({
    properties: { message: { const: message }, level: { enum: levels } },
  })),
});

/** The schema of one line; in `$defs` those of the chapters. */
export const logJsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'One line of the log of kube-csr-approver',
  oneOf: Object.keys(CHAPTERS).map((chapter) => ({ $ref: `#/$defs/${chapter}` })),
  $defs: {
    reasonCode: { enum: Object.keys(reasons).toSorted() },
    ...Object.fromEntries(
      Object.entries<Chapter>(CHAPTERS).map(([name, chapter]) => [name, chapterSchema(chapter)]),
    ),
  },
} as const;

/** Where the schema has the lines with this message; undefined when none is declared. */
export const chapterOf = (message: string): string | undefined =>
  Object.entries<Chapter>(CHAPTERS).find(([, { messages }]) =>
    Object.hasOwn(messages, message),
  )?.[0];

const KIND_WORDS = {
  code: '[reason code](reasons.md)',
  time: 'time',
  hex: 'lower-case hex',
  flag: '`true` or `false`',
  count: 'whole number',
  number: 'number',
} as const;

function kindWords(field: Field): string {
  switch (field.kind) {
    case 'word':
      return field.values.map((value) => `\`${value}\``).join(', ');
    case 'text':
      return `text, ≤ ${field.most}`;
    case 'exact':
      return `text as it is, ≤ ${field.most}`;
    case 'list':
      return `≤ ${field.most} of: ${kindWords(field.of)}`;
    case 'map':
      return `map of ≤ ${field.most}: ${kindWords(field.of)}`;
    case 'record':
      return Object.entries(field.fields)
        .map(([name, each]) => `\`${name}\`${each.isOptional ? '?' : ''} (${kindWords(each)})`)
        .join(', ');
    case 'code':
    case 'time':
    case 'hex':
    case 'flag':
    case 'count':
    case 'number':
      return KIND_WORDS[field.kind];
  }
}

const rowOf = ([name, field]: readonly [string, Field]): string =>
  `| \`${name}\`${field.isOptional ? '?' : ''} | ${kindWords(field)} | ${field.meaning} |`;

const tableOf = (fields: Fields): readonly string[] =>
  Object.keys(fields).length === 0
    ? ['No fields beside those of every line.']
    : [
        '| field | what it may be | what it means |',
        '|---|---|---|',
        ...Object.entries(fields).map(rowOf),
      ];

const messageWords = ([message, levels]: readonly [string, readonly string[]]): string =>
  `\`${message}\` (${levels.join(' or ')})`;

/** The part of docs/audit-log.md that is written from the declaration. */
export const logReference = [
  '## Every line',
  '',
  'Written from [`src/telemetry/log-schema.ts`](../src/telemetry/log-schema.ts). A field with `?` may be absent. `≤ 600` counts characters, escapes',
  'included; a text that was longer ends in `… (N more)`. Beside a list `x` that was longer stands `xLeftOut`, the number of what is missing.',
  '',
  ...tableOf(COMMON_FIELDS),
  ...chapters.flatMap(({ when, messages, fields }) => [
    '',
    `### ${Object.entries(messages).map(messageWords).join(', ')}`,
    '',
    when,
    '',
    ...tableOf(fields),
  ]),
  '',
].join('\n');
