// SPDX-License-Identifier: Apache-2.0
// The rows about backlogs.

import { type Row, percentText, perSecondText } from '../row.js';
import { NODES } from './nodes.js';
import { median, ratioOfRounds, spread } from '../statistics.js';
import type { Turn } from './throughput.js';

export type Turns = Readonly<
  Record<
    | 'rawApproval'
    | 'servers'
    | 'rawReviewed'
    | 'rawWatched'
    | 'usersWarm'
    | 'users'
    | 'usersWithFlags'
    | 'kubelets'
    | 'serving'
    | 'servingWarm'
    | 'rawSigned'
    | 'signed'
    | 'signedWithFlags',
    readonly Turn[]
  >
>;

/** design: what good looks like. */
const GOAL = 0.9;

export function throughputRows(turns: Turns): readonly Row[] {
  const patch = { name: 'raw: approval', turns: turns.rawApproval };
  const reviewed = { name: 'raw: access review, approval', turns: turns.rawReviewed };
  const watched = {
    name: 'raw: access review, approval, with a watch open',
    turns: turns.rawWatched,
  };
  const signed = { name: 'raw: access review, approval, status', turns: turns.rawSigned };
  return [
    goalRow('approvals, server certificates (no access review)', turns.servers, patch),
    goalRow('approvals, client certificates of users', turns.users, reviewed),
    row('the same, with flags', turns.usersWithFlags, reviewed),
    row('the same, warm', turns.usersWarm, reviewed),
    row('the same, warm', turns.usersWarm, watched),
    row('the same, as started', turns.users, patch),
    goalRow('approvals, kubelets that bootstrap', turns.kubelets, reviewed),
    goalRow(
      `approvals, serving certificates of kubelets among ${NODES} Nodes`,
      turns.serving,
      patch,
    ),
    row('the same, warm', turns.servingWarm, patch),
    goalRow('approved and signed, users', turns.signed, signed),
    row('the same, with flags', turns.signedWithFlags, signed),
    processorRow('processor time for one approval, users', turns.users, turns.rawReviewed),
    processorRow('the same, warm', turns.usersWarm, turns.rawWatched),
    processorRow('processor time for one approval and certificate', turns.signed, turns.rawSigned),
    callsRow('calls for one approval, servers', turns.servers),
    callsRow('calls for one approval, users', turns.users),
    callsRow('calls for one approval, kubelets', turns.kubelets),
    callsRow('calls for one approval, serving certificates', turns.serving),
    callsRow('calls for one approval and certificate, users', turns.signed),
  ];
}

interface RawLimit {
  readonly name: string;
  readonly turns: readonly Turn[];
}

const ratesOf = (turns: readonly Turn[]): readonly number[] =>
  turns.map(({ perSecond }) => perSecond);

const shareOf = (ours: readonly Turn[], raw: RawLimit): number =>
  ratioOfRounds(ratesOf(ours), ratesOf(raw.turns));

const row = (what: string, ours: readonly Turn[], raw: RawLimit): Row => ({
  what,
  figure: withSpread(ratesOf(ours)),
  beside: `${raw.name}: ${withSpread(ratesOf(raw.turns))}`,
  ratio: percentText(shareOf(ours, raw)),
});

const goalRow = (what: string, ours: readonly Turn[], raw: RawLimit): Row => ({
  ...row(what, ours, raw),
  goal: { text: `≥ ${percentText(GOAL)} of raw`, isMet: shareOf(ours, raw) >= GOAL },
});

const withSpread = (rates: readonly number[]): string =>
  `${perSecondText(median(rates))}${rates.length > 1 ? ` ± ${percentText(spread(rates))}` : ''}`;

function processorRow(what: string, ours: readonly Turn[], raw: readonly Turn[]): Row {
  const mine = ours.map(({ cpuMs }) => cpuMs);
  const others = raw.map(({ cpuMs }) => cpuMs);
  return {
    what,
    figure: `${median(mine).toFixed(2)} ms`,
    beside: `raw client: ${median(others).toFixed(2)} ms`,
    ratio: `${ratioOfRounds(mine, others).toFixed(1)}×`,
  };
}

function callsRow(what: string, turns: readonly Turn[]): Row {
  const of = (pick: (turn: Turn) => number): number => median(turns.map(pick));
  const writes = of(({ calls }) => calls.writes);
  const reviews = of(({ calls }) => calls.reviews);
  const reads = of(({ calls }) => calls.reads);
  return {
    what,
    figure: `${writes.toFixed(2)} writes, ${reviews.toFixed(2)} access reviews, ${reads.toFixed(2)} reads`,
  };
}
