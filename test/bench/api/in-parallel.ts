// SPDX-License-Identifier: Apache-2.0
// Does something for each of many things, a fixed number at a time.

/** Resolves when all is done; rejects with the first failure. */
export async function inParallel<T>(
  atOnce: number,
  things: readonly T[],
  act: (thing: T) => Promise<void>,
): Promise<void> {
  const left = things.values();
  const work = async (): Promise<void> => {
    for (const thing of left) await act(thing);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
