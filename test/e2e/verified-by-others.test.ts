// SPDX-License-Identifier: Apache-2.0
// Certificates of every kind of CA key, subject key and usage, as others see them: the openssl program, Go,
// @peculiar/x509, TLS servers and clients, and the API server. What was issued below an intermediate is of no use alone.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509ChainBuilder,
} from '@peculiar/x509';
import { type Answer, askGo, describeWithGo } from '../support/go-verifier.js';
import { type RunningController, runProgram } from '../support/running-controller.js';
import { startCluster } from './cluster.js';
import { handshake } from './verified-by-others/tls.js';
import {
  type Authority,
  AUTHORITIES,
  AUTHORITY_KINDS,
  type AuthorityKind,
  belowRootOf,
  goKeyOf,
  HOST,
  issued,
  type Order,
  policyOf,
  privateKeyPem,
  rootOf,
  split,
  type SubjectKind,
  SUBJECT_KINDS,
} from './verified-by-others/stage.js';

const TIMEOUT_MS = 120_000;
const BOTH = ['server auth', 'client auth', 'digital signature'];

const cluster = await startCluster();
const describeGo = await describeWithGo();
const roots = new Map<AuthorityKind, Authority>();
const below = new Map<AuthorityKind, Authority>();

const authorityOf = (
  authorities: ReadonlyMap<AuthorityKind, Authority>,
  kind: AuthorityKind,
): Authority => {
  const found = authorities.get(kind);
  if (found === undefined) throw new Error(`no CA with ${kind}`);
  return found;
};

let controller: RunningController;

beforeAll(async () => {
  for (const kind of AUTHORITY_KINDS) {
    roots.set(kind, await rootOf(kind));
    below.set(kind, await belowRootOf(kind));
  }
  const text = await policyOf(cluster, [...roots.values(), ...below.values()]);
  const policyFile = await cluster.file('policy.yaml', text);
  controller = cluster.run(['--policy-file', policyFile, '--controllers', 'signer']);
  await controller.line('policy loaded');
}, TIMEOUT_MS);

afterAll(async () => {
  await controller.stop();
});

let files = 0;

/** What openssl says of a leaf and of what may stand between it and the root; empty when it verifies. */
async function openssl(
  { chain, root }: { readonly chain: string; readonly root: string },
  ...flags: readonly string[]
): Promise<string> {
  files += 1;
  const [leaf, others] = split(chain);
  const rootFile = await cluster.file(`verify-${files}-root.crt`, root);
  const untrusted = await cluster.file(`verify-${files}-others.crt`, others);
  const between = others === '' ? [] : ['-untrusted', untrusted];
  const args = ['verify', '-x509_strict', '-CAfile', rootFile, ...between, ...flags];
  const { code, stderr } = await runProgram('openssl', args, { input: leaf });
  return code === 0 ? '' : stderr;
}

/** What @peculiar/x509 makes of a chain: names of who signed whom, up to the root, each signature verified. */
async function peculiarChain(chain: string, root: string): Promise<readonly string[]> {
  const [leaf, others] = split(chain);
  const above = [...others.split(/(?<=-----END CERTIFICATE-----\n)/), root].filter(Boolean);
  const certificates = above.map((pem) => new X509Certificate(pem));
  const found = await new X509ChainBuilder({ certificates }).build(new X509Certificate(leaf));
  const verified = found.map(async (each, index) => {
    const issuer = found[index + 1] ?? each;
    return `${each.subject}: ${String(await each.verify({ publicKey: issuer }))}`;
  });
  return Promise.all(verified);
}

const namesIn = (pem: string): readonly string[] =>
  new X509Certificate(pem)
    .getExtension(SubjectAlternativeNameExtension)
    ?.names.items.map(({ type, value }) => `${type}:${value}`) ?? [];

const purposesIn = (pem: string): readonly unknown[] =>
  new X509Certificate(pem).getExtension(ExtendedKeyUsageExtension)?.usages ?? [];

const NAMES = [
  `dns:${HOST}`,
  'email:web@corp.example',
  'ip:192.0.2.7',
  'url:spiffe://cluster.local/ns/shop/sa/web',
];

