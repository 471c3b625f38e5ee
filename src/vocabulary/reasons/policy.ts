// SPDX-License-Identifier: Apache-2.0
// Reason codes of files and flags: why a policy, an object file or a flag is refused.

import type { Reason } from './reason.js';

/** Codes for input of the operator. A retired code is never used again. */
export const policyReasons = {
  PolicySyntax: {
    meaning: 'The policy is not one plain YAML document.',
    requester: 'Nothing.',
    operator: 'Correct the text at the line and column that the message names.',
  },
  PolicyUnknownField: {
    meaning: 'The policy has a field that does not exist at that place.',
    requester: 'Nothing.',
    operator:
      'Remove the field or correct its name; the message lists the fields that exist there.',
  },
  PolicyMissingField: {
    meaning: 'The policy leaves out a field that has no safe default.',
    requester: 'Nothing.',
    operator: 'Add the field that the message names.',
  },
  PolicyInvalidValue: {
    meaning: 'A field of the policy has a value that it cannot have.',
    requester: 'Nothing.',
    operator: 'Replace the value; the message says what the field takes.',
  },
  PolicyBadPattern: {
    meaning: 'A pattern or template of the policy cannot be used.',
    requester: 'Nothing.',
    operator:
      'Write the pattern in RE2 syntax between slashes, or a template with one of the known names.',
  },
  PolicyConflict: {
    meaning: 'Two fields of the policy contradict each other.',
    requester: 'Nothing.',
    operator: 'Change or remove one of the fields that the message names.',
  },
  PolicyTooLarge: {
    meaning: 'The policy is larger, or nested deeper, than any policy for people.',
    requester: 'Nothing.',
    operator: 'Merge rules with patterns or templates; the message names the limit.',
  },
  PolicyNotFound: {
    meaning: 'There is no policy where one is to be read.',
    requester: 'Nothing.',
    operator: 'Create the file, or the ConfigMap with its key, that the message names.',
  },
  ObjectFileInvalid: {
    meaning: 'A file of Kubernetes objects is not readable YAML or JSON.',
    requester: 'Nothing.',
    operator: 'Correct the text at the line and column that the message names.',
  },
} as const satisfies Record<string, Reason>;
