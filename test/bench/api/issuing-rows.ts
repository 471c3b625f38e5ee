// SPDX-License-Identifier: Apache-2.0
// The rows beside kube-controller-manager.

import {
  megabytesText,
  millisecondsText,
  percentText,
  perSecondText,
  ratioText,
  type Row,
} from '../row.js';
import { median, quantile, ratioOfRounds } from '../statistics.js';
import type { Waits } from './latency.js';
import type { Turn } from './throughput.js';

type Turns = Readonly<
  Record<'raw' | 'ours' | 'oursWithFlags' | 'lifted' | 'defaults', readonly Turn[]>
>;

const DEFAULTS = 'kube-controller-manager, defaults';
const LIFTED = 'kube-controller-manager, limits lifted';

export const issuingRows = (
  turns: Turns,
  waits: { readonly ours: Waits; readonly theirs: Waits },
): readonly Row[] => [
  ...throughputRows(turns),
  ...memoryRows(turns),
  latencyRow('create → approved', waits.ours.approvedMs, waits.theirs.approvedMs),
  latencyRow('create → issued', waits.ours.issuedMs, waits.theirs.issuedMs),
];

function throughputRows({ raw, ours, oursWithFlags, lifted, defaults }: Turns): readonly Row[] {
  const rates = (turns: readonly Turn[]) => turns.map(({ perSecond }) => perSecond);
  const cpus = (turns: readonly Turn[]) => turns.map(({ cpuMs }) => cpuMs);
  const row = (
    what: string,
    mine: readonly Turn[],
    name: string,
    theirs: readonly Turn[],
  ): Row => ({
    what,
    figure: perSecondText(median(rates(mine))),
    beside: `${name}: ${perSecondText(median(rates(theirs)))}`,
    ratio: ratioText(ratioOfRounds(rates(mine), rates(theirs))),
  });
  const isAbove = ratioOfRounds(rates(ours), rates(lifted)) > 1;
  return [
    row('approved and signed, kubelets', ours, DEFAULTS, defaults),
    {
      ...row('approved and signed, kubelets', ours, LIFTED, lifted),
      goal: { text: `> ${percentText(1)}`, isMet: isAbove },
    },
    row('the same, with flags', oursWithFlags, LIFTED, lifted),
    row('approved and signed, kubelets', ours, 'raw: access review, approval, status', raw),
    {
      what: 'processor time for one approval and certificate',
      figure: millisecondsText(median(cpus(ours))),
      beside: `${LIFTED}: ${millisecondsText(median(cpus(lifted)))}`,
      ratio: ratioText(ratioOfRounds(cpus(ours), cpus(lifted))),
    },
    {
      what: 'calls for one approval and certificate',
      figure: callsText(ours),
      beside: `${LIFTED}: ${callsText(lifted)}`,
    },
  ];
}

function callsText(turns: readonly Turn[]): string {
  const of = (pick: (turn: Turn) => number): string => median(turns.map(pick)).toFixed(2);
  const writes = of(({ calls }) => calls.writes);
  const reviews = of(({ calls }) => calls.reviews);
  return `${writes} writes, ${reviews} access reviews`;
}

const memoryRows = ({ ours, oursWithFlags, lifted }: Turns): readonly Row[] =>
  [
    { what: 'memory after that, and its peak', turns: ours },
    { what: 'the same, with flags', turns: oursWithFlags },
  ].map(({ what, turns }) => ({
    what,
    figure: memoryText(turns),
    beside: `${LIFTED}: ${memoryText(lifted)}`,
  }));

function memoryText(turns: readonly Turn[]): string {
  const all = turns.flatMap(({ memory }) => (memory === undefined ? [] : [memory]));
  const resident = megabytesText(median(all.map(({ residentMb }) => residentMb)));
  return `${resident}, peak ${megabytesText(median(all.map(({ peakMb }) => peakMb)))}`;
}

function latencyRow(what: string, ours: readonly number[], theirs: readonly number[]): Row {
  const text = (sample: readonly number[]): string =>
    `${millisecondsText(median(sample))} / ${millisecondsText(quantile(sample, 0.99))}`;
  return {
    what: `${what}, p50 / p99`,
    figure: text(ours),
    beside: `${DEFAULTS}: ${text(theirs)}`,
    ratio: `${ratioText(median(ours) / median(theirs))} (p50)`,
  };
}
