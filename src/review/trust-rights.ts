// SPDX-License-Identifier: Apache-2.0
// What publishing trust takes: the record, each place, and to speak for the signer.

import type { SignerEntry, TrustTerms } from '../authority/signer-entry.js';
import { trustBundleName, trustRecordName } from '../authority/trust-names.js';
import { CERTIFICATES, type Right, signerNamed, withVerbs } from './right.js';

const CONFIG_MAPS = { apiGroup: '', resource: 'configmaps' } as const;
const BUNDLES = { apiGroup: CERTIFICATES, resource: 'clustertrustbundles' } as const;

type Publishing = SignerEntry & { readonly trust: TrustTerms };

/** The rights of these signers; the record lies in `namespace`, `policy` is the ConfigMap of the policy, if there. */
export function trustRights(
  signers: readonly SignerEntry[],
  { namespace, policy }: { readonly namespace: string; readonly policy: string | undefined },
): readonly Right[] {
  const publishing = signers
    .filter((signer): signer is Publishing => signer.trust !== undefined)
    .toSorted((a, b) => (a.signerName < b.signerName ? -1 : 1));
  if (publishing.length === 0) return [];
  return [
    ...withVerbs(['list', 'watch', 'patch'], {
      ...CONFIG_MAPS,
      namespace,
      name: trustRecordName(policy),
      why: `what was ever to be trusted of ${publishing.map(signerNamed).join(', ')}`,
    }),
    ...configMapRights(publishing),
    ...bundleRights(publishing.filter(({ trust }) => trust.clusterTrustBundle)),
  ];
}

function configMapRights(signers: readonly Publishing[]): readonly Right[] {
  const targets = signers.flatMap((signer) =>
    signer.trust.configMap === undefined ? [] : [{ ...signer.trust.configMap, signer }],
  );
  if (targets.length === 0) return [];
  const whyOf = (some: readonly { readonly signer: SignerEntry }[]): string =>
    `the trust of ${some.map(({ signer }) => signerNamed(signer)).join(', ')}`;
  const names = [...new Set(targets.map(({ name }) => name))].toSorted();
  const namespaces = [...new Set(targets.flatMap((each) => each.namespaces))].toSorted();
  return [
    ...withVerbs(['list', 'watch'], {
      apiGroup: '',
      resource: 'namespaces',
      why: 'to publish trust in namespaces as soon as they are there',
    }),
    // One watch for all namespaces, however many were chosen.
    ...names.flatMap((name) =>
      withVerbs(['list', 'watch'], {
        ...CONFIG_MAPS,
        name,
        why: whyOf(targets.filter((each) => each.name === name)),
      }),
    ),
    ...namespaces.flatMap((namespace) => {
      const here = targets.filter((each) => each.namespaces.includes(namespace));
      const namesHere = [...new Set(here.map(({ name }) => name))].toSorted();
      return [
        ...namesHere.map((name) => ({
          verb: 'patch',
          ...CONFIG_MAPS,
          namespace,
          name,
          why: whyOf(here.filter((each) => each.name === name)),
        })),
        // What is not there yet has no name to RBAC.
        { verb: 'create', ...CONFIG_MAPS, namespace, why: whyOf(here) },
      ];
    }),
  ];
}

function bundleRights(signers: readonly Publishing[]): readonly Right[] {
  if (signers.length === 0) return [];
  return [
    ...signers.map((signer) => ({
      verb: 'attest',
      apiGroup: CERTIFICATES,
      resource: 'signers',
      name: signer.signerName,
      why: `the trust of ${signerNamed(signer)}`,
    })),
    ...signers.flatMap((signer) =>
      withVerbs(['list', 'watch', 'patch'], {
        ...BUNDLES,
        name: trustBundleName(signer.signerName),
        why: `the trust of ${signerNamed(signer)}`,
      }),
    ),
    { verb: 'create', ...BUNDLES, why: `the trust of ${signers.map(signerNamed).join(', ')}` },
  ];
}
