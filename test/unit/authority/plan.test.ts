import { describe, expect, it } from '@jest/globals';
import { encodeToBeSigned } from '../../../src/authority/encode.js';
import { planCertificate, plannedUsages } from '../../../src/authority/plan.js';
import type { RequestFacts } from '../../../src/request/facts.js';
import { contentOf, DerReader, encodingOf } from '../../../src/x509/der-reader.js';
import { objectIdentifierOf } from '../../../src/x509/der-primitives.js';
import { makeCsr, NOW_MS } from '../../support/decide.js';
import { constrained } from '../../support/name-constraints.js';
import {
  type CaOptions,
  makeAuthority,
  makeEntry,
  makeSignableFacts,
} from '../../support/signing.js';

const SERIAL = Uint8Array.from({ length: 16 }, (_, index) => index + 1);

async function plan(
  change: {
    facts?: Partial<RequestFacts>;
    csr?: Parameters<typeof makeCsr>[0];
    ca?: CaOptions;
  } = {},
) {
  const { certificate: ca } = await makeAuthority(change.ca);
  const facts = makeSignableFacts(change.facts);
  const csr = makeCsr(change.csr);
  return planCertificate({ csr, facts, entry: makeEntry(), ca, nowMs: NOW_MS, serial: SERIAL });
}

