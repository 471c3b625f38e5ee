// SPDX-License-Identifier: Apache-2.0
// One field of a certificate beside what was planned for it.

import { printable } from '../vocabulary/printable.js';

/** A field as planned and as read; equal texts mean equal values. */
export type ComparedField = readonly [field: string, want: string, saw: string];

/** A field that a parser read otherwise than planned; `want` and `saw` are printable. */
export interface Difference {
  readonly parser: 'second reader' | 'openssl';
  readonly field: string;
  readonly want: string;
  readonly saw: string;
}

/** Those of `fields` that are not as planned. */
export const differing = (
  parser: Difference['parser'],
  fields: readonly ComparedField[],
): readonly Difference[] =>
  fields
    .filter(([, want, saw]) => want !== saw)
    .map(([field, want, saw]) => ({ parser, field, want: printable(want), saw: printable(saw) }));
