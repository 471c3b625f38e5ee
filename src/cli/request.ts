// SPDX-License-Identifier: Apache-2.0
// csr-approver request: its flags. What it does is loaded when it is called, since `run` is the same executable.

import { API_CLIENT_SIGNER } from '../request/well-known-signers.js';
import type { Command } from './command.js';
import { personalServerFlags } from './find-server.js';
import { outputFlag } from './output.js';
import { DEFAULT_LIFETIME, DEFAULT_TIMEOUT } from './request-order.js';

/** From nothing to a kubeconfig with a certificate: key, request, wait, check, write. */
export const requestCommand: Command = {
  summary: 'Asks for a client certificate, waits for it, and writes a kubeconfig with it.',
  usage: 'NAME [flags]',
  positionals: 1,
  flags: {
    ...personalServerFlags,
    user: {
      type: 'string',
      value: 'CN',
      help: 'common name of the certificate; default: the name by which the cluster knows you',
    },
    group: {
      type: 'string',
      multiple: true,
      value: 'O',
      help: 'organization of the certificate, a group of its user; may be repeated; default: none',
    },
    signer: { type: 'string', value: 'NAME', help: `who signs it; default: ${API_CLIENT_SIGNER}` },
    lifetime: {
      type: 'string',
      value: 'DURATION',
      help: `how long it is valid; default: ${DEFAULT_LIFETIME}`,
    },
    out: {
      type: 'string',
      value: 'FOLDER',
      help: 'where NAME.kubeconfig is written; default: the current folder',
    },
    'new-context': {
      type: 'string',
      value: 'NAME',
      help: 'context, cluster and user in the new kubeconfig; default: the name of the request',
    },
    timeout: {
      type: 'string',
      value: 'DURATION',
      help: `how long to wait for the certificate; default: ${DEFAULT_TIMEOUT}`,
    },
    output: outputFlag('text', 'json', 'yaml'),
  },
  run: async (given, process) => {
    const { answerRequest } = await import('./request-answer.js');
    return answerRequest(given, process);
  },
};
