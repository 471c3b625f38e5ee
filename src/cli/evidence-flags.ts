// SPDX-License-Identifier: Apache-2.0
// The flags of evidence that is given in files and words, for all commands that decide offline.

import type { Flag } from './command.js';

/** Evidence by hand. */
export const evidenceFlags = {
  objects: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'offline: Kubernetes objects that count as evidence; may be repeated',
  },
  access: {
    type: 'string',
    multiple: true,
    value: 'NAME=allowed|denied',
    help: 'offline: answer of an access review: nodeclient, selfnodeclient or everything; may be repeated',
  },
  dns: {
    type: 'string',
    multiple: true,
    value: 'NAME=ADDRESS[,ADDRESS]',
    help: 'offline: all addresses that a name has in DNS, none after NAME=; may be repeated',
  },
} as const satisfies Readonly<Record<string, Flag>>;
