// SPDX-License-Identifier: Apache-2.0
// Writes plain data as YAML, for commands that print it.

import { stringify } from 'yaml';

/** `value` as one YAML document. */
export const toYaml = (value: unknown): string =>
  stringify(value, { aliasDuplicateObjects: false });
