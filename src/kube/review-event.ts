// SPDX-License-Identifier: Apache-2.0
// The Event that tells people that a request awaits their review.

import { writeEvent } from './event-writer.js';
import type { WriterOptions } from './locked-patch.js';
import { requestReference } from './request-event.js';

/** What the Event says. */
export interface ReviewEvent {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly message: string;
  readonly atMs: number;
}

/** Writes it once for each message about a CertificateSigningRequest. Answers whether it is there, or not ours to write. */
export async function writeReviewEvent(
  writer: WriterOptions,
  { name, uid, resourceVersion, message, atMs }: ReviewEvent,
): Promise<boolean> {
  const outcome = await writeEvent(writer, {
    prefix: 'csr-review',
    type: 'Normal',
    reason: 'ReviewRequired',
    action: 'Review',
    message,
    regarding: requestReference({ name, uid, resourceVersion }),
    atMs,
  });
  return outcome !== 'failed';
}
