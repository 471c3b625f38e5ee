// SPDX-License-Identifier: Apache-2.0
// What stands at the moment of a scrape, asked of the parts that know it.

import type { Approver } from '../approver/reconcile.js';
import type { Fence } from '../controller/fence.js';
import type { Reflector } from '../kube/reflector.js';
import type { Pause } from '../policy-store/pause.js';
import type { PolicyStore } from '../policy-store/policy-store.js';
import type { CsrObject } from '../request/csr-object.js';
import { awaitsCertificate, isDecided } from '../request/state.js';
import type { Gauges, Measured } from '../telemetry/metrics.js';
import type { Cas } from './cas.js';
import type { Controller } from './controllers.js';
import { VERSION } from './version.js';

/** The parts that are asked. */
export interface GaugeSources {
  readonly nowMs: () => number;
  readonly requests: Reflector<CsrObject>;
  readonly approver: Approver;
  readonly policy: PolicyStore;
  readonly pause: Pause;
  readonly cas: Pick<Cas, 'lives' | 'troubles'>;
  readonly lease: Fence;
  readonly missingRights: () => number;
  readonly controllers: readonly Controller[];
  readonly signerLabel: (signerName: string) => string;
}

/** The gauges of `run`. */
export function gaugesOf(sources: GaugeSources): Gauges {
  const { nowMs, requests, approver, policy, pause, cas, lease, missingRights } = sources;
  const startedAtMs = nowMs();
  let generation = policy.current() === undefined ? 0 : 1;
  policy.onChange(() => {
    generation += 1;
  });
  const undecided = () =>
    grouped(
      requests,
      (csr) => (isDecided(csr) ? undefined : (approver.outcomeOf(csr) ?? 'unjudged')),
      UNDECIDED,
    );
  const unissued = () =>
    grouped(requests, (csr) =>
      awaitsCertificate(csr) ? sources.signerLabel(csr.signerName) : undefined,
    );
  return {
    // Where nobody decides, everything would be unjudged for ever.
    ...(sources.controllers.includes('approver')
      ? {
          undecided: () => counts(undecided(), 'outcome'),
          undecidedOldest: () => ages(undecided(), 'outcome', nowMs()),
        }
      : {}),
    unissued: () => counts(unissued(), 'signer'),
    unissuedOldest: () => ages(unissued(), 'signer', nowMs()),
    // Before the first list nothing is known, and who never completes it must not pass for fresh.
    watchAge: () => [{ value: (nowMs() - (requests.currentAtMs ?? startedAtMs)) / 1000 }],
    policyGeneration: () => [{ value: generation }],
    policyInfo: () => {
      const inForce = policy.current();
      return inForce === undefined ? [] : [{ labels: { hash: inForce.hash }, value: 1 }];
    },
    policyLoadedAt: () => {
      const state = policy.state();
      return [{ value: state.kind === 'none' ? 0 : state.loadedAtMs / 1000 }];
    },
    policyStale: () => [{ value: policy.state().kind === 'stale' ? 1 : 0 }],
    paused: () => [{ value: pause.pausedSinceMs() === undefined ? 0 : 1 }],
    rightsMissing: () => [{ value: missingRights() }],
    caBeginning: () =>
      cas.lives().map(({ signerName, notBeforeMs }) => ({
        labels: { signer: signerName },
        value: notBeforeMs / 1000,
      })),
    caExpiry: () =>
      cas.lives().map(({ signerName, notAfterMs }) => ({
        labels: { signer: signerName },
        value: notAfterMs / 1000,
      })),
    caTroubles: () =>
      cas.troubles().map(({ signerName, code }) => ({
        labels: { signer: signerName, code },
        value: 1,
      })),
    leader: () => [{ value: lease.isHeld() ? 1 : 0 }],
    buildInfo: () => [{ labels: { version: VERSION, node: process.version }, value: 1 }],
  };
}

/** What an undecided request can be; each is shown also where there is none, so that nobody asks why it is missing. */
const UNDECIDED = ['unjudged', 'wait', 'review', 'leave', 'unmatched'] as const;

/** How many there are of a kind, and since when the oldest; undefined where there is none. */
interface Group {
  readonly count: number;
  readonly oldestMs: number | undefined;
}

function grouped(
  requests: Reflector<CsrObject>,
  kindOf: (csr: CsrObject) => string | undefined,
  kinds: readonly string[] = [],
): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>(
    kinds.map((kind) => [kind, { count: 0, oldestMs: undefined }]),
  );
  for (const csr of requests.values()) {
    const kind = kindOf(csr);
    if (kind === undefined) continue;
    const { count = 0, oldestMs = csr.createdAtMs } = groups.get(kind) ?? {};
    groups.set(kind, { count: count + 1, oldestMs: Math.min(oldestMs, csr.createdAtMs) });
  }
  return groups;
}

const counts = (groups: ReadonlyMap<string, Group>, label: string): readonly Measured[] =>
  Array.from(groups, ([kind, { count }]) => ({ labels: { [label]: kind }, value: count }));

const ages = (
  groups: ReadonlyMap<string, Group>,
  label: string,
  nowMs: number,
): readonly Measured[] =>
  Array.from(groups, ([kind, { oldestMs }]) => ({
    labels: { [label]: kind },
    value: oldestMs === undefined ? 0 : Math.max(0, nowMs - oldestMs) / 1000,
  }));
