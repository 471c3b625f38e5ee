// SPDX-License-Identifier: Apache-2.0
// csr-approver schema: the policy language as JSON Schema.

import { type Command, EXIT } from './command.js';
import { outputFlag, printedValue, readOutput } from './output.js';

/** Prints the schema, for editors and other programs; docs/policy.schema.json is the same. */
export const schemaCommand: Command = {
  summary: 'Prints the JSON Schema of policies, for editors.',
  usage: '[flags]',
  flags: { output: outputFlag('json', 'yaml') },
  run: async (given, process) => {
    const output = readOutput(given, 'json', 'yaml');
    if (!output.ok) {
      process.err(`${output.error}\n`);
      return EXIT.unknown;
    }
    const { policyJsonSchema } = await import('../policy/json-schema.js');
    process.out(printedValue(policyJsonSchema(), output.value));
    return EXIT.yes;
  },
};
