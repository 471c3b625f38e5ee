// SPDX-License-Identifier: Apache-2.0
// Writes Events (events.k8s.io/v1): each once, named by what it says and of whom.

import { createHash } from 'node:crypto';
import type { WriterOptions } from './locked-patch.js';
import { microTime } from './micro-time.js';

/** What an Event says. */
export interface EventText {
  /** Begins its name: lower-case letters and dashes. */
  readonly prefix: string;
  readonly type: 'Normal' | 'Warning';
  /** CamelCase: why. */
  readonly reason: string;
  /** CamelCase: what was done about it, or is to be done. */
  readonly action: string;
  /** Cut at 1,024 bytes. */
  readonly message: string;
  /** Of whom it speaks; an Event about an object without namespace is written to `default`. */
  readonly regarding: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    /** Undefined for an object that is gone. */
    readonly uid?: string | undefined;
    readonly resourceVersion?: string | undefined;
  };
  readonly atMs: number;
}

/** `fenced`: this process may not write now, and nothing was sent. */
export type EventOutcome = 'written' | 'fenced' | 'failed';

/** The API server counts bytes. */
const MAX_NOTE_BYTES = 1024;

/**
 * Writes one Event. Its name is made of uid and message, so that the same Event is not written twice while the first is
 * there, also not after a restart; that counts as written. Never throws.
 */
export async function writeEvent(
  { transport, fence, signal }: WriterOptions,
  event: EventText,
): Promise<EventOutcome> {
  if (!fence.isHeld()) return 'fenced';
  const namespace = event.regarding.namespace ?? 'default';
  const answer = await transport.request({
    method: 'POST',
    path: `/apis/events.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/events`,
    body: bodyOf(event, namespace),
    signal,
  });
  const isThere = answer.kind === 'ok' || (answer.kind === 'refused' && answer.status === 409);
  return isThere ? 'written' : 'failed';
}

function bodyOf(event: EventText, namespace: string) {
  const { prefix, type, reason, action, message, regarding, atMs } = event;
  const named = regarding.uid ?? `${namespace}/${regarding.name}`;
  const digest = createHash('sha256').update(`${named} ${message}`).digest('hex').slice(0, 16);
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: `${prefix}-${digest}`, namespace },
    eventTime: microTime(atMs),
    reportingController: 'kube-csr-approver',
    reportingInstance: 'kube-csr-approver',
    action,
    reason,
    type,
    note: firstBytes(message),
    regarding,
  };
}

/** The characters of `text` that fit. */
function firstBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_NOTE_BYTES) return text;
  // A character that is cut decodes to U+FFFD, which three bytes less than the limit leave room for.
  return bytes
    .subarray(0, MAX_NOTE_BYTES - 3)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
}
