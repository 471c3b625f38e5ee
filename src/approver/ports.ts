// SPDX-License-Identifier: Apache-2.0
// What the approver needs from others, in the fewest words; adapters are made where the process is composed.

import type { WriteOutcome } from '../controller/write.js';
import type { Decision, Violation } from '../decide/decision.js';
import type { DecisionEvent } from '../decide/decision-event.js';
import type { CompiledPolicy } from '../decide/rule.js';
import type { Resolve } from '../decide/settle.js';
import type { CsrObject } from '../request/csr-object.js';
import type { Read } from '../request/remembered-reading.js';

/** A write of the whole condition list, locked on uid and resourceVersion. */
export interface ApprovalWrite {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly conditions: readonly Readonly<Record<string, unknown>>[];
}

/** What the API server has of a name right now; `unavailable` when it cannot be asked. */
export type Newest =
  | { readonly kind: 'found'; readonly csr: CsrObject }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable' };

/** Everything around the approver. */
export interface ApproverPorts {
  /** The newest known object of a name, while it is undecided. */
  readonly get: (name: string) => CsrObject | undefined;
  /** Takes the answer of our own write, so that the next look does not see the older object. */
  readonly absorb: (object: unknown, replacedVersion: string) => void;
  readonly read: Read;
  /**
   * The policy in force, the same object for as long as it is; undefined until one was loaded, and during a pause:
   * then nothing is decided.
   */
  readonly policy: () => CompiledPolicy | undefined;
  readonly resolve: Resolve;
  readonly writeApproval: (write: ApprovalWrite) => Promise<WriteOutcome>;
  /** Asks the server itself; for a write whose answer was lost, when the object is no longer kept. */
  readonly readNewest: (name: string) => Promise<Newest>;
  /** Tells people that a request awaits their review. */
  readonly announceReview: (csr: CsrObject, decision: Decision) => Promise<void>;
  /** Tells both sides that they list the same name or address: the Nodes that `shared` waits for. */
  readonly announceShared: (csr: CsrObject, shared: Violation) => Promise<void>;
  /** What a look made of an undecided request, each time and before anything is written. */
  readonly judged: (csr: CsrObject, decision: Decision) => void;
  readonly tell: (event: DecisionEvent) => void;
  /** A write that did not happen and that an operator may act on. */
  readonly warn: (csr: CsrObject, outcome: WriteOutcome) => void;
  readonly nowMs: () => number;
}
