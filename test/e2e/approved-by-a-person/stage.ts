// SPDX-License-Identifier: Apache-2.0
// A cluster whose policy leaves most requests to people, and requests that a person then approves with kubectl.

import type { ApiObject, Impersonation } from '../../support/api-client.js';
import { createAuthority } from '../../support/control-plane-certificates.js';
import {
  altNames,
  commonName,
  dns,
  extensionRequest,
  forge,
  name,
  organization,
  type RequestParts,
} from '../../support/forge.js';
import type { Cluster } from '../cluster.js';
import { clientCaFiles } from '../policies.js';

export const CLIENT = 'kubernetes.io/kube-apiserver-client';
export const KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet';
export const SERVING = 'kubernetes.io/kubelet-serving';
/** A signer whose `allow` names something of each kind. */
export const SHOP = 'example.com/shop';
/** A signer whose `allow` names usages and nothing else. */
export const BARE = 'example.com/bare';

/** What the API server says of itself; no other test object has it. */
export const ADVERTISED = '192.0.2.77';

/** In what a request differs from one that is signed when a person approves it. */
export interface Change {
  readonly parts?: Partial<RequestParts>;
  readonly usages?: readonly string[];
  readonly expirationSeconds?: number;
  readonly as?: Impersonation;
}

const NODES = organization('system:nodes');

/** A request of each signer that it gives, whoever asks. */
const usual = {
  [CLIENT]: {
    parts: { subject: name(organization('dev'), commonName('jane')), attributes: [] },
    usages: ['client auth', 'digital signature'],
  },
  [KUBELET]: {
    parts: { subject: name(NODES, commonName('system:node:worker-1')), attributes: [] },
    usages: ['client auth', 'digital signature'],
  },
  [SERVING]: {
    parts: {
      subject: name(NODES, commonName('system:node:worker-1')),
      attributes: [extensionRequest(altNames(dns('worker-1')))],
    },
    usages: ['server auth', 'digital signature'],
  },
  [SHOP]: {
    parts: {
      subject: name(organization('shop'), commonName('web')),
      attributes: [extensionRequest(altNames(dns('web.example')))],
    },
    usages: ['server auth', 'client auth'],
  },
  [BARE]: { parts: { subject: name(), attributes: [] }, usages: ['client auth'] },
} as const satisfies Record<string, Change>;

/** A signer name of this policy. */
export type Signer = keyof typeof usual;

/** Who asks where it does not matter: no rule speaks of them. */
const STRANGER = { user: 'stranger', groups: ['strangers'] };

/** The object name of a request that a sentence describes. */
export const objectName = (sentence: string): string =>
  sentence
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');

/** Asks for what the signer gives, but for `change`; whoever asks is a stranger unless it says so. */
export function ask(
  cluster: Cluster,
  sentence: string,
  signer: Signer,
  change: Change = {},
): Promise<ApiObject> {
  const { parts, ...usualOptions } = usual[signer];
  const { parts: changed, ...options } = change;
  const pem = forge({ ...parts, ...changed });
  return cluster.ask(objectName(sentence), {
    pem,
    signerName: signer,
    as: STRANGER,
    ...usualOptions,
    ...options,
  });
}

/** As a person does it. */
export async function approveByHand(cluster: Cluster, sentences: readonly string[]): Promise<void> {
  const { code, stderr } = await cluster.kubectl([
    'certificate',
    'approve',
    ...sentences.map(objectName),
  ]);
  if (code !== 0) throw new Error(stderr);
}

/** Rules that say no to what the tests ask for, by leaving it alone, and signers of all kinds. */
export async function policyOf(cluster: Cluster): Promise<string> {
  const { certPem, keyPem } = await createAuthority('shop-ca');
  const cert = await cluster.file('shop-ca.crt', certPem);
  const key = await cluster.file('shop-ca.key', keyPem);
  const shopCa = JSON.stringify({ files: { cert, key } });
  const clientCa = await clientCaFiles(cluster);
  return `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  kubelet-client:
    preset: kubelet-client
    readyNode: refuse
  kubelet-serving:
    preset: kubelet-serving
    sans: { dns: ['{node.name}'], ip: [10.1.0.0/16], owner: [node] }
  developers:
    match: { signerName: ${CLIENT}, requester: { groups: [developers] } }
    subject: { commonName: '{requester.username}', organizations: [dev] }
    keys: ['rsa >= 2048', ed25519, ecdsa]
    lifetime: { max: 8h }
    onViolation: { default: leave }
  careful-developers:
    match: { signerName: ${CLIENT}, requester: { groups: [careful] } }
    subject: { commonName: '{requester.username}', organizations: [dev] }
    usages: [client auth]
    keys: [ed25519]
    onViolation: { default: leave }
  reviewed:
    mode: review
    match: { signerName: ${CLIENT}, requester: { groups: [reviewed] } }
    subject: { commonName: '{requester.username}', organizations: [dev] }
    lifetime: { max: 8760h }
  shop:
    match: { signerName: ${SHOP}, requester: { groups: [deployers] } }
    subject: { commonName: web, organizations: [shop] }
    sans: { dns: [api.example], max: 1 }
    usages: [server auth, client auth]
    onViolation: { default: leave }
signers:
  ${CLIENT}:
    ca: ${clientCa}
    lifetime: { default: 1h, max: 24h }
  ${KUBELET}:
    ca: ${clientCa}
  ${SERVING}:
    ca: ${clientCa}
  ${SHOP}:
    ca: ${shopCa}
    lifetime: { default: 1h, max: 2h }
    allow:
      subject: { commonName: web, organizations: ['/shop|system:masters/'], organizationalUnits: [lab] }
      sans:
        dns: [.example, .svc, kubernetes.default]
        ip: [192.0.2.0/24, 127.0.0.0/8, 10.0.0.0/24]
        uri: ['/spiffe:\\/\\/shop\\/.*/']
        email: ['@shop.example']
      usages: [server auth, client auth, digital signature]
  ${BARE}:
    ca: ${shopCa}
    allow: { usages: [client auth] }
`;
}
