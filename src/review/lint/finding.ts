// SPDX-License-Identifier: Apache-2.0
// What lint looks at and what it says.

import type { SignerEntry } from '../../authority/signer-entry.js';
import type { CompiledPolicy, Rule } from '../../decide/rule.js';
import type { Holes } from '../../policy/automaton.js';
import type { Path } from '../../policy/problem.js';
import type { SignerName } from '../../vocabulary/brands.js';
import type { LintCode } from './catalogue.js';
import type { WordSets } from './word-sets.js';

/** A policy that loaded, and how it was written. */
export interface LintView {
  /** Sorted by name. */
  readonly rules: readonly Rule[];
  readonly signers: ReadonlyMap<SignerName, SignerEntry>;
  readonly policy: CompiledPolicy;
  /** Whether there is a value at this path, and not a default. */
  readonly isWritten: (path: Path) => boolean;
  readonly sets: WordSets;
  /** What templates of a rule insert at most. */
  readonly holes: (rule: Rule) => Holes;
  readonly nowMs: number;
}

/** One thing to think about; `path` may lead to a field that is not there. */
export interface Finding {
  readonly code: LintCode;
  readonly path: Path;
  /** What was found, printable, without full stop. */
  readonly message: string;
  /** What to do here, an imperative without full stop; the catalogue's where there is none. */
  readonly fix?: string;
}

/** Looks for one group of things. */
export type Finder = (view: LintView) => readonly Finding[];

/** Where a field of a rule stands. */
export const inRule = ({ name }: Rule, ...field: Path): Path => ['rules', name, ...field];

/** Where a field of a signer stands. */
export const inSigner = (signerName: string, ...field: Path): Path => [
  'signers',
  signerName,
  ...field,
];
