// SPDX-License-Identifier: Apache-2.0
// Turns a policy without faults into what decides and what signs.

import type { SignerEntry } from '../authority/signer-entry.js';
import type { CompiledPolicy, Rule } from '../decide/rule.js';
import type { SignerName } from '../vocabulary/brands.js';
import { compileRule } from './compile-rule.js';
import { compileSigner, termsOf } from './compile-signer.js';
import type { WrittenPolicy } from './policy-schema.js';

/** Rules and signers of one document. */
export interface Compiled {
  readonly policy: CompiledPolicy;
  /** Every rule, sorted by name. */
  readonly rules: readonly Rule[];
  readonly signers: ReadonlyMap<SignerName, SignerEntry>;
}

/** Compiles `written`, in which no fault was found; `hash` names the text. */
export function compilePolicy(written: WrittenPolicy, hash: string): Compiled {
  const rules = Object.entries(written.rules ?? {})
    .map(([name, rule]) => compileRule(name, rule, written.mode ?? 'enforce'))
    .filter((rule) => rule !== undefined)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const bySigner = new Map<SignerName, Rule[]>();
  for (const rule of rules) {
    const same = bySigner.get(rule.match.signerName);
    if (same === undefined) bySigner.set(rule.match.signerName, [rule]);
    else same.push(rule);
  }
  const signers = new Map(
    Object.entries(written.signers ?? {}).map(([name, signer]) => {
      const entry = compileSigner(name as SignerName, signer);
      return [entry.signerName, entry] as const;
    }),
  );
  const terms = new Map(Array.from(signers, ([name, entry]) => [name, termsOf(entry)] as const));
  const policy = Object.freeze({
    hash,
    rulesFor: (signerName: SignerName) => bySigner.get(signerName) ?? [],
    signerTerms: (signerName: SignerName) => terms.get(signerName),
    apiServer: apiServerOf(written),
  });
  return { policy, rules, signers };
}

function apiServerOf({ apiServerNames = [] }: WrittenPolicy): CompiledPolicy['apiServer'] {
  return Object.freeze({
    names: apiServerNames.flatMap((word) => (word.kind === 'name' ? [word.name] : [])),
    ranges: apiServerNames.flatMap((word) => (word.kind === 'range' ? [word.range] : [])),
  });
}
