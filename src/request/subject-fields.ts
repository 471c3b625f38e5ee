// SPDX-License-Identifier: Apache-2.0
// Subject attributes that a policy may name beyond common name and organizations, and how requests call them.

import type { Matcher } from '../vocabulary/matchers.js';

/**
 * Field of a policy, and the type of the attribute in `RequestFacts.subject` (RFC 5280 section 4.1.2.4). These are the
 * types that a certificate of ours can hold (CRT-3), and emailAddress, which can only be checked.
 */
export const SUBJECT_FIELDS = [
  ['organizationalUnits', 'OU'],
  ['countries', 'C'],
  ['provinces', 'ST'],
  ['localities', 'L'],
  ['streetAddresses', 'street'],
  ['postalCodes', 'postalCode'],
  ['serialNumber', 'serialNumber'],
  ['emailAddress', 'emailAddress'],
] as const;

/** Allowed values by type of attribute (`OU`); an attribute that is not here is not spoken of. */
export type AttributeBounds = Readonly<Record<string, readonly Matcher[]>>;

/** Name of such a field. */
export type SubjectField = (typeof SUBJECT_FIELDS)[number][0];
