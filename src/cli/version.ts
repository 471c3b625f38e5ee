// SPDX-License-Identifier: Apache-2.0
// csr-approver version.

import { type Command, EXIT } from './command.js';

/** The version of this program; the build writes it in. */
export const VERSION = process.env['CSR_APPROVER_VERSION'] ?? '0.0.0-source';

/** Prints the version. */
export const versionCommand: Command = {
  summary: 'Prints the version.',
  usage: '',
  flags: {},
  run: (_, { out }) => {
    out(`${VERSION}\n`);
    return Promise.resolve(EXIT.yes);
  },
};
