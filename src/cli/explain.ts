// SPDX-License-Identifier: Apache-2.0
// csr-approver explain: its flags. What it does is loaded when it is called, since `run` is the same executable.

import type { Command } from './command.js';
import { dnsServerFlag } from './dns-servers.js';
import { personalServerFlags } from './find-server.js';
import { outputFlag } from './output.js';
import { evidenceFlags } from './evidence-flags.js';
import { policyFilesFlag } from './policy-flags.js';

/** Why would this be decided so? By the cluster, or offline by files. */
export const explainCommand: Command = {
  summary: 'Says what would be decided about a request, by which rule, and why.',
  usage: 'NAME [flags] | -f request.yaml --policy policy.yaml [flags] | --awaiting-review [flags]',
  positionals: 1,
  flags: {
    ...personalServerFlags,
    'policy-configmap': {
      type: 'string',
      value: 'NS/NAME',
      help: 'ConfigMap that is the policy; default: where the chart puts it',
    },
    policy: policyFilesFlag('file that is the policy'),
    'dns-server': dnsServerFlag,
    'awaiting-review': {
      type: 'boolean',
      help: 'lists the requests of the cluster that await a person',
    },
    filename: {
      type: 'string',
      short: 'f',
      value: 'FILE',
      help: 'offline: a CertificateSigningRequest (YAML or JSON), or the PEM of a PKCS#10 request; - is the standard input',
    },
    ...evidenceFlags,
    as: { type: 'string', value: 'USER', help: 'offline: who asks, where the file does not say' },
    'as-group': {
      type: 'string',
      multiple: true,
      value: 'GROUP',
      help: 'offline: groups of who asks; may be repeated',
    },
    'signer-name': {
      type: 'string',
      value: 'NAME',
      help: 'offline: signer that is asked, for a PEM file',
    },
    usage: {
      type: 'string',
      multiple: true,
      value: 'USAGE',
      help: 'offline: usages that are asked for, for a PEM file; default: what the signer requires, else client auth, digital signature',
    },
    output: outputFlag('text', 'json', 'yaml'),
    'exit-code': {
      type: 'boolean',
      help: 'exit with 1 unless the request would be approved, with 2 when that is not known',
    },
  },
  run: async (given, process) => {
    const { answerExplain } = await import('./explain-answer.js');
    return answerExplain(given, process);
  },
};
