// SPDX-License-Identifier: Apache-2.0
// Brings together what this program last made of a request and what somebody then decided, whichever is seen first.

import type { CsrObject } from '../request/csr-object.js';
import { MAX_DECIDED_UNJUDGED, MAX_JUDGED } from '../vocabulary/limits.js';
import { keepNewest } from '../vocabulary/newest.js';

/** Knows what it was told since its making; what was decided before is not known. */
export interface JudgedAndDecided<J> {
  /** Of an undecided request; a later judgement replaces an earlier one. Undefined: there is nothing to compare. */
  judged(csr: CsrObject, judgement: J | undefined): void;
  /** The watch showed the request, decided; also more than once, and before the look at it has ended. */
  decided(csr: CsrObject): void;
}

/**
 * Calls `pair` once for each request that was both, with the object as it was decided. Its memory is bounded: of requests
 * that nobody decides the oldest are forgotten, and so is who decided what was never judged. An object that is created
 * anew under the same name has another uid.
 */
export function joinJudgedAndDecided<J>(
  pair: (csr: CsrObject, judgement: J) => void,
): JudgedAndDecided<J> {
  const judgedByUid = new Map<string, J>();
  /** Decided while a look at it was under way, as an approver that is faster than this one does. */
  const decidedByUid = new Map<string, CsrObject>();

  return {
    judged(csr, judgement) {
      const decided = decidedByUid.get(csr.uid);
      decidedByUid.delete(csr.uid);
      judgedByUid.delete(csr.uid);
      if (judgement === undefined) return;
      if (decided === undefined) keepNewest(judgedByUid, [csr.uid, judgement], MAX_JUDGED);
      else pair(decided, judgement);
    },
    decided(csr) {
      if (!csr.conditions.some(isDecision)) return;
      const judgement = judgedByUid.get(csr.uid);
      if (judgement === undefined) {
        keepNewest(decidedByUid, [csr.uid, csr], MAX_DECIDED_UNJUDGED);
        return;
      }
      judgedByUid.delete(csr.uid);
      pair(csr, judgement);
    },
  };
}

const isDecision = ({ type }: { readonly type: string }): boolean =>
  type === 'Approved' || type === 'Denied';

/** What was decided in the end: a denial is never hidden by an approval. */
export interface DecidedAs {
  readonly decided: 'approve' | 'deny';
  /** Reason of the condition; whoever decided chose it. */
  readonly reason: string;
}

/** Reads it from a request that is approved or denied. */
export function decidedAs({ conditions }: CsrObject): DecidedAs {
  const denied = conditions.find(({ type }) => type === 'Denied');
  const condition = denied ?? conditions.find(({ type }) => type === 'Approved');
  return { decided: denied === undefined ? 'approve' : 'deny', reason: condition?.reason ?? '' };
}
