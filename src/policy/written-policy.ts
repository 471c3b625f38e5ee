// SPDX-License-Identifier: Apache-2.0
// A policy as it was written: which fields are there, and where each of them stands.

import { locate } from './locate.js';
import { mergeParts } from './merge-parts.js';
import type { PolicyParts } from './policy-part.js';
import type { Path } from './problem.js';
import { type ReadPart, readPart } from './read-part.js';

/** Where something stands; line and column count from 1. */
export interface WrittenPlace {
  readonly source: string;
  readonly line: number;
  readonly column: number;
}

/** The documents of a policy, together. */
export interface WrittenPolicy {
  /** Whether there is a value at this path. */
  isWritten(path: Path): boolean;
  /** The name of the field, else the item of the list; for what is not there, the nearest field around it. */
  placeOf(path: Path): WrittenPlace;
}

/** Reads `parts` again, of which a policy was loaded; undefined for what is no YAML. */
export function readWritten(parts: PolicyParts): WrittenPolicy | undefined {
  const reads = parts.map(readPart).flatMap((read): ReadPart[] => (read.ok ? [read.value] : []));
  const [first, ...others] = reads;
  if (first === undefined || reads.length < parts.length) return undefined;
  const { root, partOf } = mergeParts([first, ...others]);
  return {
    isWritten: (path) => locate(root, path).node !== undefined,
    placeOf: (path) => {
      const { source, text } = partOf(path);
      return { source, ...text.positionOf(locate(root, path).keyAt) };
    },
  };
}
