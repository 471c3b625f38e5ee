// SPDX-License-Identifier: Apache-2.0
// Which Events `run` writes about requests.

import { EVENT_CHOICES, type EventChoice } from '../telemetry/request-events.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Flag, GivenFlags } from './command.js';

/** The flag `--events`. */
export const eventsFlag = {
  type: 'string',
  value: 'WHICH',
  help: 'Events about requests: problems, or all with approvals and certificates; default: problems',
} as const satisfies Flag;

/** The Events of the flag; the error is one line for the user. */
export function readEvents(given: GivenFlags): Result<EventChoice, string> {
  const text = given.text('events') ?? 'problems';
  const choice = EVENT_CHOICES.find((each) => each === text);
  if (choice !== undefined) return ok(choice);
  return fail(
    `UsageError: --events: ${JSON.stringify(text)} is not one of ${EVENT_CHOICES.join(', ')}`,
  );
}
