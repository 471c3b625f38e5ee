// The cases of Kubernetes' own test tables about signing, as data (kinds sign, sign-flow, authority-sign, usage-map).
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { validityOf } from '../../../src/authority/lifetime.js';
import {
  type CertificatePlan,
  planCertificate,
  plannedUsages,
} from '../../../src/authority/plan.js';
import type { SignerEntry } from '../../../src/authority/signer-entry.js';
import type { SigningAuthority } from '../../../src/signer/signing-authority.js';
import { readCertificateAgain } from '../../../src/x509/second-reader.js';
import { makeCsr, matcher, NOW_MS } from '../../support/decide.js';
import * as forge from '../../support/forge.js';
import {
  approvedRequest,
  certificateOf,
  condition,
  recordingSigner,
} from '../../support/signer.js';
import {
  type CaOptions,
  makeAuthority,
  makeCeiling,
  makeEntry,
  makeSignableFacts,
} from '../../support/signing.js';

interface Input {
  readonly signerName?: string;
  readonly ttlSeconds?: number;
  readonly expirationSeconds?: number;
  readonly commonName?: string;
  readonly organization?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly usages?: readonly string[];
  readonly conditions?: readonly { readonly type: string; readonly status?: string }[];
  readonly ca?: { readonly notAfterOffsetSeconds?: number };
  readonly policy?: {
    readonly ttlSeconds: number;
    readonly backdateSeconds: number;
    readonly shortSeconds: number;
    readonly usages: readonly string[];
  };
}

interface Expected {
  readonly apiCalls?: readonly { readonly subresource: string }[];
  readonly certificateIssued?: boolean;
  readonly keyUsage?: readonly string[];
  readonly extKeyUsage?: readonly string[];
  readonly notBeforeOffsetSeconds?: number;
  readonly notAfterOffsetSeconds?: number;
  readonly error?: string | boolean;
  readonly issuerEqualsCASubject?: boolean;
  readonly authorityKeyIdEqualsCASubjectKeyId?: boolean;
  readonly signatureAlgorithm?: string;
  readonly certificateCount?: number;
  readonly version?: number;
}

interface UpstreamCase {
  readonly id: string;
  readonly kind: string;
  readonly input: Input;
  readonly expect: Expected;
}

const fixture = new URL('../../fixtures/upstream-cases.json', import.meta.url);
const all = JSON.parse(readFileSync(fixture, 'utf8')) as readonly UpstreamCase[];
const cases = (kind: string) =>
  all.filter((each) => each.kind === kind).map((each) => [each.id, each] as const);

const BITS = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
];

const PURPOSES: Readonly<Record<string, string>> = {
  '1.3.6.1.5.5.7.3.1': 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '1.3.6.1.5.5.7.3.4': 'emailProtection',
  '1.3.6.1.5.5.7.3.9': 'OCSPSigning',
};

/** Usages by the names of the cases, sorted: upstream keeps bits in a word and purposes in an order of its own. */
const named = ({
  keyUsageBits = [],
  extKeyUsageOids = [],
}: {
  readonly keyUsageBits?: readonly number[] | undefined;
  readonly extKeyUsageOids?: readonly string[] | undefined;
}) => ({
  keyUsage: keyUsageBits.map((bit) => BITS[bit] ?? '').toSorted(),
  extKeyUsage: extKeyUsageOids.map((oid) => PURPOSES[oid] ?? '').toSorted(),
});

const wanted = ({ keyUsage = [], extKeyUsage = [] }: Expected) => ({
  keyUsage: keyUsage.toSorted(),
  extKeyUsage: extKeyUsage.toSorted(),
});

/** The four signers of kube-controller-manager; legacy-unknown has no contract, so its ceiling is written. */
const entryOf = (input: Input): SignerEntry | undefined => {
  const signerName = input.signerName ?? '';
  const ttl = input.ttlSeconds ?? 0;
  const lifetime = { defaultSeconds: ttl, maxSeconds: ttl };
  if (signerName === 'kubernetes.io/legacy-unknown') {
    const allow = makeCeiling({
      commonName: [matcher(input.commonName ?? '')],
      organizations: (input.organization ?? []).map(matcher),
      usages: input.usages ?? [],
    });
    return makeEntry({ signerName, lifetime, allow });
  }
  const known = ['kube-apiserver-client', 'kube-apiserver-client-kubelet', 'kubelet-serving'];
  return known.includes(signerName.replace('kubernetes.io/', ''))
    ? makeEntry({ signerName, lifetime, allow: undefined })
    : undefined;
};

async function signed(input: Input, authority: SigningAuthority) {
  const subject = forge.name(
    ...(input.organization ?? []).map(forge.organization),
    forge.commonName(input.commonName ?? 'anybody'),
  );
  const names = (input.dnsNames ?? []).map(forge.dns);
  const csr = approvedRequest({
    asks: { subject, names },
    signerName: input.signerName ?? '',
    usages: input.usages ?? ['client auth'],
    expirationSeconds: input.expirationSeconds,
    conditions: (input.conditions ?? [{ type: 'Approved' }]).map(({ type, status }) =>
      condition(type, status),
    ),
  });
  const { seen, look } = recordingSigner({ authority, csr, entry: entryOf(input) });
  await look();
  return seen;
}

