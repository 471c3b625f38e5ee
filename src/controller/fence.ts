// SPDX-License-Identifier: Apache-2.0
// Whether this process may still write: the writers ask right before each write.

/**
 * Best effort, because a lease can end between the question and the write; what guarantees one effect is the
 * lock on uid and resourceVersion of every write.
 */
export interface Fence {
  isHeld(): boolean;
}

/** The fence of a process that runs without leader election. */
export const alwaysHeld: Fence = { isHeld: () => true };

/** A fence that is held while both are. */
export const bothHeld = (one: Fence, other: Fence): Fence => ({
  isHeld: () => one.isHeld() && other.isHeld(),
});
