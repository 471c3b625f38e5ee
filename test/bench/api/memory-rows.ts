// SPDX-License-Identifier: Apache-2.0
// The rows about memory and start.

import { type Row, megabytesText, millisecondsText, ratioText } from '../row.js';
import { median, ratioOfRounds } from '../statistics.js';
import type { Memory } from './approver-process.js';
import type { Turn } from './throughput.js';
import type { Turns } from './throughput-rows.js';

/** design: what good looks like, for the Node version that runs; measured with the flags. */
const GOALS_MB = process.versions.node.startsWith('20.')
  ? { idle: 80, busy: 110 }
  : { idle: 90, busy: 120 };
const START_MS = 500;

export interface IdleMemory {
  readonly plain: Memory;
  readonly frugal: Memory;
  readonly outside: Memory;
}

export function memoryRows(idle: IdleMemory, turns: Turns, count: number): readonly Row[] {
  const { plain, frugal, outside } = idle;
  const row = (what: string, memory: Memory): Row => ({
    what,
    figure: `${megabytesText(memory.residentMb)}, peak ${megabytesText(memory.peakMb)}`,
  });
  const busy = memoryOf(turns.signed);
  const frugalBusy = memoryOf(turns.signedWithFlags);
  const goal = (megabytes: number, goalMb: number) => ({
    text: `≤ ${goalMb} MB`,
    isMet: megabytes <= goalMb,
  });
  return [
    row('idle, no options', plain),
    { ...row('idle, with flags', frugal), goal: goal(frugal.residentMb, GOALS_MB.idle) },
    row('idle, no options, with a kubeconfig', outside),
    row(`after ${count}, no options`, busy),
    {
      ...row(`after ${count}, with flags`, frugalBusy),
      goal: goal(frugalBusy.peakMb, GOALS_MB.busy),
    },
  ];
}

const memoryOf = (turns: readonly Turn[]): Memory => {
  const all = turns.map(({ memory }) => memory).filter((memory) => memory !== undefined);
  return {
    residentMb: median(all.map(({ residentMb }) => residentMb)),
    peakMb: median(all.map(({ peakMb }) => peakMb)),
  };
};

export function startRows(ours: readonly number[], empty: readonly number[]): readonly Row[] {
  const startMs = median(ours);
  return [
    {
      what: 'start → first decision',
      figure: millisecondsText(startMs),
      beside: `an empty Node process, start to end: ${millisecondsText(median(empty))}`,
      ratio: ratioText(ratioOfRounds(ours, empty)),
      goal: { text: `≤ ${START_MS} ms`, isMet: startMs <= START_MS },
    },
  ];
}
