// SPDX-License-Identifier: Apache-2.0
// Tells requesters by Events what became of their requests, beside the work and never in its way.

import type { Issuance } from '../authority/issuance.js';
import { Allowance } from '../controller/allowance.js';
import type { Clock } from '../controller/clock.js';
import type { DecisionEvent } from '../decide/decision-event.js';
import type { WriterOptions } from '../kube/locked-patch.js';
import { writeRequestEvent } from '../kube/request-event.js';
import type { CsrObject } from '../request/csr-object.js';
import type { Log } from '../telemetry/log.js';
import { logEventsLeftOut, logRequestEventFailed } from '../telemetry/run-lines.js';
import {
  decisionEventText,
  type EventChoice,
  issuanceEventText,
  type RequestEventText,
} from '../telemetry/request-events.js';
import { EVENTS_AT_ONCE, EVENTS_PER_SECOND } from '../vocabulary/limits.js';

/** What is told of requests. */
export interface Requesters {
  /** Once for each decision, after it was written. */
  decided(event: DecisionEvent): void;
  issued(issuance: Issuance): void;
  /** Resolves when every Event under way has ended; nothing may be told any more. */
  stopped(): Promise<void>;
}

/**
 * Makes what tells them. An Event is a courtesy: more than the allowance are left out and counted in the log, which holds
 * all of them anyway.
 */
export function tellRequesters(
  choice: EventChoice,
  { clock, log, ...writer }: WriterOptions & { readonly clock: Clock; readonly log: Log },
): Requesters {
  const allowance = new Allowance({ atOnce: EVENTS_AT_ONCE, perSecond: EVENTS_PER_SECOND });
  const underWay = new Set<Promise<void>>();
  let leftOut = 0;
  let isFailing = false;

  const write = async (csr: CsrObject, text: RequestEventText): Promise<void> => {
    const { name, uid, resourceVersion } = csr;
    const atMs = clock.nowMs();
    const event = { ...text, name, uid, resourceVersion, atMs };
    const outcome = await writeRequestEvent(writer, event);
    // Told once until it works again: what forbids one forbids all.
    if (outcome === 'failed' && !isFailing) logRequestEventFailed(log, csr);
    if (outcome !== 'fenced') isFailing = outcome === 'failed';
  };
  const tellLeftOut = (): void => {
    if (leftOut > 0) logEventsLeftOut(log, leftOut);
    leftOut = 0;
  };
  const tell = (csr: CsrObject, text: RequestEventText | undefined): void => {
    if (text === undefined) return;
    if (underWay.size >= EVENTS_AT_ONCE || !allowance.take(clock.nowMs())) {
      leftOut += 1;
      return;
    }
    tellLeftOut();
    const written: Promise<void> = write(csr, text).finally(() => underWay.delete(written));
    underWay.add(written);
  };
  return {
    decided: ({ csr, decision }) => tell(csr, decisionEventText(decision, choice)),
    issued: (issuance) => tell(issuance.csr, issuanceEventText(issuance, choice)),
    stopped: async () => {
      tellLeftOut();
      await Promise.all(underWay);
    },
  };
}
