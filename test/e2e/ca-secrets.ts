// SPDX-License-Identifier: Apache-2.0
// CAs in Secrets as people live with them: written, changed, broken, deleted; and approved requests for their signers.

import { createPrivateKey, createPublicKey } from 'node:crypto';
import { field, stringAt } from '../../src/vocabulary/json.js';
import type { KeyPairPem } from '../support/control-plane-certificates.js';
import { CSR_PATH, makeCsr } from '../support/control-plane-requests.js';
import { CA_KEYS, type CaOptions, type CaPem, makeCa } from '../support/signing.js';
import type { Cluster } from './cluster.js';

/** Where the Secrets lie. */
export const CA_NAMESPACE = 'cas';
const SECRETS = `/api/v1/namespaces/${CA_NAMESPACE}/secrets`;
const EVENTS = `/apis/events.k8s.io/v1/namespaces/${CA_NAMESPACE}/events`;

const DAY_MS = 86_400_000;

/** What a Secret holds, by key. */
export type SecretTexts = Readonly<Record<string, string>>;

/** A CA that is a day old and good for ten years. */
export const liveCa = (options: CaOptions = {}): Promise<CaPem> =>
  makeCa({
    notBeforeMs: Date.now() - DAY_MS,
    notAfterMs: Date.now() + 3650 * DAY_MS,
    ...options,
  });

/** A CA of the cluster, as one with which others can be issued. */
export const asCa = ({ certPem, keyPem }: KeyPairPem): CaPem => ({
  certificate: certPem,
  key: keyPem,
  pair: {
    privateKey: createPrivateKey(keyPem),
    publicKey: createPublicKey(keyPem),
    algorithm: CA_KEYS['ECDSA P-256'].algorithm,
  },
});

/** A CA as its Secret holds it, with those above it. */
export const secretOf = (ca: CaPem, ...above: readonly CaPem[]): SecretTexts => ({
  'tls.crt': [ca, ...above].map(({ certificate }) => certificate).join(''),
  'tls.key': ca.key,
});

/** The Secrets of CAs of one cluster. */
export interface CaSecrets {
  /** Writes a Secret whole, there or not. */
  put(name: string, texts: SecretTexts): Promise<void>;
  remove(name: string): Promise<void>;
  /** Reason and note of each Warning about a Secret, also about one that is not there. */
  events(name: string): Promise<readonly string[]>;
}

/** Makes the namespace. */
export async function caSecrets(cluster: Cluster): Promise<CaSecrets> {
  const { api } = cluster;
  await cluster.create('/api/v1/namespaces', { metadata: { name: CA_NAMESPACE } });
  return {
    put: async (name, texts) => {
      const data = Object.fromEntries(
        Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
      );
      const secret = { metadata: { name }, data };
      const replaced = await api.put(`${SECRETS}/${name}`, secret);
      if (replaced.status === 404) await cluster.create(SECRETS, secret);
      else if (replaced.status !== 200) throw new Error(`${name}: ${replaced.text}`);
    },
    remove: async (name) => {
      await api.delete(`${SECRETS}/${name}`);
    },
    events: async (name) => {
      const { items } = (await api.get(EVENTS)).body;
      return items
        .filter((event) => {
          const regarding = field(event, 'regarding');
          return stringAt(regarding, 'kind') === 'Secret' && stringAt(regarding, 'name') === name;
        })
        .map(
          (event) =>
            `${stringAt(event, 'type')} ${stringAt(event, 'reason')}: ${stringAt(event, 'note')}`,
        );
    },
  };
}

/** A policy without rules whose signers give ordinary certificates for an hour, each with its CA. */
export function signersPolicy(
  cas: Readonly<Record<string, object>>,
  lifetime: object = { default: '1h', max: '24h' },
): string {
  const allow = {
    subject: { commonName: ['/.*/'] },
    sans: { dns: ['/.*/'], ip: ['0.0.0.0/0'] },
    usages: ['client auth', 'server auth', 'digital signature', 'key encipherment'],
  };
  const signers = Object.entries(cas).map(([signerName, ca]) => [
    signerName,
    { ca, lifetime, ...(signerName.startsWith('kubernetes.io/') ? {} : { allow }) },
  ]);
  return JSON.stringify({
    apiVersion: 'kube-csr-approver/v1alpha1',
    kind: 'Policy',
    signers: Object.fromEntries(signers),
  });
}

/** Asks a signer for a certificate for `CN=web`, and approves it as a person does. */
export async function askApproved(
  cluster: Cluster,
  name: string,
  asking: { readonly signerName: string; readonly pem?: string } & Parameters<Cluster['ask']>[1],
): Promise<void> {
  await cluster.ask(name, {
    usages: ['client auth', 'server auth', 'digital signature'],
    ...asking,
    pem: asking.pem ?? (await makeCsr({ cn: 'web', dns: ['web.example'] })),
  });
  const { status, text } = await cluster.api.patch(`${CSR_PATH}/${name}/approval`, {
    status: { conditions: [{ type: 'Approved', status: 'True', reason: 'Test' }] },
  });
  if (status !== 200) throw new Error(`approve ${name}: ${status} ${text}`);
}
