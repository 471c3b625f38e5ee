// SPDX-License-Identifier: Apache-2.0
// csr-approver certs: its flags. What it does is loaded when it is called.

import type { Command } from './command.js';
import { csrListFlag } from './csr-list-flag.js';
import { personalServerFlags } from './find-server.js';
import { outputFlag } from './output.js';

/** What was issued, to whom, until when? What ends soon? */
export const certsCommand: Command = {
  summary: 'Lists the certificates that requests still hold: issued to whom, until when.',
  usage: '[-f requests.yaml] [--expires-within 7d] [--signer NAME] [flags]',
  flags: {
    'expires-within': {
      type: 'string',
      value: 'DURATION',
      help: 'only what ends within 7d, 12h, 1h30m, or has ended',
    },
    signer: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'only what this signer was asked for; may be repeated',
    },
    filename: csrListFlag,
    ...personalServerFlags,
    output: outputFlag('text', 'json', 'yaml'),
  },
  run: async (given, process) => {
    const { answerCerts } = await import('./certs-answer.js');
    return answerCerts(given, process);
  },
};
