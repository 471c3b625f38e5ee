// SPDX-License-Identifier: Apache-2.0
// Subject attributes that a policy names, from its own field names to the types of RFC 5280.

import {
  type AttributeBounds,
  SUBJECT_FIELDS,
  type SubjectField,
} from '../request/subject-fields.js';
import type { Matcher } from '../vocabulary/matchers.js';

/** What is written under `subject`, as far as it is none of commonName and organizations. */
type WrittenAttributes = { readonly [Field in SubjectField]?: readonly Matcher[] | undefined };

/** Allowed values by type of attribute; an attribute that is not written is not there. */
export const compileAttributes = (written: WrittenAttributes): AttributeBounds =>
  Object.freeze(
    Object.fromEntries(
      SUBJECT_FIELDS.flatMap(([field, type]) => {
        const words = written[field];
        return words === undefined ? [] : [[type, words] as const];
      }),
    ),
  );
