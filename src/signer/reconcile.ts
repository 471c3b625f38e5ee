// SPDX-License-Identifier: Apache-2.0
// The signer: one look at one approved request, which ends in at most one write. It never signs what nobody approved.

import type { Reconcile, ReconcileResult } from '../controller/run-loop.js';
import type { RequestFacts } from '../request/facts.js';
import { awaitsCertificate } from '../request/state.js';
import { issueCertificate } from './issue.js';
import { type Candidate, judge } from './judge.js';
import { createOutcomes } from './outcomes.js';
import type { SignerPorts } from './ports.js';

const done: ReconcileResult = { kind: 'done' };
const again: ReconcileResult = { kind: 'again', afterMs: 0 };

/** Makes the signer's reconcile: level-triggered, idempotent, safe to call at any time for any name. */
export function createSigner(ports: SignerPorts): Reconcile {
  const outcomes = createOutcomes(ports);

  return async (name, signal) => {
    const csr = ports.get(name);
    // The API server asks for none of this: only the signer keeps the unapproved from being signed (API-28).
    if (csr === undefined || !awaitsCertificate(csr)) return outcomes.settled(name);
    const inForce = ports.policy();
    const entry = inForce?.entry(csr.signerName);
    if (inForce === undefined || entry === undefined) return done;

    const candidate = { csr, entry, policy: inForce.compiled };
    const judgement = await judge(candidate, ports);
    if (signal.aborted) return done;
    if (isOvertaken(candidate)) return again;
    if (judgement.kind === 'refused') return outcomes.refuse(candidate, judgement.refusals);
    if (judgement.kind === 'waiting') return outcomes.wait(candidate, judgement.reason);
    return sign(candidate, judgement.facts, signal);
  };

  /** Whether the policy by which was judged is no longer in force: nothing may come of it any more. */
  function isOvertaken({ policy }: Candidate): boolean {
    return ports.policy()?.compiled !== policy;
  }

  async function sign(
    candidate: Candidate,
    facts: RequestFacts,
    signal: AbortSignal,
  ): Promise<ReconcileResult> {
    const { csr, entry } = candidate;
    const authority = await ports.authority(entry);
    if (!authority.ok) return outcomes.wait(candidate, authority.error);
    const issued = await issueCertificate({
      csr,
      facts,
      entry,
      authority: authority.value,
      nowMs: ports.nowMs(),
      serial: ports.newSerial(),
    });
    if (signal.aborted) return done;
    if (isOvertaken(candidate)) return again;
    if (issued.ok) return outcomes.publish(candidate, issued.value);
    return issued.error.blame === 'request'
      ? outcomes.refuse(candidate, [issued.error])
      : outcomes.wait(candidate, issued.error);
  }
}