async function planned(change: Parameters<typeof plan>[0] = {}) {
  const result = await plan(change);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const hex = (octets: Uint8Array | undefined) => Buffer.from(octets ?? []).toString('hex');

/** The extensions as [oid, critical, hex of the value]. */
async function extensions(change: Parameters<typeof plan>[0] = {}) {
  const tbs = encodeToBeSigned(await planned(change));
  const wrapper = new DerReader(tbs).readAll().children.at(-1);
  const list = wrapper?.children[0]?.children ?? [];
  return list.map(({ children }) => {
    const [oid] = children;
    const value = children.at(-1);
    if (oid === undefined || value === undefined) throw new Error('not an extension');
    return [objectIdentifierOf(oid), children.length === 3, hex(contentOf(value))] as const;
  });
}

const KU = '2.5.29.15';
const EKU = '2.5.29.37';
const BC = '2.5.29.19';
const AKI = '2.5.29.35';
const SAN = '2.5.29.17';

describe('the subject of a certificate', () => {
  it('holds organizations and common name and nothing else of what was asked', async () => {
    const facts = makeSignableFacts();
    const extra = { oid: '2.5.4.11', type: 'OU', value: 'lab', stringType: 'UTF8String' };

    const { subject, subjectName } = await planned({
      facts: { subject: [...facts.subject, extra] },
    });

    expect(subject).toEqual([
      { type: 'O', value: 'dev' },
      { type: 'CN', value: 'jane' },
    ]);
    expect(hex(subjectName)).toBe('301d310c300a060355040a1303646576310d300b060355040313046a616e65');
  });

  it('has all organizations in one sorted set, shorter first, as kube-controller-manager writes them', async () => {
    const organizations = ['system:nodes', 'zeta', 'alpha'];

    const { subjectName } = await planned({ facts: { organizations } });

    const [rdn, ...others] = new DerReader(subjectName).readAll().children;
    const values = rdn?.children.map((attribute) =>
      Buffer.from(contentOf(attribute.children[1] ?? attribute)).toString(),
    );
    expect(values).toEqual(['zeta', 'alpha', 'system:nodes']);
    expect(others).toHaveLength(1);
  });

  it.each([
    ['a name of letters is a PrintableString', 'system:node:a-1.b', '13'],
    ['an underscore needs a UTF8String', 'a_b', '0c'],
    ['an at sign needs a UTF8String', 'jane@example.com', '0c'],
    ['an umlaut needs a UTF8String', 'Jörg', '0c'],
  ])('%s', async (_name, commonName, tag) => {
    const { subjectName } = await planned({ facts: { commonName } });

    const value = new DerReader(subjectName).readAll().children[1]?.children[0]?.children[1];

    expect(hex(value && encodingOf(value)).slice(0, 2)).toBe(tag);
  });
});

describe('the extensions of a certificate', () => {
  it('come in the order of kube-controller-manager', async () => {
    const found = await extensions({ facts: { sans: [{ kind: 'dns', value: 'a.example' }] } });

    expect(found.map(([oid, critical]) => [oid, critical])).toEqual([
      [KU, true],
      [EKU, false],
      [BC, true],
      [AKI, false],
      [SAN, false],
    ]);
  });

  it('never say CA, whatever the usages are', async () => {
    const found = await extensions({ csr: { usages: ['cert sign', 'client auth'] } });

    expect(found.find(([oid]) => oid === BC)?.[2]).toBe('3000');
    expect(found.find(([oid]) => oid === KU)?.[2]).toBe('03020204');
  });

  it('leave key usage out when no usage is one', async () => {
    const found = await extensions({ csr: { usages: ['client auth'] } });

    expect(found.map(([oid]) => oid)).toEqual([EKU, BC, AKI]);
  });

  it('leave extended key usage out when no usage is one', async () => {
    const found = await extensions({ csr: { usages: ['digital signature'] } });

    expect(found.map(([oid]) => oid)).toEqual([KU, BC, AKI]);
  });

  it.each([
    ['the CA has no key identifier', { ca: { hasSubjectKeyId: false } }],
    [
      'the certificate has the name of the CA',
      { ca: { name: [{ O: ['dev'] }, { CN: ['jane'] }] } },
    ],
  ])('leave the key identifier of the CA out when %s', async (_name, change) => {
    expect((await extensions(change)).map(([oid]) => oid)).toEqual([KU, EKU, BC]);
  });

  it('make the names critical when there is no subject', async () => {
    const sans = [{ kind: 'dns', value: 'a.example' }] as const;
    const found = await extensions({ facts: { commonName: undefined, organizations: [], sans } });

    expect(found.at(-1)?.slice(0, 2)).toEqual([SAN, true]);
  });

  it('have the names as DNS, e-mail, IP, URI, each in the order of the request, repetitions kept', async () => {
    const { sans } = await planned({
      facts: {
        sans: [
          { kind: 'uri', value: 'spiffe://a/b' },
          { kind: 'ip', value: 'fd00::1' },
          { kind: 'dns', value: 'b.example' },
          { kind: 'ip', value: '10.0.0.1' },
          { kind: 'email', value: 'a@b.example' },
          { kind: 'dns', value: 'a.example' },
          { kind: 'dns', value: 'b.example' },
        ],
      },
    });

    expect(sans.map(({ value }) => value)).toEqual([
      'b.example',
      'a.example',
      'b.example',
      'a@b.example',
      'fd00::1',
      '10.0.0.1',
      'spiffe://a/b',
    ]);
  });
});

describe('the usages of a certificate', () => {
  it.each([
    ['both words for a signature are one bit', ['signing', 'digital signature'], '03020780'],
    ['a client', ['digital signature', 'key encipherment'], '030205a0'],
    ['the last bit has an octet of its own', ['decipher only'], '0303070080'],
  ])('key usage: %s', async (_name, usages, value) => {
    expect((await extensions({ csr: { usages } }))[0]).toEqual([KU, true, value]);
  });

  it.each([
    [
      'purposes come in the order of the table',
      ['client auth', 'server auth'],
      ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
    ],
    ['the two words for e-mail are one', ['s/mime', 'email protection'], ['1.3.6.1.5.5.7.3.4']],
    ['any comes first', ['netscape sgc', 'any'], ['2.5.29.37.0', '2.16.840.1.113730.4.1']],
  ])('extended key usage: %s', (_name, usages, oids) => {
    expect(plannedUsages(usages)).toMatchObject({ ok: true, value: { extKeyUsageOids: oids } });
  });

  it('are each there once, bits ascending', () => {
    const usages = ['key agreement', 'digital signature', 'content commitment', 'signing'];

    expect(plannedUsages(usages)).toMatchObject({ ok: true, value: { keyUsageBits: [0, 1, 4] } });
  });

  it('that the API does not know are a fact of the request', async () => {
    const usages = ['client auth', 'coffee "making"'];

    expect(await plan({ csr: { usages } })).toEqual({
      ok: false,
      error: {
        blame: 'request',
        code: 'UsageUnknown',
        message: 'usage "coffee \\"making\\"" is not one that the Kubernetes API knows',
      },
    });
  });

  it.each([
    ['covers them', ['1.3.6.1.5.5.7.3.2'], true],
    ['covers any', ['2.5.29.37.0'], true],
    ['covers others only', ['1.3.6.1.5.5.7.3.1'], false],
  ])('that a confined CA %s', async (_name, purposes, isPlanned) => {
    const result = await plan({ ca: { purposes } });

    expect(result.ok ? true : result.error.code === 'CaConstrained' && false).toBe(isPlanned);
  });
});

describe('below a CA with name constraints', () => {
  const ca = { more: [constrained({ permitted: ['dns:a.example'] })] };

  it.each<readonly [string, Partial<RequestFacts>]>([
    ['a DNS name', { sans: [{ kind: 'dns', value: 'b.example' }] }],
    ['a common name that is a host name', { commonName: 'b.example' }],
  ])('nothing is planned for %s outside, and the CA is to blame', async (_words, facts) => {
    expect(await plan({ facts, ca })).toMatchObject({
      ok: false,
      error: {
        blame: 'authority',
        code: 'OutsideNameConstraints',
        message: expect.stringContaining('"b.example" is outside'),
      },
    });
  });

  it('what lies inside is planned as below any other', async () => {
    const facts = { sans: [{ kind: 'dns', value: 'www.a.example' }] } as const;

    expect((await planned({ facts, ca })).sans).toEqual((await planned({ facts })).sans);
  });
});