describe.each(AUTHORITY_KINDS)('of a CA with %s', (authority) => {
  const chains = new Map<SubjectKind, string>();
  const chainOf = (kind: SubjectKind): string => chains.get(kind) ?? '';
  let root = '';

  beforeAll(async () => {
    const { signerName, root: trusted } = authorityOf(roots, authority);
    root = trusted;
    const orders = SUBJECT_KINDS.map((kind): Order => ({ signerName, kind, usages: BOTH }));
    const all = await issued(cluster, orders);
    for (const [index, kind] of SUBJECT_KINDS.entries()) chains.set(kind, all[index] ?? '');
  }, TIMEOUT_MS);

  describe.each(SUBJECT_KINDS)('a certificate for a key of kind %s', (kind) => {
    it('is verified by openssl, for both purposes and its host', async () => {
      const at = { chain: chainOf(kind), root };

      expect([
        await openssl(at, '-purpose', 'sslserver', '-verify_hostname', HOST),
        await openssl(at, '-purpose', 'sslclient', '-verify_ip', '192.0.2.7'),
      ]).toEqual(['', '']);
      expect(await openssl(at, '-verify_hostname', 'other.example')).toContain('hostname mismatch');
    });

    it('is verified by @peculiar/x509, which reads its names and purposes', async () => {
      const chain = chainOf(kind);

      expect(await peculiarChain(chain, root)).toEqual([
        'O=shop, CN=web: true',
        'CN=test-ca: true',
      ]);
      expect(namesIn(chain)).toEqual(NAMES);
      expect(purposesIn(chain)).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
    });

    it('serves a TLS client and is one', async () => {
      const presented = { cert: chainOf(kind), key: privateKeyPem(kind) };

      const seen = await handshake({ server: presented, client: presented, root, host: HOST });

      expect(seen).toEqual({ client: 'authorized CN=web', server: 'authorized CN=web' });
    });
  });

  describeGo('a certificate for a key of each kind', () => {
    it('is verified by Go, which reads what was asked for', async () => {
      const questions = SUBJECT_KINDS.flatMap((kind) => [
        { chain: chainOf(kind), roots: root, purpose: 'server auth', host: HOST },
        { chain: chainOf(kind), roots: root, purpose: 'client auth' },
      ]);

      const answers = await askGo(questions);

      const wanted = SUBJECT_KINDS.flatMap((kind): readonly Answer[] =>
        [goKeyOf(kind), goKeyOf(kind)].map((key) => ({
          Error: '',
          Subject: 'CN=web,O=shop',
          Dns: [HOST],
          Emails: ['web@corp.example'],
          Addresses: ['192.0.2.7'],
          Uris: ['spiffe://cluster.local/ns/shop/sa/web'],
          KeyUsage: 1,
          Purposes: ['server auth', 'client auth'],
          Unknown: null,
          IsCa: false,
          Signature: AUTHORITIES[authority],
          Key: key,
        })),
      );
      expect(answers).toEqual(wanted);
    });

    it('is not verified by Go for another host or another purpose', async () => {
      const [kind = 'P-256'] = SUBJECT_KINDS;
      const at = { chain: chainOf(kind), roots: root };

      const answers = await askGo([
        { ...at, purpose: 'server auth', host: 'other.example' },
        { ...at, purpose: 'code signing' },
      ]);

      expect(answers.map(({ Error }) => Error)).toEqual([
        `x509: certificate is valid for ${HOST}, not other.example`,
        'x509: certificate specifies an incompatible key usage',
      ]);
    });
  });
});

describe.each(AUTHORITY_KINDS)('of a CA with %s two levels below its root', (authority) => {
  const KIND: SubjectKind = 'P-256';
  let chain = '';
  let leaf = '';
  let root = '';

  beforeAll(async () => {
    const { signerName, root: trusted } = authorityOf(below, authority);
    root = trusted;
    [chain = ''] = await issued(cluster, [{ signerName, kind: KIND, usages: BOTH }]);
    [leaf] = split(chain);
  }, TIMEOUT_MS);

  it('a certificate comes with all that stands between it and the root, in order', async () => {
    expect(await peculiarChain(chain, root)).toEqual([
      'O=shop, CN=web: true',
      'CN=low: true',
      'CN=middle: true',
      'CN=root: true',
    ]);
    expect(chain.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
  });

  it('openssl verifies it with the chain, and not without', async () => {
    expect(await openssl({ chain, root }, '-purpose', 'sslserver')).toBe('');
    expect(await openssl({ chain: leaf, root }, '-purpose', 'sslserver')).toContain(
      'unable to get local issuer certificate',
    );
  });

  describeGo('in Go a certificate', () => {
    it('is verified with the chain, and not without', async () => {
      const at = { roots: root, purpose: 'server auth', host: HOST };

      const answers = await askGo([
        { ...at, chain },
        { ...at, chain: leaf },
      ]);

      expect(answers.map(({ Error }) => Error)).toEqual([
        '',
        'x509: certificate signed by unknown authority',
      ]);
    });
  });

  it('TLS clients that trust the root alone take it with the chain, and not without', async () => {
    const key = privateKeyPem(KIND);
    const whole = { cert: chain, key };
    const alone = { cert: leaf, key };
    const at = { root, host: HOST };

    expect(await handshake({ ...at, server: whole, client: whole })).toEqual({
      client: 'authorized CN=web',
      server: 'authorized CN=web',
    });
    await expect(handshake({ ...at, server: alone, client: whole })).rejects.toThrow(
      'client: UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    );
    await expect(handshake({ ...at, server: whole, client: alone })).rejects.toThrow('server: ');
  });
});
