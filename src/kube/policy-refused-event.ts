// SPDX-License-Identifier: Apache-2.0
// The Event that tells people, at the ConfigMap that they wrote, that their policy is not in force.

import type { ConfigMapName } from './config-maps.js';
import { type EventOutcome, writeEvent } from './event-writer.js';
import type { WriterOptions } from './locked-patch.js';

/** What the Event says. */
export interface PolicyRefusedEvent extends ConfigMapName {
  /** Undefined for a ConfigMap that is gone. */
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly message: string;
  readonly atMs: number;
}

/** Writes it once for each message about the ConfigMap of a policy. */
export const writePolicyRefusedEvent = (
  writer: WriterOptions,
  { message, atMs, ...configMap }: PolicyRefusedEvent,
): Promise<EventOutcome> =>
  writeEvent(writer, {
    prefix: 'policy-refused',
    type: 'Warning',
    reason: 'PolicyRefused',
    action: 'Load',
    message,
    regarding: { apiVersion: 'v1', kind: 'ConfigMap', ...configMap },
    atMs,
  });
