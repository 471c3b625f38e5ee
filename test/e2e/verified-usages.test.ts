// SPDX-License-Identifier: Apache-2.0
// Certificates with every usage of the Kubernetes API, one after the other, as openssl, Go and @peculiar/x509 take them:
// good for what was asked for, and for nothing else.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ExtendedKeyUsageExtension, KeyUsagesExtension, X509Certificate } from '@peculiar/x509';
import { askGo, describeWithGo } from '../support/go-verifier.js';
import { type RunningController, runProgram } from '../support/running-controller.js';
import { startCluster } from './cluster.js';
import { issued, policyOf, rootOf } from './verified-by-others/stage.js';

const TIMEOUT_MS = 60_000;

/** What openssl (3.0) knows to ask for. */
const OPENSSL = ['sslserver', 'sslclient', 'smimesign', 'ocsphelper', 'timestampsign'] as const;

interface Purpose {
  readonly oid: string;
  /** What of these it is good for; an OCSP helper is whoever one chooses, and time stamps want a critical extension. */
  readonly openssl: readonly (typeof OPENSSL)[number][];
}

/** Usages that become a purpose, by the name that Go has for them too, but for s/mime. */
const PURPOSES: Readonly<Record<string, Purpose>> = {
  any: { oid: '2.5.29.37.0', openssl: [] },
  'server auth': { oid: '1.3.6.1.5.5.7.3.1', openssl: ['sslserver'] },
  'client auth': { oid: '1.3.6.1.5.5.7.3.2', openssl: ['sslclient'] },
  'code signing': { oid: '1.3.6.1.5.5.7.3.3', openssl: [] },
  'email protection': { oid: '1.3.6.1.5.5.7.3.4', openssl: ['smimesign'] },
  's/mime': { oid: '1.3.6.1.5.5.7.3.4', openssl: ['smimesign'] },
  'ipsec end system': { oid: '1.3.6.1.5.5.7.3.5', openssl: [] },
  'ipsec tunnel': { oid: '1.3.6.1.5.5.7.3.6', openssl: [] },
  'ipsec user': { oid: '1.3.6.1.5.5.7.3.7', openssl: [] },
  timestamping: { oid: '1.3.6.1.5.5.7.3.8', openssl: [] },
  'ocsp signing': { oid: '1.3.6.1.5.5.7.3.9', openssl: [] },
  'microsoft sgc': { oid: '1.3.6.1.4.1.311.10.3.3', openssl: ['sslserver'] },
  'netscape sgc': { oid: '2.16.840.1.113730.4.1', openssl: ['sslserver'] },
};

/** Usages that become a bit of the key usage. */
const BITS: Readonly<Record<string, number>> = {
  signing: 0,
  'digital signature': 0,
  'content commitment': 1,
  'key encipherment': 2,
  'data encipherment': 3,
  'key agreement': 4,
  'cert sign': 5,
  'crl sign': 6,
  'encipher only': 7,
  'decipher only': 8,
};

const goName = (usage: string): string => (usage === 's/mime' ? 'email protection' : usage);

const cluster = await startCluster();
const describeGo = await describeWithGo();
const authority = await rootOf('ECDSA P-256');
const rootFile = await cluster.file('root.crt', authority.root);
const certificates = new Map<string, string>();
const certificateFor = (usage: string): string => certificates.get(usage) ?? '';

let controller: RunningController;

beforeAll(async () => {
  const policyFile = await cluster.file('policy.yaml', await policyOf(cluster, [authority]));
  controller = cluster.run(['--policy-file', policyFile, '--controllers', 'signer']);
  await controller.line('policy loaded');
  const { signerName } = authority;
  const asked = [
    ...Object.keys(PURPOSES).map((usage) => [usage, [usage, 'digital signature']] as const),
    ...Object.keys(BITS).map((usage) => [usage, ['server auth', usage]] as const),
  ];
  const all = await issued(
    cluster,
    asked.map(([, usages]) => ({ signerName, kind: 'P-256', usages })),
  );
  for (const [index, [usage]] of asked.entries()) certificates.set(usage, all[index] ?? '');
}, TIMEOUT_MS);

afterAll(async () => {
  await controller.stop();
});

async function opensslTakes(certificate: string, purpose: string): Promise<boolean> {
  const args = ['verify', '-x509_strict', '-CAfile', rootFile, '-purpose', purpose];
  const { code } = await runProgram('openssl', args, { input: certificate });
  return code === 0;
}

describe.each(Object.entries(PURPOSES))('the usage %s', (usage, { oid, openssl }) => {
  it('is the one purpose that @peculiar/x509 reads', () => {
    const purposes = new X509Certificate(certificateFor(usage)).getExtension(
      ExtendedKeyUsageExtension,
    );

    expect(purposes?.usages).toEqual([oid]);
    expect(purposes?.critical).toBe(false);
  });

  it('is what openssl takes it for', async () => {
    const taken = await Promise.all(
      OPENSSL.map(async (purpose) =>
        (await opensslTakes(certificateFor(usage), purpose)) ? [purpose] : [],
      ),
    );

    expect(taken.flat().filter((purpose) => purpose !== 'ocsphelper')).toEqual(openssl);
  });
});

describeGo('to Go', () => {
  it.each(Object.keys(PURPOSES))(
    '%s is good for what was asked for, and for nothing else',
    async (usage) => {
      const others = [...new Set(Object.keys(PURPOSES).map(goName))];
      const at = { chain: certificateFor(usage), roots: authority.root };

      const answers = await askGo(others.map((purpose) => ({ ...at, purpose })));

      const good = others.filter((_, index) => answers[index]?.Error === '');
      // Go asks for `any` when it means that it does not care.
      expect(good).toEqual(
        usage === 'any' ? others : others.filter((each) => ['any', goName(usage)].includes(each)),
      );
      expect(answers[0]?.Purposes).toEqual([goName(usage)]);
    },
  );

  it.each(Object.entries(BITS))('%s is bit %i of the key usage', async (usage, bit) => {
    const chain = certificateFor(usage);

    const [answer] = await askGo([{ chain, roots: authority.root, purpose: 'server auth' }]);

    expect(answer).toMatchObject({ Error: '', KeyUsage: 1 << bit, IsCa: false });
  });
});

it.each(Object.entries(BITS))('%s is bit %i to @peculiar/x509', (usage, bit) => {
  const keyUsage = new X509Certificate(certificateFor(usage)).getExtension(KeyUsagesExtension);

  expect(Number(keyUsage?.usages)).toBe(1 << bit);
  expect(keyUsage?.critical).toBe(true);
});
