// SPDX-License-Identifier: Apache-2.0
// The Event that tells a requester, at the request, what became of it.

import { type EventOutcome, type EventText, writeEvent } from './event-writer.js';
import type { WriterOptions } from './locked-patch.js';

/** What the Event says, and of which CertificateSigningRequest. */
export interface RequestEvent extends Pick<EventText, 'type' | 'reason' | 'action' | 'message'> {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly atMs: number;
}

/** The object that an Event about a request is shown at. */
export const requestReference = (
  request: Pick<RequestEvent, 'name' | 'uid' | 'resourceVersion'>,
): EventText['regarding'] => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  ...request,
});

/** Writes it once for each message about a request. */
export const writeRequestEvent = (
  writer: WriterOptions,
  { name, uid, resourceVersion, ...event }: RequestEvent,
): Promise<EventOutcome> =>
  writeEvent(writer, {
    ...event,
    prefix: 'csr',
    regarding: requestReference({ name, uid, resourceVersion }),
  });
