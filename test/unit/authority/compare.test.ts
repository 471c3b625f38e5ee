// What was signed, against the plan: for every field, which of the two parsers notices that it is another.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { differencesFrom } from '../../../src/authority/compare.js';
import { encodeCertificate, encodeToBeSigned } from '../../../src/authority/encode.js';
import { type CertificatePlan, planCertificate } from '../../../src/authority/plan.js';
import type { SigningAuthority } from '../../../src/signer/signing-authority.js';
import { DerReader, encodingOf } from '../../../src/x509/der-reader.js';
import {
  boolean,
  context,
  ia5String,
  objectIdentifier,
  sequence,
} from '../../../src/x509/der-writer.js';
import { EXTENSION } from '../../../src/x509/object-identifiers.js';
import { extension } from '../../support/forge.js';
import { dns, ip, makeCsr, matcher, NOW_MS } from '../../support/decide.js';
import {
  keyFactsOf,
  makeAuthority,
  makeCeiling,
  makeEntry,
  makeSignableFacts,
} from '../../support/signing.js';

const CLIENT = '1.3.6.1.5.5.7.3.2';
const SERIAL = Uint8Array.from({ length: 16 }, (_, index) => index + 1);

let authority: SigningAuthority;
let plan: CertificatePlan;

beforeAll(async () => {
  authority = await makeAuthority();
  plan = planned();
});

