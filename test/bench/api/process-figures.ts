// SPDX-License-Identifier: Apache-2.0
// What another process holds and has used, from /proc.

import { readFileSync } from 'node:fs';

/** Megabytes of resident memory, now and at most so far. */
export interface Memory {
  readonly residentMb: number;
  readonly peakMb: number;
}

/** A program that is measured while it runs. */
export interface MeasuredProgram {
  memory(): Memory;
  /** Milliseconds of processor time, user and system, since it began. */
  cpuMs(): number;
  /** Throws with the end of its log when it is no longer there. */
  check(): void;
  /** Resolves when it has ended. */
  stop(): Promise<unknown>;
}

/** Linux counts processor time in hundredths of a second for every program (USER_HZ). */
const TICK_MS = 10;

export function memoryOf(pid: number | undefined): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
  return { residentMb: megabytes('VmRSS'), peakMb: megabytes('VmHWM') };
}

export function cpuMsOf(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in parentheses, may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
