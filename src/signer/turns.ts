// SPDX-License-Identifier: Apache-2.0
// Turns of the event loop for a few callers each: small pieces of work that become due at once must not be one large one.

/**
 * Makes a queue. Of those who await it, `perTurn` go on in one turn, the others in later ones, with whatever else the
 * process has to do in between.
 */
export function takeTurns(perTurn: number): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let callers = 0;
  return () => {
    if (callers % perTurn === 0) {
      last = last.then(() => new Promise((resolve) => void setImmediate(resolve)));
    }
    callers += 1;
    return last;
  };
}
