// SPDX-License-Identifier: Apache-2.0
// Listens for the end of a signal that many listen to.

import { setMaxListeners } from 'node:events';

/**
 * Calls `listener` once when `signal` aborts; the answer calls that off. One signal serves every call under way, which
 * is no leak, though Node would print a warning from the eleventh on.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
