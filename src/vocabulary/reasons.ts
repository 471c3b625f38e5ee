// SPDX-License-Identifier: Apache-2.0
// The one registry of reason codes; the same code stands in condition, Event, log, policy and docs/reasons.md.

import { decidingReasons } from './reasons/deciding.js';
import { policyReasons } from './reasons/policy.js';
import { readingReasons } from './reasons/reading.js';
import type { Reason } from './reasons/reason.js';
import { signingReasons } from './reasons/signing.js';

const registry = {
  ...readingReasons,
  ...decidingReasons,
  ...signingReasons,
  ...policyReasons,
} as const;

/** A stable CamelCase token that names why something was refused, denied, left or failed. */
export type ReasonCode = keyof typeof registry;

/** Every code with its explanation. */
export const reasons: Readonly<Record<ReasonCode, Reason>> = registry;
