// SPDX-License-Identifier: Apache-2.0
// csr-approver explain: what would be decided about a request in a file, and why.

import { decideOffline, type OfflineQuestion } from './explain-offline.js';
import { type Command, EXIT, type GivenFlags } from './command.js';
import { explanationText } from '../review/explain-text.js';
import type { Explanation } from '../review/explain.js';
import { toYaml } from '../policy/to-yaml.js';

/** Why would this be decided so? Offline: with the policy and the objects of files. */
export const explainCommand: Command = {
  summary: 'Says what would be decided about a request, by which rule, and why.',
  usage: '-f request.yaml --policy policy.yaml [flags]',
  flags: {
    filename: {
      type: 'string',
      short: 'f',
      value: 'FILE',
      help: 'a CertificateSigningRequest (YAML or JSON), or the PEM of a PKCS#10 request',
    },
    policy: { type: 'string', value: 'FILE', help: 'the policy to decide by' },
    objects: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      help: 'Kubernetes objects that count as evidence; may be repeated',
    },
    access: {
      type: 'string',
      multiple: true,
      value: 'NAME=allowed|denied',
      help: 'answer of an access review: nodeclient, selfnodeclient or everything; may be repeated',
    },
    as: { type: 'string', value: 'USER', help: 'who asks, where the file does not say' },
    'as-group': {
      type: 'string',
      multiple: true,
      value: 'GROUP',
      help: 'groups of who asks; may be repeated',
    },
    'signer-name': { type: 'string', value: 'NAME', help: 'signer that is asked, for a PEM file' },
    usage: {
      type: 'string',
      multiple: true,
      value: 'USAGE',
      help: 'usages that are asked for, for a PEM file; default: client auth, digital signature',
    },
    output: {
      type: 'string',
      short: 'o',
      value: 'text|json|yaml',
      help: 'form of the answer; default: text',
    },
    'exit-code': { type: 'boolean', help: 'exit with 1 unless the request would be approved' },
  },
  run: async (given, process) => {
    const question = questionOf(given);
    if (typeof question === 'string') {
      process.err(`${question}\n`);
      return EXIT.unknown;
    }
    const answer = await decideOffline(question, Date.now());
    if (!answer.ok) {
      process.err(`${answer.error}\n`);
      return EXIT.unknown;
    }
    process.out(printed(answer.value, question.output));
    return given.has('exit-code') && answer.value.decision !== 'approve' ? EXIT.no : EXIT.yes;
  },
};

const OUTPUTS = ['text', 'json', 'yaml'];

function questionOf(given: GivenFlags): (OfflineQuestion & { output: string }) | string {
  const file = given.text('filename');
  const policy = given.text('policy');
  const output = given.text('output') ?? 'text';
  if (file === undefined) return 'UsageError: -f FILE is missing: the request to explain';
  if (policy === undefined) return 'UsageError: --policy FILE is missing: the policy to decide by';
  if (!OUTPUTS.includes(output)) return `UsageError: -o takes ${OUTPUTS.join(', ')}`;
  return {
    file,
    policy,
    output,
    objects: given.texts('objects'),
    access: given.texts('access'),
    as: given.text('as'),
    asGroups: given.texts('as-group'),
    signerName: given.text('signer-name'),
    usages: given.texts('usage'),
  };
}

function printed(explanation: Explanation, output: string): string {
  if (output === 'json') return `${JSON.stringify(explanation, undefined, 2)}\n`;
  return output === 'yaml' ? toYaml(explanation) : explanationText(explanation);
}
