// SPDX-License-Identifier: Apache-2.0
// The rows about memory and start.

import { type Row, megabytesText, millisecondsText, ratioText } from '../row.js';
import { median, ratioOfRounds } from '../statistics.js';
import type { Memory } from './process-figures.js';
import type { Turn } from './throughput.js';

const START_MS = 500;

/** One way to run the program: a version of Node, with flags or without. */
export interface Setup {
  readonly name: string;
  /** design: what good looks like on that Node; set for the chart's flags only. */
  readonly goalsMb?: { readonly idle: number; readonly busy: number };
}

export const idleRow = ({ name, goalsMb }: Setup, memory: Memory): Row =>
  memoryRow(`idle, ${name}`, memory, { megabytes: memory.residentMb, goalMb: goalsMb?.idle });

export function busyRow({ name, goalsMb }: Setup, turns: readonly Turn[], count: number): Row {
  const all = turns.flatMap(({ memory }) => (memory === undefined ? [] : [memory]));
  const memory = {
    residentMb: median(all.map(({ residentMb }) => residentMb)),
    peakMb: median(all.map(({ peakMb }) => peakMb)),
  };
  const goal = { megabytes: memory.peakMb, goalMb: goalsMb?.busy };
  return memoryRow(`after ${count}, ${name}`, memory, goal);
}

function memoryRow(
  what: string,
  { residentMb, peakMb }: Memory,
  { megabytes, goalMb }: { readonly megabytes: number; readonly goalMb: number | undefined },
): Row {
  const figure = `${megabytesText(residentMb)}, peak ${megabytesText(peakMb)}`;
  if (goalMb === undefined) return { what, figure };
  return { what, figure, goal: { text: `≤ ${goalMb} MB`, isMet: megabytes <= goalMb } };
}

/** Milliseconds of each round: of the program until it has decided, and of a Node that does nothing. */
export interface Starts {
  readonly ours: number[];
  readonly empty: number[];
}

export function startRow({ name }: Setup, { ours, empty }: Starts): Row {
  const startMs = median(ours);
  return {
    what: `start → first decision, ${name}`,
    figure: millisecondsText(startMs),
    beside: `an empty Node process, start to end: ${millisecondsText(median(empty))}`,
    ratio: ratioText(ratioOfRounds(ours, empty)),
    goal: { text: `≤ ${START_MS} ms`, isMet: startMs <= START_MS },
  };
}
