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

/** The same by what gives them, in the order of the catalogue. */
export const reasonChapters: readonly {
  readonly title: string;
  readonly codes: Readonly<Partial<Record<ReasonCode, Reason>>>;
}[] = [
  { title: 'Reading a request', codes: readingReasons },
  { title: 'Deciding by a policy', codes: decidingReasons },
  { title: 'Signing', codes: signingReasons },
  { title: 'Policies, files and flags', codes: policyReasons },
];
