// SPDX-License-Identifier: Apache-2.0
// The kinds of fields that a log line can have: what each may hold, and how much of it.

import type { ReasonCode } from '../vocabulary/reasons.js';

interface Meant {
  /** A clause for the docs, in Markdown. */
  readonly meaning: string;
  /** Absent: the field is always there. */
  readonly isOptional?: true;
}

/** A word of a closed set. */
export interface WordField extends Meant {
  readonly kind: 'word';
  readonly values: readonly string[];
}

/** Text of others, escaped: no control, format or other unseen characters; at most `most` characters with the escapes. */
export interface TextField extends Meant {
  readonly kind: 'text';
  readonly most: number;
}

/** Text that is kept as it is, so that its hash can be computed; at most `most` characters. */
export interface ExactField extends Meant {
  readonly kind: 'exact';
  readonly most: number;
}

/** `code`: of the catalogue of reasons; `time`: RFC 3339 in UTC with milliseconds; `hex`: lower case. */
export interface PlainField extends Meant {
  readonly kind: 'code' | 'time' | 'hex' | 'flag' | 'count' | 'number';
}

/** At most `most` items; when there were more, the field `…LeftOut` beside it says how many. */
export interface ListField extends Meant {
  readonly kind: 'list';
  readonly of: Field;
  readonly most: number;
}

/** From names that others chose to values; at most `most`. */
export interface MapField extends Meant {
  readonly kind: 'map';
  readonly of: Field;
  readonly most: number;
}

/** Fields by name. */
export interface RecordField extends Meant {
  readonly kind: 'record';
  readonly fields: Readonly<Record<string, Field>>;
}

/** What one field of a line may hold. */
export type Field =
  WordField | TextField | ExactField | PlainField | ListField | MapField | RecordField;

/** The value of a field, as whoever writes the line gives it. */
export type ValueOf<F> = F extends { readonly kind: 'word'; readonly values: readonly (infer V)[] }
  ? V
  : F extends { readonly kind: 'code' }
    ? ReasonCode
    : F extends { readonly kind: 'text' | 'exact' | 'time' | 'hex' }
      ? string
      : F extends { readonly kind: 'count' | 'number' }
        ? number
        : F extends { readonly kind: 'flag' }
          ? boolean
          : F extends { readonly kind: 'list'; readonly of: infer I }
            ? readonly ValueOf<I>[]
            : F extends { readonly kind: 'map'; readonly of: infer I }
              ? Readonly<Record<string, ValueOf<I>>>
              : F extends { readonly kind: 'record'; readonly fields: infer R }
                ? ValuesOf<R>
                : never;

type OptionalKeys<R> = {
  [K in keyof R]: R[K] extends { readonly isOptional: true } ? K : never;
}[keyof R];

/** The values of several fields; one that is optional may be undefined, and is then not written. */
export type ValuesOf<R> = {
  readonly [K in Exclude<keyof R, OptionalKeys<R>>]: ValueOf<R[K]>;
} & { readonly [K in OptionalKeys<R>]?: ValueOf<R[K]> | undefined };

/** A word of `values`. */
export const word = <const V extends readonly string[]>(values: V, meaning: string) =>
  ({ kind: 'word', values, meaning }) as const;

/** Escaped text of at most `most` characters. */
export const text = (most: number, meaning: string) => ({ kind: 'text', most, meaning }) as const;

/** Text as it is, of at most `most` characters. */
export const exact = (most: number, meaning: string) => ({ kind: 'exact', most, meaning }) as const;

/** A field of one of the plain kinds. */
export const plain = <const K extends PlainField['kind']>(kind: K, meaning: string) => ({
  kind,
  meaning,
});

/** At most `most` of `of`. */
export const list = <const F extends Field>(most: number, of: F, meaning: string) =>
  ({ kind: 'list', most, of, meaning }) as const;

/** At most `most` of `of`, by name. */
export const map = <const F extends Field>(most: number, of: F, meaning: string) =>
  ({ kind: 'map', most, of, meaning }) as const;

/** Fields of their own. */
export const record = <const R extends Readonly<Record<string, Field>>>(
  fields: R,
  meaning: string,
) => ({ kind: 'record', fields, meaning }) as const;

/** The same field, where it may be absent. */
export const maybe = <const F extends Field>(field: F) => ({ ...field, isOptional: true }) as const;
