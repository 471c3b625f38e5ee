// SPDX-License-Identifier: Apache-2.0
// The only way in which end-to-end tests wait: for something to become true, until a deadline.

import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;
const DEFAULT_DEADLINE_MS = 10_000;

/** What `probe` finds as soon as it is not undefined. Throws at the deadline, and says what was waited for. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  deadlineMs: number = DEFAULT_DEADLINE_MS,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await delay(POLL_MS);
  }
}

/** The same for a statement. */
export async function untilTrue(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  deadlineMs?: number,
): Promise<void> {
  await eventually(what, async () => ((await isTrue()) ? true : undefined), deadlineMs);
}
