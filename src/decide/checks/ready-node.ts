// SPDX-License-Identifier: Apache-2.0
// Whoever gets a client certificate for the name of a node that is at work becomes that node.

import { quoted } from '../../vocabulary/printable.js';
import { type Check, mayPass, open, passed, unavailable } from '../check.js';

/**
 * With `readyNode: refuse`, nobody but the node itself gets the name of a Node that exists and is Ready. A machine that
 * was installed anew may join as soon as its old Node is deleted or no longer Ready, so this may pass.
 */
export const readyNode: Check = {
  codes: ['NodeAlreadyReady', 'EvidenceUnavailable'],
  source: 'node',
  run: ({ csr, facts, rule, ask }) => {
    // The name that is asked for, also by a node that has the right to ask for others.
    const name = (facts.commonName ?? '').replace(/^system:node:/, '');
    const looked = { want: `no Ready node ${quoted(name)}`, source: 'node' } as const;
    if (rule.readyNode === 'allow') {
      return [passed('NodeAlreadyReady', { ...looked, saw: 'not asked by the rule' })];
    }
    if (csr.requester.username === facts.commonName) {
      return [passed('NodeAlreadyReady', { ...looked, saw: 'the node itself asks' })];
    }
    const answer = ask.node(name);
    if (answer === undefined) return [open('NodeAlreadyReady', looked)];
    if (answer.state === 'unavailable') return [unavailable(looked, answer.why)];
    if (answer.value?.isReady !== true) {
      const saw = answer.value === undefined ? 'no such Node' : 'it is not Ready';
      return [passed('NodeAlreadyReady', { ...looked, saw })];
    }
    const text = `node ${quoted(name)} is there and Ready, and somebody else asks for its name`;
    return [mayPass('NodeAlreadyReady', { ...looked, saw: 'it is Ready' }, text, [name])];
  },
};
