// SPDX-License-Identifier: Apache-2.0
// A bar that grows on a terminal while a command works; nothing where nobody looks.

import type { Process } from './command.js';

/** How far a piece of work has come. */
export interface Progress {
  show(done: number): void;
  /** Takes the bar away. */
  end(): void;
}

const CELLS = 30;
const LEAST_MS = 100;

/** A bar for `total` pieces on standard error; silent unless that is a terminal. */
export function progressBar(
  { err, isTerminal }: Pick<Process, 'err' | 'isTerminal'>,
  total: number,
  nowMs: () => number,
): Progress {
  if (isTerminal !== true || total === 0) return { show: () => {}, end: () => {} };
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    show: (done) => {
      const now = nowMs();
      if (now - lastMs < LEAST_MS) return;
      lastMs = now;
      const full = Math.floor((done / total) * CELLS);
      err(`\r[${'#'.repeat(full)}${'-'.repeat(CELLS - full)}] ${done}/${total}`);
    },
    end: () => err('\r\u001b[K'),
  };
}
