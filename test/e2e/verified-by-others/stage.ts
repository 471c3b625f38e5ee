// SPDX-License-Identifier: Apache-2.0
// A signer for each kind of CA key, as a root and below one, and subject keys of each kind to be signed by our bundle.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';
import { AuthorityKeyIdentifierExtension, X509Certificate } from '@peculiar/x509';
import { nullValue } from '../../../src/x509/der-writer.js';
import { CSR_PATH, csrObject } from '../../support/control-plane-requests.js';
import { eventually } from '../../support/eventually.js';
import {
  altNames,
  commonName,
  dns,
  email,
  extensionRequest,
  forge,
  forgedKey,
  ip,
  name,
  organization,
  uri,
} from '../../support/forge.js';
import { algorithm } from '../../support/forge-keys.js';
import {
  CA_KEYS,
  type CaKeyKind,
  type CaOptions,
  type CaPem,
  makeCa,
} from '../../support/signing.js';
import { certificateOf, type Cluster } from '../cluster.js';
import { EVERY_USAGE } from '../signer-parity/stage.js';

const DAY_MS = 86_400_000;
const ALL_SIGNED_WITHIN_MS = 60_000;

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });

const RSA = { oid: '1.2.840.113549.1.1.11', hash: 'sha256', go: 'RSA' } as const;
/** Every kind of key that is signed: how it is made, how its request is signed, and what Go calls it. */
const SUBJECT_KEYS = {
  'RSA 2048': { pair: rsa(2048), ...RSA },
  'RSA 3072': { pair: rsa(3072), ...RSA },
  'RSA 4096': { pair: rsa(4096), ...RSA },
  'P-256': { pair: ec('P-256'), oid: '1.2.840.10045.4.3.2', hash: 'sha256', go: 'ECDSA' },
  'P-384': { pair: ec('P-384'), oid: '1.2.840.10045.4.3.3', hash: 'sha384', go: 'ECDSA' },
  'P-521': { pair: ec('P-521'), oid: '1.2.840.10045.4.3.4', hash: 'sha512', go: 'ECDSA' },
  Ed25519: {
    pair: generateKeyPairSync('ed25519'),
    oid: '1.3.101.112',
    hash: undefined,
    go: 'Ed25519',
  },
} as const satisfies Record<
  string,
  { pair: KeyPairKeyObjectResult; oid: string; hash: string | undefined; go: string }
>;

/** A kind of key that is signed. */
export type SubjectKind = keyof typeof SUBJECT_KEYS;
export const SUBJECT_KINDS = Object.keys(SUBJECT_KEYS) as SubjectKind[];

/** The private key of a kind. */
export const privateKeyPem = (kind: SubjectKind): string =>
  SUBJECT_KEYS[kind].pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** What Go calls it. */
export const goKeyOf = (kind: SubjectKind): string => SUBJECT_KEYS[kind].go;

/** Kinds of CA keys, and what Go calls their signatures. */
export const AUTHORITIES = {
  'RSA 2048': 'SHA256-RSA',
  'RSA 4096': 'SHA256-RSA',
  'ECDSA P-256': 'ECDSA-SHA256',
  'ECDSA P-384': 'ECDSA-SHA384',
  'ECDSA P-521': 'ECDSA-SHA512',
  Ed25519: 'Ed25519',
} as const;

/** A kind of CA key. */
export type AuthorityKind = keyof typeof AUTHORITIES;
export const AUTHORITY_KINDS = Object.keys(AUTHORITIES) as AuthorityKind[];

/** A CA for one signer name: what its files hold, and what clients trust. */
export interface Authority {
  readonly signerName: string;
  readonly certificates: string;
  readonly key: string;
  readonly root: string;
}

const lasting = { notBeforeMs: Date.now() - DAY_MS, notAfterMs: Date.now() + 3650 * DAY_MS };

/** A CA of a kind that lasts for the test. */
export const lastingCa = (kind: AuthorityKind, options: CaOptions = {}): Promise<CaPem> =>
  makeCa({
    ...lasting,
    ...(isCaKey(kind)
      ? { key: kind }
      : { pair: { ...rsa(4096), algorithm: CA_KEYS['RSA 2048'].algorithm } }),
    ...options,
  });

const isCaKey = (kind: string): kind is CaKeyKind => Object.hasOwn(CA_KEYS, kind);

const slug = (kind: string): string => kind.toLowerCase().replaceAll(' ', '-');

/** A root of this kind that signs by itself. */
export async function rootOf(kind: AuthorityKind): Promise<Authority> {
  const { certificate, key } = await lastingCa(kind);
  const signerName = `root.example/${slug(kind)}`;
  return { signerName, certificates: certificate, key, root: certificate };
}