function planned(
  changes: Parameters<typeof makeSignableFacts>[0] = {},
  entry = makeEntry(),
): CertificatePlan {
  const result = planCertificate({
    csr: makeCsr(),
    facts: makeSignableFacts({
      sans: [dns('a.example'), { kind: 'email', value: 'j@a.example' }, ip('10.0.0.1')],
      ...changes,
    }),
    entry,
    ca: authority.certificate,
    nowMs: NOW_MS,
    serial: SERIAL,
  });
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

/** Which parser saw which field otherwise, when `tbs` was signed instead of what was planned. */
async function noticed(
  tbs: Uint8Array,
  { by = authority, against = plan }: { by?: SigningAuthority; against?: CertificatePlan } = {},
) {
  const signature = await by.key.sign(tbs);
  const signed = encodeCertificate(against, tbs, signature);
  return fieldsOf(differencesFrom(against, authority.certificate, signed));
}

const fieldsOf = (differences: ReturnType<typeof differencesFrom>) =>
  differences.map(({ parser, field }) => `${parser}: ${field}`);

const both = (...fields: string[]) => [
  ...fields.map((field) => `second reader: ${field}`),
  ...fields.map((field) => `openssl: ${field}`),
];

describe('a certificate that is as planned', () => {
  it('is read so by both parsers', async () => {
    expect(await noticed(encodeToBeSigned(plan))).toEqual([]);
  });

  it.each<readonly [string, Parameters<typeof makeSignableFacts>[0]]>([
    ['without names', { sans: [] }],
    ['without a subject', { commonName: undefined, organizations: [] }],
    ['with several organizations', { organizations: ['zeta', 'alpha', 'alpha', 'system:nodes'] }],
    [
      'with names that look like separators',
      { commonName: 'a, CN=root\\', organizations: ['x/O=y', 'é+"\u200b'] },
    ],
    [
      'with URIs that have commas and quotes',
      { sans: [{ kind: 'uri', value: "spiffe://a/b,DNS:evil.example'" }] },
    ],
    ['with IPv6 addresses', { sans: [ip('fd00::1'), ip('2001:db8::1:0:0:1'), ip('::2')] }],
  ])('%s too', async (_name, changes) => {
    const against = planned(changes);

    expect(await noticed(encodeToBeSigned(against), { against })).toEqual([]);
  });

  it('with every subject attribute that a ceiling can name too', async () => {
    const types = ['OU', 'C', 'ST', 'L', 'street', 'postalCode', 'serialNumber'] as const;
    const subject = types.map((type) => ({ type, oid: '', value: 'DE', stringType: 'UTF8String' }));
    const attributes = Object.fromEntries(types.map((type) => [type, [matcher('DE')]]));
    const against = planned({ subject }, makeEntry({ allow: makeCeiling({ attributes }) }));

    expect(against.subject.map(({ type }) => type)).toEqual(['O', 'CN', ...types]);
    expect(await noticed(encodeToBeSigned(against), { against })).toEqual([]);
  });

  it('with a serial number that begins with zeros or a sign bit too', async () => {
    for (const first of [0x00, 0x80]) {
      const serial = Uint8Array.from([first, ...SERIAL.subarray(1)]);
      const against = { ...plan, serial };
      expect(await noticed(encodeToBeSigned(against), { against })).toEqual([]);
    }
  });

  it('until the year 2050 and after it too', async () => {
    for (const year of [2049, 2050]) {
      const against = { ...plan, notAfterMs: Date.UTC(year, 0, 1) };
      expect(await noticed(encodeToBeSigned(against), { against })).toEqual([]);
    }
  });
});

describe('what is noticed in a certificate that is not as planned:', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;

  it.each<readonly [string, () => Partial<CertificatePlan>, readonly string[]]>([
    [
      'the serial number is another',
      () => ({ serial: SERIAL.map((each) => each ^ 1) }),
      both('serial'),
    ],
    ['it begins earlier', () => ({ notBeforeMs: plan.notBeforeMs - 1000 }), both('notBefore')],
    ['it ends later', () => ({ notAfterMs: plan.notAfterMs + 1000 }), both('notAfter')],
    [
      'the user is another',
      () => ({ subjectName: planned({ commonName: 'root' }).subjectName }),
      both('subject'),
    ],
    [
      'there is one more group',
      () => ({ subjectName: planned({ organizations: ['dev', 'admins'] }).subjectName }),
      both('subject'),
    ],
    ['the key is another', () => ({ spki: keyFactsOf(other).spki }), both('public key')],
    [
      'a DNS name is another',
      () => ({ sans: [dns('b.example'), ...plan.sans.slice(1)] }),
      both('subjectAltName'),
    ],
    ['a name is missing', () => ({ sans: plan.sans.slice(1) }), both('subjectAltName')],
    [
      'all names are missing',
      () => ({ sans: [] }),
      ['second reader: subjectAltName', 'second reader: extensions', 'openssl: subjectAltName'],
    ],
    [
      'an address is another',
      () => ({ sans: [...plan.sans.slice(0, -1), ip('10.0.0.2')] }),
      both('subjectAltName'),
    ],
    [
      'a purpose is another',
      () => ({ extKeyUsageOids: ['1.3.6.1.5.5.7.3.1'] }),
      both('extKeyUsage'),
    ],
    ['a usage is another', () => ({ keyUsageBits: [0, 5] }), ['second reader: keyUsage']],
    [
      'the key identifier of the CA is another',
      () => ({ authorityKeyId: new Uint8Array(20) }),
      ['second reader: authorityKeyIdentifier', 'openssl: chain'],
    ],
    [
      'the issuer is another',
      () => ({ issuer: plan.subjectName }),
      ['second reader: issuer', 'openssl: issuer', 'openssl: chain'],
    ],
  ])('%s', async (_name, change, expected) => {
    expect(await noticed(encodeToBeSigned({ ...plan, ...change() }))).toEqual(expected);
  });

  it('says that it is one of a CA', async () => {
    const isCa = extension(EXTENSION.basicConstraints, sequence(boolean(true)), true);
    // OpenSSL calls it one only where it may sign certificates too.
    const against = { ...plan, keyUsageBits: [0, 5] };
    const tbs = withExtensions(encodeToBeSigned(against), (all) => all.with(2, isCa));

    expect(await noticed(tbs, { against })).toEqual(both('basicConstraints'));
  });

  it('has an extension that nobody planned', async () => {
    const comment = extension('2.16.840.1.113730.1.13', ia5String('hello'));
    const tbs = withExtensions(encodeToBeSigned(plan), (all) => [...all, comment]);

    expect(await noticed(tbs)).toEqual(['second reader: extensions']);
  });

  it('an extension that may be skipped became one that may not', async () => {
    const purposes = extension(EXTENSION.extKeyUsage, sequence(objectIdentifier(CLIENT)), true);
    const tbs = withExtensions(encodeToBeSigned(plan), (all) => all.with(1, purposes));

    expect(await noticed(tbs)).toEqual(['second reader: extensions']);
  });

  it('another CA signed it', async () => {
    const by = await makeAuthority();

    expect(await noticed(encodeToBeSigned(plan), { by })).toEqual(['openssl: signature']);
  });

  it('the signature is over other bytes', async () => {
    const tbs = encodeToBeSigned(plan);
    const signature = await authority.key.sign(
      encodeToBeSigned({ ...plan, serial: SERIAL.toReversed() }),
    );
    const signed = encodeCertificate(plan, tbs, signature);

    expect(fieldsOf(differencesFrom(plan, authority.certificate, signed))).toEqual([
      'openssl: signature',
    ]);
  });

  it('the text to be published is not that of the bytes', async () => {
    const tbs = encodeToBeSigned(plan);
    const [one, two] = await Promise.all([authority.key.sign(tbs), authority.key.sign(tbs)]);
    const { der } = encodeCertificate(plan, tbs, one);
    const { pem } = encodeCertificate(plan, tbs, two);

    expect(fieldsOf(differencesFrom(plan, authority.certificate, { der, pem }))).toEqual([
      'openssl: bytes',
    ]);
  });

  it('neither can read it', () => {
    const signed = { der: Uint8Array.of(0x30, 0), pem: 'nothing' };

    expect(fieldsOf(differencesFrom(plan, authority.certificate, signed))).toEqual(
      both('certificate'),
    );
  });
});

describe('one byte of a certificate changed', () => {
  it('is noticed, wherever it is', async () => {
    const tbs = encodeToBeSigned(plan);
    const { der } = encodeCertificate(plan, tbs, await authority.key.sign(tbs));
    const unnoticed = [...der.keys()].filter((offset) => {
      const changed = Uint8Array.from(der);
      changed[offset] = (changed[offset] ?? 0) ^ 1;
      const pem = encodePem(changed);
      return differencesFrom(plan, authority.certificate, { der: changed, pem }).length === 0;
    });

    expect(unnoticed).toEqual([]);
  });
});

const encodePem = (der: Uint8Array) =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE-----\n`;

/** `tbs` with other extensions, the last of its fields. */
function withExtensions(
  tbs: Uint8Array,
  change: (extensions: readonly Uint8Array[]) => readonly Uint8Array[],
): Uint8Array {
  const fields = new DerReader(tbs).readAll().children;
  const extensions = fields.at(-1)?.children[0]?.children ?? [];
  return sequence(
    ...fields.slice(0, -1).map(encodingOf),
    context(3, sequence(...change(extensions.map(encodingOf)))),
  );
}
