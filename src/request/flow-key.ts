// SPDX-License-Identifier: Apache-2.0
// Whom a request is counted against, so that one requester cannot starve the rest.

import { peekCommonName } from '../x509/peek-common-name.js';
import { MAX_REQUEST_PEM_BYTES } from '../vocabulary/limits.js';
import type { CsrObject } from './csr-object.js';
import { KUBELET_CLIENT_SIGNER } from './well-known-signers.js';

/**
 * The user name; for kubelet bootstrap with the common name that is asked for, since all new nodes share one user and
 * one that asks again and again must not delay the others (design: section 4).
 */
export function flowKeyOf({ signerName, requester, request }: CsrObject): string {
  const { username } = requester;
  const isBootstrap = signerName === KUBELET_CLIENT_SIGNER && !username.startsWith('system:node:');
  if (!isBootstrap || request.length > MAX_REQUEST_PEM_BYTES * 2) return username;
  return `${username} ${peekCommonName(Buffer.from(request, 'base64')) ?? ''}`;
}