/** A CA of a kind below `issuer`, which it names by its key. */
export const lowerCa = async (
  issuer: CaPem,
  kind: AuthorityKind,
  options: CaOptions = {},
): Promise<CaPem> =>
  lastingCa(kind, {
    ...options,
    issuer,
    more: [await AuthorityKeyIdentifierExtension.create(new X509Certificate(issuer.certificate))],
  });

/** A CA of this kind below one of the same kind below a root of the same kind. */
export async function belowRootOf(kind: AuthorityKind): Promise<Authority> {
  const root = await lastingCa(kind, { name: [{ CN: ['root'] }] });
  const middle = await lowerCa(root, kind, { name: [{ CN: ['middle'] }], pathLength: 1 });
  const low = await lowerCa(middle, kind, { name: [{ CN: ['low'] }], pathLength: 0 });
  return {
    signerName: `below.example/${slug(kind)}`,
    certificates: low.certificate + middle.certificate + root.certificate,
    key: low.key,
    root: root.certificate,
  };
}

/** A policy whose signers give everything. */
export async function policyOf(
  cluster: Cluster,
  authorities: readonly Authority[],
): Promise<string> {
  const every = ['/.*/'];
  const allow = {
    subject: { commonName: every, organizations: every },
    sans: { dns: every, ip: ['0.0.0.0/0', '::/0'], uri: every, email: every },
    usages: EVERY_USAGE,
  };
  const entries = authorities.map(async ({ signerName, certificates, key }) => {
    const file = signerName.replace('/', '-');
    const cert = await cluster.file(`${file}.crt`, certificates);
    const keyFile = await cluster.file(`${file}.key`, key);
    const isCustom = !signerName.startsWith('kubernetes.io/');
    const ca = { files: { cert, key: keyFile } };
    return [signerName, { ca, ...(isCustom ? { allow } : {}) }] as const;
  });
  return JSON.stringify({
    apiVersion: 'kube-csr-approver/v1alpha1',
    kind: 'Policy',
    signers: Object.fromEntries(await Promise.all(entries)),
  });
}

/** What every certificate of these tests is for. */
export const HOST = 'web.example';

/** A request of these tests. */
export interface Order {
  readonly signerName: string;
  readonly kind: SubjectKind;
  readonly usages: readonly string[];
  /** Without names and with another subject, as a user asks. */
  readonly user?: string;
}

/** The request text of an order. */
function requestOf({ kind, user }: Order): string {
  const { pair, oid, hash } = SUBJECT_KEYS[kind];
  const identifier = kind.startsWith('RSA') ? algorithm(oid, nullValue()) : algorithm(oid);
  return forge({
    subject: name(organization('shop'), commonName(user ?? 'web')),
    key: forgedKey(pair.privateKey, pair.publicKey, {
      algorithm: identifier,
      ...(hash === undefined ? {} : { hash }),
    }),
    attributes:
      user !== undefined
        ? []
        : [
            extensionRequest(
              altNames(
                dns(HOST),
                ip(192, 0, 2, 7),
                uri('spiffe://cluster.local/ns/shop/sa/web'),
                email('web@corp.example'),
              ),
            ),
          ],
  });
}

let ordered = 0;

/** The certificates, chain and all, for approved requests, in their order. */
export async function issued(
  { api }: Cluster,
  orders: readonly Order[],
): Promise<readonly string[]> {
  const names = orders.map(() => `order-${(ordered += 1)}`);
  await Promise.all(
    orders.map(async (order, index) => {
      const object = csrObject(requestOf(order), { ...order, name: names[index] ?? '' });
      const created = await api.create(CSR_PATH, object);
      if (created.status !== 201) throw new Error(`${created.status} ${created.text}`);
      await api.patch(`${CSR_PATH}/${created.body.metadata.name}/approval`, {
        status: { conditions: [{ type: 'Approved', status: 'True', reason: 'Test' }] },
      });
    }),
  );
  return eventually(
    'every order is signed',
    async () => {
      const { items } = (await api.get(CSR_PATH)).body;
      const byName = new Map(items.map((each) => [each.metadata.name, certificateOf(each)]));
      const found = names.map((each) => byName.get(each) ?? '');
      return found.includes('') ? undefined : found;
    },
    ALL_SIGNED_WITHIN_MS,
  );
}

/** The first certificate of a chain, and the others. */
export function split(chain: string): readonly [leaf: string, others: string] {
  const end = chain.indexOf('-----END CERTIFICATE-----\n') + '-----END CERTIFICATE-----\n'.length;
  return [chain.slice(0, end), chain.slice(end)];
}
