// SPDX-License-Identifier: Apache-2.0
// What signing takes: to publish, to sign by name, to read the CA and what the API server believes.

import type { SignerEntry } from '../authority/signer-entry.js';
import { CERTIFICATES, REQUESTS, type Right, signerNamed, withVerbs } from './right.js';

/** The rights of these signers; Secrets of CAs lie in `namespace`. */
export function signingRights(
  signers: readonly SignerEntry[],
  namespace: string,
): readonly Right[] {
  if (signers.length === 0) return [];
  const sorted = [...signers].sort((a, b) => (a.signerName < b.signerName ? -1 : 1));
  return [
    {
      verb: 'patch',
      apiGroup: CERTIFICATES,
      resource: REQUESTS,
      subresource: 'status',
      why: 'to publish certificates',
    },
    ...sorted.map((signer) => ({
      verb: 'sign',
      apiGroup: CERTIFICATES,
      resource: 'signers',
      name: signer.signerName,
      why: signerNamed(signer),
    })),
    ...secretRights(sorted, namespace),
    {
      verb: 'get',
      apiGroup: '',
      resource: 'configmaps',
      name: 'extension-apiserver-authentication',
      namespace: 'kube-system',
      why: 'no signer of your own signs with a CA that the API server believes',
    },
  ];
}

function secretRights(signers: readonly SignerEntry[], namespace: string): readonly Right[] {
  const names = [
    ...new Set(signers.flatMap(({ ca }) => (ca.kind === 'secret' ? [ca.name] : []))),
  ].sort();
  return names.flatMap((name) => {
    const users = signers.filter(({ ca }) => ca.kind === 'secret' && ca.name === name);
    const why = `the CA of ${users.map(signerNamed).join(', ')}`;
    const secret = { apiGroup: '', resource: 'secrets', name, namespace, why };
    return withVerbs(['get', 'list', 'watch'], secret);
  });
}