describe('the signer of kube-controller-manager', () => {
  it.each(cases('sign-flow'))('%s', async (_id, { input, expect: want }) => {
    const { writes } = await signed(input, await makeAuthority());

    expect(writes).toHaveLength(want.apiCalls?.length ?? 0);
    expect(writes.every((write) => 'certificate' in write)).toBe(true);
    expect(writes.length > 0).toBe(want.certificateIssued);
  });

  it.each(cases('sign'))('%s', async (_id, { input, expect: want }) => {
    const { writes } = await signed(input, await makeAuthority({ key: 'RSA 2048' }));

    const { raw } = certificateOf(writes[0]);
    const read = readCertificateAgain(raw);
    if (!read.ok) throw new Error(read.error);
    const { notBeforeMs, notAfterMs, extKeyUsageOids, keyUsageBits, isCa, subject } = read.value;
    expect(named({ keyUsageBits, extKeyUsageOids })).toEqual(wanted(want));
    expect((notBeforeMs - NOW_MS) / 1000).toBe(want.notBeforeOffsetSeconds);
    expect((notAfterMs - NOW_MS) / 1000).toBe(want.notAfterOffsetSeconds);
    expect(isCa).toBe(false);
    expect(subject).toEqual([
      { type: 'O', value: input.organization?.[0] },
      { type: 'CN', value: input.commonName },
    ]);
    const [write] = writes;
    const text = write !== undefined && 'certificate' in write ? write.certificate : '';
    const blocks = Buffer.from(text, 'base64')
      .toString()
      .match(/-----BEGIN CERTIFICATE-----\n/g);
    expect(blocks).toHaveLength(want.certificateCount ?? 0);
    // [0] EXPLICIT INTEGER, one less than the version.
    expect(raw.includes(Buffer.from([0xa0, 3, 2, 1, (want.version ?? 0) - 1]))).toBe(true);
    // The identifier of sha256WithRSAEncryption, beside that of the key of the CA.
    expect(want.signatureAlgorithm).toBe('sha256WithRSAEncryption');
    expect(raw.includes(Buffer.from('300d06092a864886f70d01010b0500', 'hex'))).toBe(true);
  });
});

describe('the usages of kube-controller-manager', () => {
  it.each(cases('usage-map'))('%s', (_id, { input, expect: want }) => {
    const usages = plannedUsages(input.usages ?? []);

    expect(usages.ok ? named(usages.value) : usages.error.code).toEqual(
      want.error === undefined ? wanted(want) : 'UsageUnknown',
    );
  });
});

describe('the authority of kube-controller-manager', () => {
  let authority: SigningAuthority;
  beforeAll(async () => {
    authority = await makeAuthority();
  });

  const planned = async (
    usages: readonly string[],
    ca: CaOptions = {},
  ): Promise<CertificatePlan> => {
    const plan = planCertificate({
      csr: makeCsr({ usages }),
      facts: makeSignableFacts({ commonName: undefined, organizations: [] }),
      entry: makeEntry(),
      ca: (await makeAuthority(ca)).certificate,
      nowMs: NOW_MS,
      serial: new Uint8Array(16),
    });
    if (!plan.ok) throw new Error(plan.error.message);
    return plan.value;
  };

  it.each(cases('authority-sign'))('%s', async (_id, { input, expect: want }) => {
    const { ttlSeconds = 0, usages = [], ...margins } = input.policy ?? {};
    const life = {
      nowMs: NOW_MS,
      seconds: ttlSeconds,
      caNotAfterMs: NOW_MS + (input.ca?.notAfterOffsetSeconds ?? 0) * 1000,
    };
    const validity = validityOf(life, { backdateSeconds: 0, shortSeconds: 0, ...margins });

    const offsetsOf = (ms: number | undefined) => ((ms ?? Number.NaN) - NOW_MS) / 1000;
    expect(
      validity.ok
        ? [offsetsOf(validity.value.notBeforeMs), offsetsOf(validity.value.notAfterMs)]
        : validity.error.code,
    ).toEqual(
      want.error === undefined
        ? [want.notBeforeOffsetSeconds, want.notAfterOffsetSeconds]
        : 'CaExpired',
    );
    const plan = await planned(usages);
    expect(named({ keyUsageBits: plan.keyUsageBits }).keyUsage).toEqual(wanted(want).keyUsage);
  });

  it('names the CA as issuer and by its key', async () => {
    const plan = planCertificate({
      csr: makeCsr(),
      facts: makeSignableFacts(),
      entry: makeEntry(),
      ca: authority.certificate,
      nowMs: NOW_MS,
      serial: new Uint8Array(16),
    });

    expect(plan).toMatchObject({
      ok: true,
      value: {
        issuer: authority.certificate.subject,
        authorityKeyId: authority.certificate.subjectKeyId,
      },
    });
  });
});
