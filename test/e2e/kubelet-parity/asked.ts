// SPDX-License-Identifier: Apache-2.0
// What is asked in the comparison with kube-controller-manager, by whom, and with which rights.

import { generateKeyPairSync } from 'node:crypto';
import { namedBits, utf8String } from '../../../src/x509/der-writer.js';
import type { Impersonation } from '../../support/api-client.js';
import {
  altNames,
  attribute,
  commonName,
  extension,
  extensionRequest,
  type ForgedKey,
  forgedKey,
  name,
  organization,
  type RequestParts,
} from '../../support/forge.js';
import { algorithm } from '../../support/forge-keys.js';
import { sha256WithRsa } from '../../support/forge-rsa.js';

/** In what a request differs from that of a kubelet that joins. */
export interface Asked {
  readonly by?: Impersonation;
  readonly parts?: Partial<RequestParts>;
  /** Rewrites the PEM. */
  readonly text?: (pem: string) => string;
  readonly signerName?: string;
  readonly usages?: readonly string[];
  readonly expirationSeconds?: number;
  /** What became of it before either of the two saw it. */
  readonly state?: 'approved' | 'denied' | 'failed' | 'issued' | 'being deleted';
}

/** The group of kubelets. */
export const NODES = 'system:nodes';
/** The group that kubeadm gives its bootstrap tokens. */
export const BOOTSTRAPPERS = 'system:bootstrappers:kubeadm:default-node-token';
/** The name that is asked for. */
export const NODE = 'system:node:worker-1';
/** A name of the same kind that may do everything in the cluster. */
export const ROOT = 'system:node:root';

/** The request of a kubelet that joins. */
export const joining = {
  by: { user: 'system:bootstrap:abcdef', groups: ['system:bootstrappers', BOOTSTRAPPERS] },
  parts: { subject: name(organization(NODES), commonName(NODE)), attributes: [] },
  usages: ['digital signature', 'client auth'],
  signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
} as const satisfies Asked;

/** A kubelet that asks for its own name. */
export const renewing: Impersonation = { user: NODE, groups: [NODES] };

const csrs = 'certificatesigningrequests';

/** Who may do what, in both clusters. */
export const rights = {
  nodeclient: [
    { kind: 'Group', name: BOOTSTRAPPERS },
    { kind: 'User', name: 'jane' },
    { kind: 'User', name: 'system:serviceaccount:default:joiner' },
  ],
  selfnodeclient: [
    { kind: 'Group', name: NODES },
    { kind: 'User', name: 'system:node:edge' },
  ],
  everything: { kind: 'User', name: ROOT },
  /** Has nodeclient by a RoleBinding. */
  nodeclientInNamespace: { kind: 'Group', name: 'may-in-namespace' },
  /** Groups with a ClusterRole of their own, of one rule for the group of the API. */
  groups: {
    'may-get': { resources: [`${csrs}/nodeclient`], verbs: ['get'] },
    'may-for-one-name': {
      resources: [`${csrs}/nodeclient`],
      verbs: ['create'],
      resourceNames: ['worker-1'],
    },
    'may-other-subresource': { resources: [`${csrs}/approval`], verbs: ['create'] },
    'may-any-resource': { resources: ['*/nodeclient'], verbs: ['create'] },
    'may-everything-here': { resources: ['*'], verbs: ['*'] },
    'system:unauthenticated': { resources: [csrs, `${csrs}/nodeclient`], verbs: ['create'] },
  },
} as const;

/** Another subject, of these RDNs. */
export const subject = (...rdns: readonly (readonly Uint8Array[])[]): Asked => ({
  parts: { subject: name(...rdns) },
});
export const organizations = (...values: readonly string[]): Asked =>
  subject(...values.map(organization), commonName(NODE));
export const called = (text: string): Asked => subject(organization(NODES), commonName(text));
/** The common name in another encoding. */
export const calledAs = (value: Uint8Array): Asked =>
  subject(organization(NODES), [attribute('2.5.4.3', value)]);
/** Further attributes of one type in the subject. */
export const alsoSubject = (oid: string, ...texts: readonly string[]): Asked =>
  subject(
    ...texts.map((text) => [attribute(oid, utf8String(text))]),
    organization(NODES),
    commonName(NODE),
  );

export const attributes = (...values: readonly Uint8Array[]): Asked => ({
  parts: { attributes: values },
});
export const extensions = (...values: readonly Uint8Array[]): Asked =>
  attributes(extensionRequest(...values));
export const names = (...values: readonly Uint8Array[]): Asked => extensions(altNames(...values));

export const usages = (...values: readonly string[]): Asked => ({ usages: values });
export const key = (value: ForgedKey): Asked => ({ parts: { key: value } });
export const by = (user: string, ...groups: readonly string[]): Asked => ({ by: { user, groups } });

/** An identifier that nobody knows. */
export const OPAQUE = '1.3.6.1.4.1.99999.1';
export const opaque = (critical: boolean): Uint8Array =>
  extension(OPAQUE, utf8String('x'), critical);
export const keyUsage = (...bits: readonly number[]): Uint8Array =>
  extension('2.5.29.15', namedBits(bits), true);

/** A new key on a curve, which says that it signs as `oid`. */
export function ecdsa(namedCurve: string, hash: string, oid: string): ForgedKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  return forgedKey(privateKey, publicKey, { algorithm: algorithm(oid), hash });
}

export function rsa(modulusLength: number): ForgedKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return forgedKey(privateKey, publicKey, { algorithm: sha256WithRsa, hash: 'sha256' });
}

export function ed25519(): ForgedKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return forgedKey(privateKey, publicKey, { algorithm: algorithm('1.3.101.112') });
}
