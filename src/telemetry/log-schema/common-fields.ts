// SPDX-License-Identifier: Apache-2.0
// Fields that lines of several kinds have.

import {
  MAX_LOGGED_NAME_CHARACTERS,
  MAX_LOGGED_SENTENCE_CHARACTERS,
} from '../../vocabulary/limits.js';
import { plain, text } from '../log-field.js';

/** A name that others chose. */
export const name = (meaning: string) => text(MAX_LOGGED_NAME_CHARACTERS, meaning);

/** A sentence for the operator. */
export const sentence = (meaning: string) => text(MAX_LOGGED_SENTENCE_CHARACTERS, meaning);

/** The name of a rule. */
export const rule = (meaning: string) => text(63, meaning);

/** A digest, key identifier or serial number. */
export const hash = (meaning: string) => plain('hex', meaning);

/** Which policy. */
export const policyHash = hash('the policy; the line `policy loaded` with this hash has its text');

/** Why, for the operator. */
export const detail = sentence('the cause, in words');
