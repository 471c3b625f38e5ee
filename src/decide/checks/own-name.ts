// SPDX-License-Identifier: Apache-2.0
// A kubelet asks for itself: whoever may choose the name of a serving certificate can pose as another node.

import { quoted } from '../../vocabulary/printable.js';
import { type Check, passed, violated } from '../check.js';

/** The common name is the requester's own user name. */
export const ownName: Check = {
  codes: ['CommonNameNotRequester'],
  source: 'requester',
  run: ({ csr, facts }) => {
    const { username } = csr.requester;
    const saw = facts.commonName === undefined ? 'nothing' : quoted(facts.commonName);
    const looked = { want: quoted(username), saw, source: 'requester' } as const;
    if (facts.commonName === username) return [passed('CommonNameNotRequester', looked)];
    const text = `common name ${saw} is not the requester's own, ${quoted(username)}`;
    return [violated('CommonNameNotRequester', looked, text)];
  },
};
