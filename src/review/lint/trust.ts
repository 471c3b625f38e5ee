// SPDX-License-Identifier: Apache-2.0
// What clients come to trust beside what was meant.

import { type Finder, inSigner } from './finding.js';

/** Signers that publish what verifies the certificates of another one, too. */
export const findSharedTrust: Finder = ({ signers }) => {
  const all = [...signers.values()];
  return all.flatMap(({ signerName, ca, trust }) => {
    const others = all
      .filter((each) => each.signerName !== signerName)
      .filter((each) => JSON.stringify(each.ca) === JSON.stringify(ca));
    if (trust === undefined || others.length === 0) return [];
    const names = others.map((each) => each.signerName).join(', ');
    const message = `whoever trusts this signer believes what is signed for ${names}, too`;
    return [{ code: 'TrustShared', path: inSigner(signerName, 'trust'), message }];
  });
};
