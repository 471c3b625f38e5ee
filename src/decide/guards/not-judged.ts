// SPDX-License-Identifier: Apache-2.0
// Somebody else's signer may copy raw bytes of the request, so what no rule judges must not be there.

import { isKubernetesSigner } from '../../request/well-known-signers.js';
import { type Check, passed, violated } from '../check.js';

/** Nothing in the request is left unjudged, unless the signer is known to copy nothing (ours, or a kubernetes.io one). */
export const notJudged: Check = {
  codes: ['NotJudged'],
  source: 'request',
  run: ({ csr, facts, signer, rule }) => {
    const judged = Object.keys(rule.attributes).map((type) => `subject ${type}`);
    const unjudged = facts.ignored.filter((each) => !judged.includes(each));
    const copiesNothing = signer !== undefined || isKubernetesSigner(csr.signerName);
    const looked = {
      want: copiesNothing ? 'anything: the signer copies nothing unjudged' : 'nothing unjudged',
      saw: unjudged.join(', ') || 'nothing',
      source: 'request',
    } as const;
    if (copiesNothing || unjudged.length === 0) return [passed('NotJudged', looked)];
    const text = `${unjudged.join(', ')} is judged by no rule and this signer might copy it`;
    return [violated('NotJudged', looked, text)];
  },
};
