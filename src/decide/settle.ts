// SPDX-License-Identifier: Apache-2.0
// The loop around every pure question: ask, resolve what is needed, ask again, a few rounds at most.

import { MAX_EVIDENCE_ROUNDS } from '../vocabulary/limits.js';
import type { Needs } from './decision.js';
import {
  type Evidence,
  type EvidenceEntry,
  type Need,
  noEvidence,
  withEntries,
} from './evidence.js';

/** Answers one need: from the cluster, from files, or from a record. Never rejects: what cannot be had is `unavailable`. */
export type Resolve = (need: Need) => Promise<EvidenceEntry>;

/** An answer together with the evidence that it rests on. */
export interface Settled<T> {
  readonly answer: T;
  readonly evidence: Evidence;
}

/** Puts `question` with ever more evidence until it is answered. */
export async function settle<T extends { readonly kind: string }>(
  resolve: Resolve,
  question: (evidence: Evidence) => T | Needs,
): Promise<Settled<T>> {
  let evidence = noEvidence;
  for (let round = 0; round < MAX_EVIDENCE_ROUNDS; round += 1) {
    const answer = question(evidence);
    if (!isNeeds(answer)) return { answer, evidence };
    // Rounds depend on each other; the needs of one round do not.
    evidence = withEntries(evidence, await Promise.all(answer.needs.map(resolve)));
  }
  throw new EvidenceLoopError();
}

const isNeeds = (answer: { readonly kind: string }): answer is Needs => answer.kind === 'needs';

/** A defect of a check: it goes on asking for new evidence. Nothing is decided. */
export class EvidenceLoopError extends Error {
  readonly code = 'EVIDENCE_LOOP';
  constructor() {
    super(`no answer after ${MAX_EVIDENCE_ROUNDS} rounds of evidence`);
    this.name = 'EvidenceLoopError';
  }
}
