// SPDX-License-Identifier: Apache-2.0
// Asks whether this program has the rights that its policy needs: at start, and whenever a policy needs others.

import { Backoff } from '../controller/backoff.js';
import type { Clock } from '../controller/clock.js';
import { WorkQueue } from '../controller/queue.js';
import { type ReconcileResult, runLoop } from '../controller/run-loop.js';
import type { PolicyStore } from '../policy-store/policy-store.js';
import { broadestOf, dangerousRights } from '../review/excess-rights.js';
import type { Right } from '../review/right.js';
import { rightText } from '../review/right-text.js';
import { type PolicyNeeds, rightsOf, type RunShape } from '../review/rights.js';
import type { ReadyCheck } from '../telemetry/health.js';
import type { Log } from '../telemetry/log.js';
import {
  logRightsComplete,
  logRightsExcess,
  logRightsMissing,
  logRightsUnknown,
} from '../telemetry/rights-lines.js';
import { logFault } from '../telemetry/run-lines.js';
import { type AskRight, askForAll, type Findings } from './ask-rights.js';

/** The rights of this program, watched. */
export interface RightsWatch {
  /** Fails until the rights for a policy were there once; never again after that. */
  readonly readyCheck: ReadyCheck;
  /** What the policy in force needs and was missing when it was last asked for: the number for a metric. */
  missing(): readonly Right[];
  /** Asks until `signal` aborts; resolves when it has stopped. */
  start(signal: AbortSignal): Promise<void>;
}

/** What is watched, and with what. */
export interface RightsWatchParts {
  readonly ask: AskRight;
  readonly policy: Pick<PolicyStore, 'current' | 'onChange'>;
  readonly shape: RunShape;
  readonly clock: Clock;
  readonly log: Log;
}

/** A right that was forgotten is given by a person, who looks again after some seconds. */
const FIRST_DELAY_MS = 1_000;
const LAST_DELAY_MS = 30_000;

/** A policy is read within moments; where it is not, the right to read it may be what is missing. */
const POLICY_PATIENCE_MS = 2_000;

const NO_POLICY: PolicyNeeds = { rules: [], signers: new Map() };
const NOT_KNOWN = 'not all known yet, since no policy was loaded';

/** Watches the rights for the policies of a store. Nothing is asked before `start`. */
export function watchRights(parts: RightsWatchParts): RightsWatch {
  const { policy, shape, clock, log } = parts;
  let isReady = false;
  let looked: { readonly needs: string; readonly found: Findings } | undefined;
  let delayMs = FIRST_DELAY_MS;
  const patientUntilMs = clock.nowMs() + POLICY_PATIENCE_MS;

  const look = async (_: string, signal: AbortSignal): Promise<ReconcileResult> => {
    const loaded = policy.current();
    if (loaded === undefined && clock.nowMs() < patientUntilMs) {
      return { kind: 'again', afterMs: patientUntilMs - clock.nowMs() };
    }
    const needed = rightsOf(loaded ?? NO_POLICY, shape);
    const needs = needed.map(rightText).join('\n');
    const isOther = needs !== looked?.needs;
    if (!isOther && isComplete(looked?.found)) return { kind: 'done' };

    const found = await askForAll(parts.ask, needed, signal);
    if (signal.aborted) return { kind: 'done' };
    if (isOther || words(found) !== words(looked?.found)) tell(log, loaded?.hash, found);
    const wereMissing = (looked?.found.missing.length ?? 0) > 0;
    looked = { needs, found };
    if (isComplete(found)) {
      if (wereMissing) logRightsComplete(log, loaded?.hash);
      const isFirst = !isReady && loaded !== undefined;
      isReady ||= isFirst;
      if (isFirst) await tellExcess(parts, needed, signal);
      return { kind: 'done' };
    }
    delayMs = isOther ? FIRST_DELAY_MS : Math.min(delayMs * 2, LAST_DELAY_MS);
    return { kind: 'again', afterMs: delayMs };
  };

  return {
    readyCheck: {
      name: 'rights',
      problem: () => {
        if (isReady) return undefined;
        return (looked === undefined ? undefined : problemOf(looked.found)) ?? NOT_KNOWN;
      },
    },
    missing: () => looked?.found.missing ?? [],
    start: async (signal) => {
      const queue = new WorkQueue(clock);
      const end = policy.onChange(() => queue.add('rights', ''));
      queue.add('rights', '');
      await runLoop({
        queue,
        backoff: new Backoff(Math.random),
        reconcile: look,
        concurrency: 1,
        signal,
        onFault: (key, error) => logFault(log, key, error),
      });
      end();
    },
  };
}

const NOTHING: Findings = { missing: [], trouble: undefined, refused: undefined };

const isComplete = (found: Findings | undefined): boolean =>
  found !== undefined && found.missing.length === 0 && found.trouble === undefined;

function problemOf({ missing, trouble }: Findings): string | undefined {
  if (missing.length > 0) return `missing: ${missing.map(rightText).join(', ')}`;
  return trouble === undefined ? undefined : `could not be asked for: ${trouble}`;
}

/** Equal for findings of which the same is told. */
const words = ({ missing, trouble, refused }: Findings | undefined = NOTHING): string =>
  JSON.stringify([missing.map(rightText), trouble, refused]);

function tell(
  log: Log,
  policyHash: string | undefined,
  { missing, trouble, refused }: Findings,
): void {
  if (missing.length > 0) logRightsMissing(log, policyHash, missing.map(rightText));
  const unknown = refused ?? trouble;
  if (unknown !== undefined) logRightsUnknown(log, policyHash, unknown);
}

/** Once, at start: what nobody needs and a fault of this program could do harm with. */
async function tellExcess(
  { ask, log }: RightsWatchParts,
  needed: readonly Right[],
  signal: AbortSignal,
): Promise<void> {
  const asked = dangerousRights(needed);
  const { missing, refused, trouble } = await askForAll(ask, asked, signal);
  if (signal.aborted || refused !== undefined || trouble !== undefined) return;
  const held = broadestOf(asked.filter((right) => !missing.includes(right)));
  if (held.length > 0) logRightsExcess(log, held.map(rightText));
}
