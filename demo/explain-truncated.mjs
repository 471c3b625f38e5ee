// SPDX-License-Identifier: Apache-2.0
// What is wrong with the truncated request: the API server's answer helps nobody, that of `explain` should.

import { askProgram } from './bundle.mjs';
import { painted, say } from './terminal.mjs';

const FILE = 'demo/requests/seed-dev1-truncated.csr.pem';
const FLAGS = [
  ['--policy', 'demo/policy.yaml'],
  ['--signer-name', 'kubernetes.io/kube-apiserver-client'],
  ['--as', 'dev1', '--as-group', 'oidc:trainees'],
];

/** Prints command and answer; returns one line for each thing that is wrong. */
export function explainTruncated() {
  const command = [
    `node dist/csr-approver.mjs explain -f ${FILE}`,
    ...FLAGS.map((flag) => flag.join(' ')),
  ];
  say(painted('dim', `   $ ${command.join(' \\\n       ')}`));
  const answer = askProgram(['explain', '-f', FILE, ...FLAGS.flat()]);
  for (const line of answer.trimEnd().split('\n')) say(`   ${line}`.trimEnd());
  say();
  const isExplained = answer.includes(': deny ') && answer.includes('PemIncomplete');
  return isExplained ? [] : ['dev1-truncated: explain does not say PemIncomplete'];
}
