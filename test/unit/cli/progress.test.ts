// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { progressBar } from '../../../src/cli/progress.js';

const CLEAR = '\r\u001b[K';

/** A bar whose clock stands at `at.ms`, and what it wrote. */
function barOn(terminal: { readonly isTerminal?: boolean }, total = 10) {
  const written: string[] = [];
  const at = { ms: 0 };
  const err = (text: string): void => void written.push(text);
  return { bar: progressBar({ ...terminal, err }, total, () => at.ms), written, at };
}

describe('the progress of a command', () => {
  it('grows on a terminal, in one line, and is taken away at the end', () => {
    const { bar, written, at } = barOn({ isTerminal: true });

    bar.show(1);
    at.ms = 100;
    bar.show(10);
    bar.end();

    expect(written).toEqual([
      `\r[###${'-'.repeat(27)}] 1/10`,
      `\r[${'#'.repeat(30)}] 10/10`,
      CLEAR,
    ]);
  });

  it('is not drawn more often than anybody can see', () => {
    const { bar, written, at } = barOn({ isTerminal: true });

    for (at.ms = 0; at.ms < 200; at.ms += 1) bar.show(5);

    expect(written).toHaveLength(2);
  });

  it.each([
    ['where nobody looks', { isTerminal: false }, 10],
    ['where it is not known whether somebody looks', {}, 10],
    ['where there is nothing to do', { isTerminal: true }, 0],
  ])('is silent %s', (_, terminal, total) => {
    const { bar, written } = barOn(terminal, total);

    bar.show(1);
    bar.end();

    expect(written).toEqual([]);
  });
});
