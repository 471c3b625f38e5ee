// SPDX-License-Identifier: Apache-2.0
// Compares what our rules say of requests with what is decided, by us or by others, and tells log and metrics.

import { watchOtherApprovers } from '../approver/other-approvers.js';
import { createShadowTally } from '../approver/shadow-tally.js';
import type { Fence } from '../controller/fence.js';
import type { Decision } from '../decide/decision.js';
import type { CsrObject } from '../request/csr-object.js';
import type { Log } from '../telemetry/log.js';
import type { Metrics } from '../telemetry/metrics.js';
import { logOtherApprover } from '../telemetry/other-approver-line.js';
import { logShadow } from '../telemetry/shadow-line.js';

/** Told of both sides. */
export interface Comparisons {
  /** The approver looked at an undecided request. */
  judged(csr: CsrObject, decision: Decision): void;
  /** The watch showed the request, decided; also more than once. */
  decided(csr: CsrObject): void;
}

/** Of rules in mode shadow with whoever decided, and of enforced rules with other approvers. */
export function createComparisons(parts: {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Whoever may not write decides nothing, so nobody else is another approver to it. */
  readonly fence: Fence;
}): Comparisons {
  const { log, metrics, fence } = parts;
  const shadow = createShadowTally({
    compared: (comparison) => {
      logShadow(log, comparison);
      metrics.compared(comparison);
    },
  });
  const others = watchOtherApprovers({
    isDeciding: () => fence.isHeld(),
    found: (found) => {
      logOtherApprover(log, found);
      metrics.decidedByOther(found);
    },
  });
  const all = [shadow, others] as const;
  return {
    judged: (csr, decision) => {
      for (const each of all) each.judged(csr, decision);
    },
    decided: (csr) => {
      for (const each of all) each.decided(csr);
    },
  };
}
