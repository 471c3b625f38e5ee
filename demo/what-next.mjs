// SPDX-License-Identifier: Apache-2.0
// What to try next: after the demo, and with kubectl while it goes on (test/small-server/demo.test.ts does all of it).

import { POLICY_CONFIGMAP } from './cluster-objects.mjs';
import { painted, say } from './terminal.mjs';

const NEXT = [
  ['npm run demo -- --keep', 'the same, and then play with it through kubectl'],
  ['edit demo/policy.yaml', 'for example the lifetime of developers, and run this again'],
  ['node dist/csr-approver.mjs explain --help', 'why would a request be decided so? (no cluster)'],
  ['docs/policy.md, examples/', 'write a policy of your own'],
  ['docs/reasons.md', 'what each reason means, and what to do then'],
  ['docs/install.md', 'let it work in a cluster of yours'],
];

const [NAMESPACE, NAME] = POLICY_CONFIGMAP.split('/');
const KUBECTL = [
  ['get csr', 'all of the above; with -w it goes on'],
  ['get csr alice -o yaml', 'the whole object: condition and certificate'],
  ['describe csr alice-as-bob', 'a denial, as its requester sees it'],
  ['get events', 'what awaits review'],
  ['certificate approve on-call', 'do that review: it gets its certificate'],
  ['create -f demo/requests/sample.yaml', 'no rule speaks of it: it is left to you'],
  ['certificate deny sample', 'or approve'],
  ['delete csr sample', 'and begin again'],
  [`-n ${NAMESPACE} get configmap ${NAME} -o yaml`, 'the policy in force'],
  [`-n ${NAMESPACE} edit configmap ${NAME}`, 'change shadow to enforce: contractor is issued'],
];

export function sayNext() {
  sayPairs(NEXT);
}

/** @param {string} kubeconfigPath of an administrator */
export function sayKubectl(kubeconfigPath) {
  say(`   export KUBECONFIG=${kubeconfigPath}\n`);
  sayPairs(KUBECTL.map(([args, why]) => [`kubectl ${args}`, why]));
  say('\n   Server and controller go on until Ctrl-C.');
}

/** @param {string[][]} pairs */
function sayPairs(pairs) {
  const width = Math.max(...pairs.map(([left = '']) => left.length));
  for (const [left = '', right = ''] of pairs) {
    say(`   ${left.padEnd(width)}   ${painted('dim', right)}`);
  }
}
