// SPDX-License-Identifier: Apache-2.0
// Reason codes of files and flags: why a policy, an object file or a flag is refused.

import type { Reason } from './reason.js';

/** Requesters do not feel a bad policy. */
const LAST_GOOD =
  'Nothing; the last good policy, if there is one, decides until this is corrected.';

/** Codes for input of the operator. A retired code is never used again. */
export const policyReasons = {
  PolicySyntax: {
    meaning: 'The policy is not one plain YAML document.',
    requester: LAST_GOOD,
    operator: 'Correct the text at the line and column that the message names.',
  },
  PolicyUnknownField: {
    meaning: 'The policy has a field that does not exist at that place.',
    requester: LAST_GOOD,
    operator:
      'Remove the field or correct its name; the message lists the fields that exist there.',
  },
  PolicyMissingField: {
    meaning: 'The policy leaves out a field that has no safe default.',
    requester: LAST_GOOD,
    operator: 'Add the field that the message names.',
  },
  PolicyInvalidValue: {
    meaning: 'A field of the policy has a value that it cannot have.',
    requester: LAST_GOOD,
    operator: 'Replace the value; the message says what the field takes.',
  },
  PolicyBadPattern: {
    meaning: 'A pattern or template of the policy cannot be used.',
    requester: LAST_GOOD,
    operator:
      'Write the pattern in RE2 syntax between slashes, or a template with one of the known names.',
  },
  PolicyConflict: {
    meaning: 'Two fields of the policy contradict each other.',
    requester: LAST_GOOD,
    operator: 'Change or remove one of the fields that the message names.',
  },
  PolicyTooLarge: {
    meaning: 'The policy is larger, or nested deeper, than any policy for people.',
    requester: LAST_GOOD,
    operator: 'Merge rules with patterns or templates; the message names the limit.',
  },
  PolicyApiVersion: {
    meaning: 'The policy is written in a version of the language that this program does not know.',
    requester: LAST_GOOD,
    operator:
      'Run the version of the program that knows it, or write the policy in the version that the message names; until then the last good policy stays in force.',
  },
  PolicyNotFound: {
    meaning: 'There is no policy where one is to be read.',
    requester: 'Wait; nothing is decided or denied for want of a policy.',
    operator: 'Create the file, or the ConfigMap with its key, that the message names.',
  },
  ObjectFileInvalid: {
    meaning: 'A file of Kubernetes objects is not readable YAML or JSON.',
    requester: 'Nothing; this is a file on the command line, and no request depends on it.',
    operator: 'Correct the text at the line and column that the message names.',
  },
  PolicyTestInvalid: {
    meaning: 'A policy test file cannot be run as it is written.',
    requester: 'Nothing; this is a file on the command line, and no request depends on it.',
    operator: 'Correct the file at the line and column that the message names.',
  },
  FileOutside: {
    meaning:
      'A policy test file names a file that is not in its own folder or below, so it is not read.',
    requester: 'Nothing; this is a file on the command line, and no request depends on it.',
    operator:
      'Move the file beside the test file, and name it by its path from there: no "..", no "/" at the start, no link that leads out.',
  },
} as const satisfies Record<string, Reason>;
