// SPDX-License-Identifier: Apache-2.0
// Which controllers a command speaks of.

import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Flag, GivenFlags } from './command.js';

const CONTROLLERS = ['approver', 'signer'] as const;

/** One of the controllers that `run` runs. */
export type Controller = (typeof CONTROLLERS)[number];

/** The flag `--controllers`. */
export const controllersFlag = {
  type: 'string',
  value: 'LIST',
  help: 'approver, signer, or both with a comma; default: approver,signer',
} as const satisfies Flag;

/** The controllers of the flag; the error is one line for the user. */
export function readControllers(given: GivenFlags): Result<readonly Controller[], string> {
  const names = (given.text('controllers') ?? CONTROLLERS.join(',')).split(',');
  const unknown = names.find((name) => !CONTROLLERS.some((each) => each === name));
  if (unknown === undefined) return ok(CONTROLLERS.filter((name) => names.includes(name)));
  return fail(
    `UsageError: --controllers: ${JSON.stringify(unknown)} is not one of ${CONTROLLERS.join(', ')}`,
  );
}
