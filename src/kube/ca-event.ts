// SPDX-License-Identifier: Apache-2.0
// The Event that tells people, at the Secret of a CA, what is wrong with it.

import { type EventOutcome, writeEvent } from './event-writer.js';
import type { WriterOptions } from './locked-patch.js';

/** What the Event says. */
export interface CaEvent {
  readonly namespace: string;
  readonly name: string;
  /** Undefined for a Secret that is not there. */
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  /** A reason code. */
  readonly reason: string;
  readonly message: string;
  readonly atMs: number;
}

/** Writes it once for each message about the Secret. */
export const writeCaEvent = (
  writer: WriterOptions,
  { reason, message, atMs, ...secret }: CaEvent,
): Promise<EventOutcome> =>
  writeEvent(writer, {
    prefix: 'ca',
    type: 'Warning',
    reason,
    action: 'Sign',
    message,
    regarding: { apiVersion: 'v1', kind: 'Secret', ...secret },
    atMs,
  });
