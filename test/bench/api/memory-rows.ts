// SPDX-License-Identifier: Apache-2.0
// The rows about memory and start.

import { type Row, megabytesText, millisecondsText, percentText, ratioText } from '../row.js';
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

export const busyRow = ({ name }: Setup, turns: readonly Turn[], count: number): Row =>
  memoryRow(`after ${count}, ${name}`, memoryAfter(turns));

/** The same for the backlog that the goal speaks of. */
export function largeRow({ name, goalsMb }: Setup, turns: readonly Turn[], count: number): Row {
  const memory = memoryAfter(turns);
  return memoryRow(`after ${count}, ${name}`, memory, {
    megabytes: memory.peakMb,
    goalMb: goalsMb?.busy,
  });
}

function memoryAfter(turns: readonly Turn[]): Memory {
  const all = turns.flatMap(({ memory }) => (memory === undefined ? [] : [memory]));
  return {
    residentMb: median(all.map(({ residentMb }) => residentMb)),
    peakMb: median(all.map(({ peakMb }) => peakMb)),
  };
}

/** What a process that has settled may still gain, as a share: more would show that something is kept for ever. */
const MAX_GROWTH = 0.05;

/** The first batch warms the process up, so what comes after the second is compared with that. */
export function churnRow(name: string, memories: readonly Memory[], batch: number): Row {
  const residentMb = memories.map((memory) => memory.residentMb);
  const [, second = Number.NaN] = residentMb;
  const last = residentMb.at(-1) ?? Number.NaN;
  return {
    what: `coming and going, after ${memories.length * batch}, ${name}`,
    figure: megabytesText(last),
    beside: `after ${2 * batch}: ${megabytesText(second)}`,
    ratio: percentText(last / second),
    goal: {
      text: `≤ ${percentText(1 + MAX_GROWTH)}`,
      isMet: last <= (1 + MAX_GROWTH) * second,
    },
  };
}

function memoryRow(
  what: string,
  { residentMb, peakMb }: Memory,
  goal?: { readonly megabytes: number; readonly goalMb: number | undefined },
): Row {
  const figure = `${megabytesText(residentMb)}, peak ${megabytesText(peakMb)}`;
  if (goal?.goalMb === undefined) return { what, figure };
  const { megabytes, goalMb } = goal;
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
