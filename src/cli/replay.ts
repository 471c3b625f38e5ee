// SPDX-License-Identifier: Apache-2.0
// csr-approver replay: its flags. What it does is loaded when it is called.

import type { Command } from './command.js';
import { csrListFlag } from './csr-list-flag.js';
import { dnsServerFlag } from './dns-servers.js';
import { personalServerFlags } from './find-server.js';
import { outputFlag } from './output.js';
import { evidenceFlags } from './evidence-flags.js';
import { policyFilesFlag } from './policy-flags.js';

/** What would a new policy change? Over the requests of a cluster, or an exported list. */
export const replayCommand: Command = {
  summary: 'Puts past requests to a candidate policy and says who would be decided differently.',
  usage: '--policy candidate.yaml (--from-cluster | -f requests.yaml) [flags]',
  flags: {
    policy: policyFilesFlag('the candidate'),
    against: policyFilesFlag('policy to compare with, default: what stands in each request'),
    'against-configmap': {
      type: 'string',
      value: 'NS/NAME',
      help: 'the same, a ConfigMap of the cluster',
    },
    'from-cluster': { type: 'boolean', help: 'the requests that the cluster still has' },
    filename: csrListFlag,
    ...personalServerFlags,
    'dns-server': dnsServerFlag,
    ...evidenceFlags,
    output: outputFlag('text', 'json', 'yaml'),
    'exit-code': {
      type: 'boolean',
      help: 'exit with 2 when nothing differs and something is unknown',
    },
  },
  run: async (given, process) => {
    const { answerReplay } = await import('./replay-answer.js');
    return answerReplay(given, process);
  },
};
