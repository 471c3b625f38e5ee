// SPDX-License-Identifier: Apache-2.0
// Rights that nothing here ever uses and that would turn a fault of this program into one of the cluster.

import {
  API_CLIENT_SIGNER,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
} from '../request/well-known-signers.js';
import { CERTIFICATES, REQUESTS, type Right } from './right.js';

const SIGNERS = [
  'kubernetes.io/*',
  API_CLIENT_SIGNER,
  KUBELET_CLIENT_SIGNER,
  KUBELET_SERVING_SIGNER,
];

const why = 'not needed';

const signerRights: readonly Right[] = ['approve', 'sign', 'attest'].flatMap((verb) =>
  [undefined, ...SIGNERS].map((name) => ({
    verb,
    apiGroup: CERTIFICATES,
    resource: 'signers',
    ...(name === undefined ? {} : { name }),
    why,
  })),
);

const otherRights: readonly Right[] = [
  { verb: 'delete', apiGroup: CERTIFICATES, resource: REQUESTS, why },
  { verb: 'list', apiGroup: '', resource: 'secrets', why },
  { verb: '*', apiGroup: '*', resource: '*', why },
];

/** The rights to ask for at start: whoever has one of them has too much, since `needed` is all that is used. */
export const dangerousRights = (needed: readonly Right[]): readonly Right[] =>
  [...signerRights, ...otherRights].filter((right) => !needed.some((each) => isSame(each, right)));

/** `held` without those that a broader one of them stands for: a right on a domain, or on all signers. */
export const broadestOf = (held: readonly Right[]): readonly Right[] =>
  held.filter((right) => !held.some((each) => stands(each, right)));

const stands = (broad: Right, right: Right): boolean =>
  right.name !== undefined &&
  [undefined, `${right.name.split('/')[0]}/*`].includes(broad.name) &&
  broad.name !== right.name &&
  isSame(broad, { ...right, name: broad.name });

type Thing = Omit<Right, 'name' | 'why'> & { readonly name?: string | undefined };

const isSame = (one: Thing, other: Thing): boolean =>
  one.verb === other.verb &&
  one.apiGroup === other.apiGroup &&
  one.resource === other.resource &&
  one.subresource === other.subresource &&
  one.namespace === other.namespace &&
  one.name === other.name;
