// SPDX-License-Identifier: Apache-2.0
// Pieces of which the schema is made; their error texts say what is expected, the reader of issues adds what was found.

import * as z from 'zod';
import type { ReasonCode } from '../vocabulary/reasons.js';
import { MAX_LIST_VALUES } from '../vocabulary/limits.js';
import type { Result } from '../vocabulary/result.js';
import type { Fault } from './problem.js';

/** What a custom issue of the schema carries beside its message. */
export interface IssueParams {
  readonly code: ReasonCode;
}

const expecting =
  (phrase: string) =>
  (issue: { readonly code: string }): string | undefined =>
    issue.code === 'invalid_type' || issue.code === 'invalid_value' ? phrase : undefined;

/** A map with these fields and no others. */
export const fieldsOf = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : 'a map of fields',
  });

/** What the JSON Schema of the language says of a text, for editors. It refuses nothing that is good. */
export interface TextForm {
  /** ECMAScript, and no more of it than other engines take. */
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly enum?: readonly string[];
  readonly examples?: readonly string[];
}

/** Text that `parse` turns into a value. */
export const textOf = <T>(
  phrase: string,
  parse: (text: string) => Result<T, Fault>,
  form: TextForm = {},
) => {
  const written = z.string({ error: expecting(phrase) }).meta({ ...form });
  return written.transform((text, context): T => {
    const parsed = parse(text);
    if (parsed.ok) return parsed.value;
    const params: IssueParams = { code: parsed.error.code };
    context.addIssue({ code: 'custom', message: parsed.error.message, params });
    return z.NEVER;
  });
};

/** A list that is not empty. */
export const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item, { error: expecting('a list') })
    .min(1, { error: 'the list is empty; leave the field out instead' })
    .max(MAX_LIST_VALUES, { error: `the list has more than ${MAX_LIST_VALUES} values` });

/** One value, or a list of them. */
export const oneOrMore = <Out>(item: z.ZodType<Out, string>) =>
  z.union([item.transform((value): readonly Out[] => [value]), listOf(item)], {
    error: 'text or a list of texts',
  });

/** One of these words. */
export const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, {
    error: expecting(words.length === 1 ? (words[0] ?? '') : `one of ${words.join(', ')}`),
  });

/** A whole number within these bounds. */
export const wholeNumber = (min: number, max: number) => {
  const phrase = `a whole number from ${min} to ${max}`;
  const error = (): string => phrase;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
