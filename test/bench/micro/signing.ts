// SPDX-License-Identifier: Apache-2.0
// Making certificates with a P-256 CA, beside the signature alone and @peculiar/x509's generator.

// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 demands it before itself
import 'reflect-metadata';
import { type KeyObject, randomBytes, sign, webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { encodeCertificate, encodeToBeSigned } from '../../../src/authority/encode.js';
import { planCertificate } from '../../../src/authority/plan.js';
import { issueCertificate } from '../../../src/signer/issue.js';
import { loadAuthority } from '../../../src/signer/signing-authority.js';
import { makeCsr, NOW_MS } from '../../support/decide.js';
import { type CaPem, makeCa, makeEntry, makeSignableFacts } from '../../support/signing.js';
import { type Section, perSecondText, ratioText } from '../row.js';
import { ratioOfRounds } from '../statistics.js';
import { type Score, sideBySide } from './side-by-side.js';

/** design: what good looks like. */
const BUILD_GOAL = 10_000;
const ISSUE_GOAL = 600;

export async function measureSigning(rounds: number): Promise<Section> {
  const ca = await makeCa();
  const { build, signature, issue, generator } = await sideBySide(
    { ...(await ours(ca)), generator: await peculiar(ca) },
    rounds,
  );
  const row = (what: string, score: Score, beside: string, other: Score) => ({
    what,
    figure: perSecondText(score.perSecond),
    beside: `${beside}: ${perSecondText(other.perSecond)}`,
    ratio: ratioText(ratioOfRounds(score.rounds, other.rounds)),
  });
  const goal = (score: Score, perSecond: number) => ({
    text: `≥ ${perSecondText(perSecond)}`,
    isMet: score.perSecond >= perSecond,
  });
  const planned = 'certificate planned, built and signed';
  const whole = 'whole issuance: built, signed, read again by two parsers';
  return {
    title: 'Making a certificate',
    how: 'P-256 CA, client certificate with organization and common name. The first rows sign on the main thread; whole issuance and the generator sign in the thread pool, 16 at a time.',
    rows: [
      { ...row(planned, build, 'crypto.sign alone', signature), goal: goal(build, BUILD_GOAL) },
      row(planned, build, "@peculiar/x509's generator", generator),
      { ...row(whole, issue, planned, build), goal: goal(issue, ISSUE_GOAL) },
      row(whole, issue, "@peculiar/x509's generator", generator),
    ],
  };
}

async function ours(ca: CaPem): Promise<Record<'build' | 'signature' | 'issue', () => unknown>> {
  const { certificate: certificates, key: keyPem } = ca;
  const loaded = await loadAuthority({ certificates, key: keyPem, roots: undefined });
  if (!loaded.ok) throw new Error(loaded.error.message);
  const authority = loaded.value;
  const order = () => ({
    csr: makeCsr(),
    facts,
    entry,
    nowMs: NOW_MS,
    serial: serialNumber(),
  });
  const facts = makeSignableFacts();
  const entry = makeEntry();
  const key: KeyObject = ca.pair.privateKey;
  const sample = planned();
  const sampleBytes = encodeToBeSigned(sample);

  function planned() {
    const plan = planCertificate({ ...order(), ca: authority.certificate });
    if (!plan.ok) throw new Error(plan.error.message);
    return plan.value;
  }

  return {
    build: () => {
      const plan = planned();
      const toBeSigned = encodeToBeSigned(plan);
      return encodeCertificate(plan, toBeSigned, sign('sha256', toBeSigned, key));
    },
    signature: () => sign('sha256', sampleBytes, key),
    issue: async () => {
      const issued = await issueCertificate({ ...order(), authority });
      if (!issued.ok) throw new Error(issued.error.message);
    },
  };
}

function serialNumber(): Uint8Array {
  const serial = new Uint8Array(randomBytes(16));
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
  return serial;
}

/** The same extensions, with keys that are imported already. */
async function peculiar(ca: CaPem): Promise<() => unknown> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const { subtle } = webcrypto;
  const pkcs8 = ca.pair.privateKey.export({ type: 'pkcs8', format: 'der' });
  const signingKey = await subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
  const { publicKey } = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const issuer = new X509Certificate(ca.certificate);
  const authorityKey = await AuthorityKeyIdentifierExtension.create(issuer);
  return () =>
    X509CertificateGenerator.create({
      subject: [{ O: ['dev'] }, { CN: ['jane'] }],
      issuer: issuer.subjectName,
      publicKey,
      signingKey,
      signingAlgorithm: algorithm,
      serialNumber: Buffer.from(serialNumber()).toString('hex'),
      notBefore: new Date(NOW_MS),
      notAfter: new Date(NOW_MS + 3_600_000),
      extensions: [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
        new BasicConstraintsExtension(false, undefined, true),
        authorityKey,
      ],
    });
}
