// SPDX-License-Identifier: Apache-2.0
// The Event that tells people, at each of the Nodes, that two of them list the same name or address.

import { type EventOutcome, writeEvent } from './event-writer.js';
import type { WriterOptions } from './locked-patch.js';

/** What the Event says, and at which Node. */
export interface SharedAddressEvent {
  readonly node: string;
  readonly message: string;
  readonly atMs: number;
}

/** Writes it once for each message about a Node. */
export const writeSharedAddressEvent = (
  writer: WriterOptions,
  { node, message, atMs }: SharedAddressEvent,
): Promise<EventOutcome> =>
  writeEvent(writer, {
    prefix: 'node-address-shared',
    type: 'Warning',
    reason: 'AddressShared',
    action: 'Wait',
    message,
    // A Node's name in place of its uid, as the kubelet writes it: `kubectl describe node` finds both.
    regarding: { apiVersion: 'v1', kind: 'Node', name: node, uid: node },
    atMs,
  });
