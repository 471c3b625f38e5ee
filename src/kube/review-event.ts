// SPDX-License-Identifier: Apache-2.0
// The Event that tells people that a request awaits their review.

import { createHash } from 'node:crypto';
import type { WriteFence } from './csr-writer.js';
import type { Transport } from './transport.js';

/** What the Event says. */
export interface ReviewEvent {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly message: string;
  readonly atMs: number;
}

/** Events about objects without a namespace live here. */
const NAMESPACE = 'default';
const MAX_NOTE_CHARACTERS = 1024;

export interface ReviewEventWriter {
  readonly transport: Pick<Transport, 'request'>;
  /** Asked right before the write. */
  readonly fence: WriteFence;
  readonly signal: AbortSignal;
}

/**
 * Writes one Event (events.k8s.io/v1) about a CertificateSigningRequest. Its name is made of uid and message, so
 * that the same Event is not written twice, also not after a restart. Answers whether it is there, or not ours to write.
 */
export async function writeReviewEvent(
  { transport, fence, signal }: ReviewEventWriter,
  event: ReviewEvent,
): Promise<boolean> {
  if (!fence.isHeld()) return true;
  const answer = await transport.request({
    method: 'POST',
    path: `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`,
    body: bodyOf(event),
    signal,
  });
  return answer.kind === 'ok' || (answer.kind === 'refused' && answer.status === 409);
}

function bodyOf({ name, uid, resourceVersion, message, atMs }: ReviewEvent) {
  const digest = createHash('sha256').update(`${uid} ${message}`).digest('hex').slice(0, 16);
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `csr-review-${digest}`, namespace: NAMESPACE },
    // MicroTime: the API server takes exactly six digits.
    eventTime: new Date(atMs).toISOString().replace('Z', '000Z'),
    reportingController: 'kube-csr-approver',
    reportingInstance: 'kube-csr-approver',
    action: 'Review',
    reason: 'ReviewRequired',
    type: 'Normal',
    note: message.slice(0, MAX_NOTE_CHARACTERS),
    regarding: {
      apiVersion: 'certificates.k8s.io/v1',
      kind: 'CertificateSigningRequest',
      name,
      uid,
      resourceVersion,
    },
  };
}
