// SPDX-License-Identifier: Apache-2.0
// Certificates that are wanted in the comparison of signers, from which signer, and how they differ from the usual one.

import { sequence, utf8String } from '../../../src/x509/der-writer.js';
import {
  altNames,
  attribute,
  commonName,
  dns,
  extension,
  extensionRequest,
  type ForgedKey,
  name,
  organization,
  type RequestParts,
} from '../../support/forge.js';
import { type Asked, ecdsa, ed25519, rsa } from '../kubelet-parity/asked.js';

/** The built-in signers, and one that takes everything: kube-controller-manager has its own for that, we a custom one. */
export type SignerKind = 'client' | 'kubelet' | 'serving' | 'any';

/** Signer names on both sides, and how docs/signing.md calls them. */
export const SIGNERS = {
  client: {
    theirs: 'kubernetes.io/kube-apiserver-client',
    ours: 'kubernetes.io/kube-apiserver-client',
  },
  kubelet: {
    theirs: 'kubernetes.io/kube-apiserver-client-kubelet',
    ours: 'kubernetes.io/kube-apiserver-client-kubelet',
  },
  serving: { theirs: 'kubernetes.io/kubelet-serving', ours: 'kubernetes.io/kubelet-serving' },
  any: { theirs: 'kubernetes.io/legacy-unknown', ours: 'example.com/everything' },
} as const satisfies Record<SignerKind, { readonly theirs: string; readonly ours: string }>;

/** One request. */
export interface Wanted {
  readonly signer: SignerKind;
  readonly parts: Partial<RequestParts>;
  readonly usages: readonly string[];
  readonly expirationSeconds?: number;
  /** Rewrites the PEM. */
  readonly text?: (pem: string) => string;
}

/** In what a request differs from the usual one of its signer. */
export type Change = Partial<Omit<Wanted, 'signer'>>;

export const NODE = 'system:node:worker-1';
const NODES = 'system:nodes';

const USUAL: Readonly<Record<SignerKind, Wanted>> = {
  client: {
    signer: 'client',
    parts: { subject: name(organization('dev'), commonName('jane')), attributes: [] },
    usages: ['client auth', 'digital signature'],
  },
  kubelet: {
    signer: 'kubelet',
    parts: { subject: name(organization(NODES), commonName(NODE)), attributes: [] },
    usages: ['digital signature', 'client auth'],
  },
  serving: {
    signer: 'serving',
    parts: {
      subject: name(organization(NODES), commonName(NODE)),
      attributes: [extensionRequest(altNames(dns('worker-1')))],
    },
    usages: ['digital signature', 'server auth'],
  },
  any: {
    signer: 'any',
    parts: { subject: name(organization('shop'), commonName('web')), attributes: [] },
    usages: ['digital signature', 'server auth', 'client auth'],
  },
};

/** The request of a signer, with the changes laid over each other. */
export const wanted = (signer: SignerKind, ...changes: readonly Change[]): Wanted =>
  changes.reduce<Wanted>(
    (sum, change) => ({ ...sum, ...change, parts: { ...sum.parts, ...change.parts } }),
    USUAL[signer],
  );

const AT: Readonly<Record<SignerKind, string>> = {
  client: 'an API client',
  kubelet: 'a kubelet client',
  serving: 'a kubelet that serves',
  any: 'any signer',
};

/** The same changes put to several signers; the sentence begins with whom it is for. */
export const each = (
  signers: readonly SignerKind[],
  changes: Readonly<Record<string, Change>>,
): Readonly<Record<string, Wanted>> =>
  Object.fromEntries(
    signers.flatMap((signer) =>
      Object.entries(changes).map(
        ([what, change]) => [`${AT[signer]}: ${what}`, wanted(signer, change)] as const,
      ),
    ),
  );

/** What is asked in the comparison of approvers, as far as a signer sees it. */
export const changeOf = ({ parts, text, usages: asked, expirationSeconds }: Asked): Change => ({
  ...(parts === undefined ? {} : { parts }),
  ...(text === undefined ? {} : { text }),
  ...(asked === undefined ? {} : { usages: asked }),
  ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
});

/** Another subject, of these RDNs. */
export const subject = (...rdns: readonly (readonly Uint8Array[])[]): Change => ({
  parts: { subject: name(...rdns) },
});
/** One RDN of one attribute in UTF8String. */
export const rdn = (oid: string, text: string): readonly Uint8Array[] => [
  attribute(oid, utf8String(text)),
];
export const extensions = (...values: readonly Uint8Array[]): Change => ({
  parts: { attributes: [extensionRequest(...values)] },
});
export const attributes = (...values: readonly Uint8Array[]): Change => ({
  parts: { attributes: values },
});
export const names = (...values: readonly Uint8Array[]): Change => extensions(altNames(...values));
export const criticalNames = (...values: readonly Uint8Array[]): Change =>
  extensions(extension('2.5.29.17', sequence(...values), true));
export const usages = (...values: readonly string[]): Change => ({ usages: values });
export const lifetime = (expirationSeconds: number): Change => ({ expirationSeconds });
export const key = (value: ForgedKey): Change => ({ parts: { key: value } });

/** Types of subject attributes beside CN and O. */
export const ATTRIBUTE = {
  C: '2.5.4.6',
  ST: '2.5.4.8',
  L: '2.5.4.7',
  street: '2.5.4.9',
  postalCode: '2.5.4.17',
  OU: '2.5.4.11',
  serialNumber: '2.5.4.5',
} as const;

/** Keys of each kind that is signed; made once, since RSA takes its time. */
export const KEYS: Readonly<Record<string, ForgedKey>> = {
  'RSA 2048': rsa(2048),
  'RSA 3072': rsa(3072),
  'RSA 4096': rsa(4096),
  'P-256': ecdsa('P-256', 'sha256', '1.2.840.10045.4.3.2'),
  'P-384': ecdsa('P-384', 'sha384', '1.2.840.10045.4.3.3'),
  'P-521': ecdsa('P-521', 'sha512', '1.2.840.10045.4.3.4'),
  Ed25519: ed25519(),
};
