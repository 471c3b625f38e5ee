// SPDX-License-Identifier: Apache-2.0
// Runs `csr-approver explain` of the bundle.

import { type Printed, runCommand } from '../support/running-controller.js';

/** Flags by name, each with one value. */
export type Flags = Readonly<Record<string, string>>;

/** What it answers to these flags. */
export function explain(flags: Flags, ...more: string[]): Promise<Printed> {
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  return runCommand(['explain', ...args, ...more]);
}
