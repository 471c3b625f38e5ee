import { beforeAll, describe, expect, it } from '@jest/globals';
import { authorityTrouble, type SigningTrouble } from '../../../src/authority/trouble.js';
import type { Newest } from '../../../src/signer/ports.js';
import type { WriteOutcome } from '../../../src/controller/write.js';
import type { SigningAuthority } from '../../../src/signer/signing-authority.js';
import { utf8String } from '../../../src/x509/der-writer.js';
import { down, NOW_MS } from '../../support/decide.js';
import * as forge from '../../support/forge.js';
import { constrained } from '../../support/name-constraints.js';
import {
  approvedRequest,
  certificateOf,
  condition,
  failureOf,
  MESH,
  recordingSigner,
  type SignerChange,
} from '../../support/signer.js';
import { makeAuthority } from '../../support/signing.js';

const approved = approvedRequest;

let authority: SigningAuthority;
beforeAll(async () => {
  authority = await makeAuthority();
});

const setUp = (change: SignerChange = {}) => recordingSigner({ authority, ...change });

describe('an approved request', () => {
  it('is signed with one write that is locked on uid and resourceVersion', async () => {
    const { seen, look } = setUp();

    expect(await look()).toEqual({ kind: 'done' });

    expect(seen.writes).toEqual([
      {
        name: 'jane-laptop',
        uid: 'a6d2b1c0-0000-4000-8000-000000000001',
        resourceVersion: '41',
        certificate: expect.any(String),
      },
    ]);
    const certificate = certificateOf(seen.writes[0]);
    expect(certificate.subject).toBe('O=dev\nCN=jane');
    expect(certificate.subjectAltName).toBe('DNS:a.example');
    expect(certificate.verify(authority.certificate.publicKey)).toBe(true);
    expect(seen.absorbed).toEqual([{ written: true }]);
  });

  it('is told once, with what was issued', async () => {
    const { seen, look } = setUp();

    await look();

    expect(seen.told).toEqual([
      {
        csr: seen.csr,
        outcome: 'published',
        code: undefined,
        message: undefined,
        certificate: {
          serial: '1010101010101010101010101010101',
          subject: 'O=dev, CN=jane',
          commonName: 'jane',
          organizations: ['dev'],
          sans: ['dns:a.example'],
          notBeforeMs: NOW_MS - 300_000,
          notAfterMs: NOW_MS + 3_600_000,
          spkiSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          certificateSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          caKeyId: authority.certificate.keyId,
        },
        approval: { reason: 'Other', rule: undefined, policyHash: undefined },
        policyHash: '3f9c1a2b',
        durationMs: 1000,
      },
    ]);
  });

  it('gets only what was judged: other subject attributes and extensions are not copied', async () => {
    const subject = forge.name(
      [forge.attribute('2.5.4.11', utf8String('lab'))],
      forge.organization('dev'),
      forge.commonName('jane'),
    );
    const { seen, look } = setUp({ csr: approved({ asks: { subject } }) });

    await look();

    expect(certificateOf(seen.writes[0]).subject).toBe('O=dev\nCN=jane');
  });

  it('of an old object whose approval says False is signed, as kube-controller-manager does', async () => {
    const { seen, look } = setUp({
      csr: approved({ conditions: [condition('Approved', 'False')] }),
    });

    await look();

    expect(seen.writes).toHaveLength(1);
  });
});

describe('nothing is written, asked or signed', () => {
  it.each<readonly [string, SignerChange]>([
    ['for an object that is gone', { csr: undefined }],
    ['for a request that nobody approved', { csr: approved({ conditions: [] }) }],
    ['for a denied request', { csr: approved({ conditions: [condition('Denied')] }) }],
    [
      'for a request that is approved and denied, as old objects can be',
      { csr: approved({ conditions: [condition('Approved'), condition('Denied')] }) },
    ],
    [
      'for a request that failed',
      { csr: approved({ conditions: [condition('Approved'), condition('Failed')] }) },
    ],
    [
      'for a request that failed with an empty status, as old objects have it',
      { csr: approved({ conditions: [condition('Approved'), condition('Failed', '')] }) },
    ],
    ['for a request that has a certificate', { csr: approved({ certificate: 'LS0t' }) }],
    ['for a signer name that is not ours', { entry: undefined }],
    [
      'for a signer name that only begins like ours',
      { csr: approved({ signerName: `${MESH}-2` }) },
    ],
    ['before a policy was loaded', { hasPolicy: false }],
  ])('%s', async (_name, change) => {
    const { seen, look } = setUp(change);

    expect(await look()).toEqual({ kind: 'done' });

    expect(seen).toMatchObject({ writes: [], told: [], asked: [], authorities: 0, serials: 0 });
  });

  it.each<readonly [string, SignerChange]>([
    ['a request that would be signed', {}],
    ['a request that would fail', { csr: approved({ usages: ['code signing'] }) }],
  ])('after the process was told to stop, for %s', async (_name, change) => {
    const { seen, look } = setUp(change);

    expect(await look(AbortSignal.abort())).toEqual({ kind: 'done' });

    expect(seen).toMatchObject({ writes: [], told: [], serials: 0 });
  });

  it('when the process is told to stop while the key signs', async () => {
    const stop = new AbortController();
    const sign = (bytes: Uint8Array) => {
      stop.abort();
      return authority.key.sign(bytes);
    };
    const { seen, look } = setUp({ authority: { ...authority, key: { ...authority.key, sign } } });

    expect(await look(stop.signal)).toEqual({ kind: 'done' });

    expect(seen).toMatchObject({ writes: [], told: [], serials: 1 });
  });
});

describe('a request that may not be signed fails for good', () => {
  const subjectOf = (commonName: string, ...organizations: string[]) =>
    forge.name(...organizations.map(forge.organization), forge.commonName(commonName));

  it.each<readonly [string, string, SignerChange]>([
    ['RequestBase64', 'its base64 is not exact', { csr: approved({ request: 'x' }) }],
    [
      'SignatureInvalid',
      'its own signature is wrong',
      {
        csr: approved({
          asks: {
            pem: forge.forge({
              rewriteSignature: (signature) =>
                signature.map((octet, at) => (at === 20 ? octet ^ 1 : octet)),
            }),
          },
        }),
      },
    ],
    [
      'CeilingCommonName',
      'its user is not given',
      { csr: approved({ asks: { subject: subjectOf('joe', 'dev') } }) },
    ],
    [
      'CeilingOrganization',
      'a group is not given',
      { csr: approved({ asks: { subject: subjectOf('jane', 'dev', 'admins') } }) },
    ],
    [
      'CeilingDnsName',
      'a name is not given',
      { csr: approved({ asks: { names: [forge.dns('b.example')] } }) },
    ],
    [
      'CeilingUri',
      'a kind of name is not given',
      { csr: approved({ asks: { names: [forge.uri('spiffe://a/b')] } }) },
    ],
    [
      'CeilingUsage',
      'a usage is not given',
      { csr: approved({ usages: ['client auth', 'code signing'] }) },
    ],
    [
      'SystemMasters',
      'its group is above all authorization, even where the ceiling spells it',
      { csr: approved({ asks: { subject: subjectOf('jane', 'system:masters') } }) },
    ],
    [
      'WildcardName',
      'it has a wildcard, even where the ceiling spells it',
      { csr: approved({ asks: { names: [forge.dns('*.example')] } }) },
    ],
    [
      'UnusableAddress',
      'it has the address of no host',
      { csr: approved({ asks: { names: [forge.ip(127, 0, 0, 1)] } }) },
    ],
    [
      'ExtendedKeyUsageMissing',
      'it would be good for everything',
      { csr: approved({ usages: ['digital signature'] }) },
    ],
  ])('with %s when %s', async (code, _name, change) => {
    const { seen, look } = setUp(change);

    expect(await look()).toEqual({ kind: 'done' });

    expect(seen.writes).toHaveLength(1);
    expect(failureOf(seen.writes[0]).at(-1)).toMatchObject({
      type: 'Failed',
      status: 'True',
      reason: code,
    });
    expect(seen.told).toMatchObject([{ outcome: 'failed', code, certificate: undefined }]);
    expect(seen).toMatchObject({ authorities: 0, serials: 0 });
  });

  it('with a message that says why, what to do, and who says so', async () => {
    const csr = approved({
      asks: { subject: subjectOf('joe', 'dev') },
      usages: ['client auth', 'code signing'],
    });
    const { seen, look } = setUp({ csr });

    await look();

    expect(failureOf(seen.writes[0])).toEqual([
      { type: 'Approved', status: 'True', reason: 'Other', unknownField: 7 },
      {
        type: 'Failed',
        status: 'True',
        reason: 'CeilingCommonName',
        message:
          'common name "joe" is not given by this signer (given: jane, system:masters); ' +
          'usage "code signing" is not given by this signer (given: client auth, server auth, digital signature, any). ' +
          'This request is final; correct it and create a new one. [signer example.com/mesh, policy 3f9c1a2b]',
      },
    ]);
  });

  it('and an old condition Failed that says False is replaced, since there can be only one', async () => {
    const conditions = [condition('Approved'), condition('Failed', 'False')];
    const { seen, look } = setUp({ csr: approved({ conditions, usages: ['code signing'] }) });

    await look();

    expect(failureOf(seen.writes[0]).map((each) => [each['type'], each['status']])).toEqual([
      ['Approved', 'True'],
      ['Failed', 'True'],
    ]);
  });

  it('and a long message is cut', async () => {
    const groups = Array.from({ length: 8 }, (_, index) => String(index).repeat(150));
    const subject = subjectOf('jane', ...groups);
    const { seen, look } = setUp({ csr: approved({ asks: { subject } }) });

    await look();

    expect(String(failureOf(seen.writes[0]).at(-1)?.['message'])).toHaveLength(1024);
  });
});

describe('a request waits and is never failed', () => {
  const trouble = (code: SigningTrouble['code']) => authorityTrouble(code, 'out of order');

  it.each<readonly [string, string, SignerChange]>([
    ['CaUnreadable', 'the CA is missing', { trouble: trouble('CaUnreadable') }],
    ['CaUnusable', 'the CA is wrong', { trouble: trouble('CaUnusable') }],
    ['CaExpired', 'the CA has expired', { trouble: trouble('CaExpired') }],
    ['CaNotYetValid', 'the CA is not valid yet', { trouble: trouble('CaNotYetValid') }],
  ])(
    'with %s when %s, and is looked at again within half a minute',
    async (code, _name, change) => {
      const { seen, look } = setUp(change);

      expect(await look()).toEqual({ kind: 'again', afterMs: 30_000 });

      expect(seen.writes).toEqual([]);
      expect(seen.told).toMatchObject([{ outcome: 'waiting', code, certificate: undefined }]);
    },
  );

  it.each<readonly [string, string, () => SignerChange]>([
    [
      'EvidenceUnavailable',
      'the API server is not to be had',
      () => ({ answers: { apiServer: down } }),
    ],
    [
      'ApiServerName',
      'a name belongs to the API server',
      () => ({ csr: approved({ asks: { names: [forge.dns('api.example.com')] } }) }),
    ],
    [
      'SigningKeyFailed',
      'the key does not sign',
      () => ({
        authority: {
          ...authority,
          key: { ...authority.key, sign: () => Promise.reject(new Error()) },
        },
      }),
    ],
    [
      'CertificateDiffers',
      'the key signed something else',
      () => ({
        authority: {
          ...authority,
          key: { ...authority.key, sign: () => authority.key.sign(Uint8Array.of(1)) },
        },
      }),
    ],
  ])('with %s when %s, with back-off', async (code, _name, change) => {
    const { seen, look } = setUp(change());

    expect(await look()).toEqual({ kind: 'retry' });

    expect(seen.writes).toEqual([]);
    expect(seen.told).toMatchObject([{ outcome: 'waiting', code, certificate: undefined }]);
  });

  it('with CaConstrained when the CA is for other purposes', async () => {
    const confined = await makeAuthority({ purposes: ['1.3.6.1.5.5.7.3.1'] });
    const { seen, look } = setUp({ authority: confined });

    expect(await look()).toEqual({ kind: 'again', afterMs: 30_000 });

    expect(seen.told).toMatchObject([{ outcome: 'waiting', code: 'CaConstrained' }]);
  });

  it('with OutsideNameConstraints when the CA may not sign for a name, until another CA may', async () => {
    const bound = async (...permitted: readonly string[]) =>
      makeAuthority({ more: [constrained({ permitted })] });
    const { seen, look } = setUp({ authority: await bound('dns:b.example') });

    expect(await look()).toEqual({ kind: 'again', afterMs: 30_000 });
    seen.authority = await bound('dns:b.example', 'dns:a.example');
    await look();

    expect(seen.told).toMatchObject([
      {
        outcome: 'waiting',
        code: 'OutsideNameConstraints',
        message: expect.stringContaining('"a.example" is outside'),
        certificate: undefined,
      },
      { outcome: 'published' },
    ]);
    expect(certificateOf(seen.writes[0]).subjectAltName).toBe('DNS:a.example');
  });

  it('tells each reason once, and the certificate when it comes', async () => {
    const { seen, look } = setUp({ trouble: trouble('CaUnreadable') });

    await look();
    await look();
    seen.trouble = trouble('CaUnusable');
    await look();
    await look();
    seen.trouble = undefined;
    await look();

    expect(seen.told.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['waiting', 'CaUnreadable'],
      ['waiting', 'CaUnusable'],
      ['published', undefined],
    ]);
  });

  it('forgets what it told when the certificate was written', async () => {
    const { seen, look } = setUp({ trouble: trouble('CaUnreadable') });

    await look();
    seen.trouble = undefined;
    await look();
    seen.trouble = trouble('CaUnreadable');
    await look();

    expect(seen.told.map(({ outcome }) => outcome)).toEqual(['waiting', 'published', 'waiting']);
  });

  it('tells the same reason of a recreated object again', async () => {
    const { seen, look } = setUp({ trouble: trouble('CaUnreadable') });

    await look();
    seen.csr = approved({ uid: 'a6d2b1c0-0000-4000-8000-000000000002' });
    await look();

    expect(seen.told).toHaveLength(2);
  });
});

describe('a certificate that could not be written', () => {
  it.each<readonly [WriteOutcome, object, string]>([
    [{ kind: 'conflict' }, { kind: 'retry' }, 'CertificateNotPublished'],
    [{ kind: 'gone' }, { kind: 'done' }, 'CertificateNotPublished'],
    [{ kind: 'fenced' }, { kind: 'done' }, 'CertificateNotPublished'],
  ])('is told with its serial number: %j', async (outcome, result, code) => {
    const { seen, look } = setUp({ outcome });

    expect(await look()).toEqual(result);

    expect(seen.told).toMatchObject([
      { outcome: 'lost', code, certificate: { serial: '1010101010101010101010101010101' } },
    ]);
    expect(seen.absorbed).toEqual([]);
  });

  const lost: WriteOutcome = { kind: 'failed', code: 'TIMEOUT', message: 'no answer' };
  const firstSerial = '1010101010101010101010101010101';

  it('and whose answer was lost is told as trouble, and nothing is claimed of it yet', async () => {
    const { seen, look } = setUp({ outcome: lost });

    expect(await look()).toEqual({ kind: 'retry' });

    expect(seen.told).toMatchObject([
      { outcome: 'waiting', code: 'StatusWriteFailed', certificate: undefined },
    ]);
  });

  it('is given the time that a busy server asks for', async () => {
    const { look } = setUp({ outcome: { ...lost, retryAfterMs: 700 } });

    expect(await look()).toEqual({ kind: 'again', afterMs: 700 });
  });

  it('but arrived is told as published, once the server says so', async () => {
    const { seen, look } = setUp({ outcome: lost });
    await look();
    const [write] = seen.writes;
    const certificate = write !== undefined && 'certificate' in write ? write.certificate : '';

    seen.csr = undefined;
    seen.newest = { kind: 'unavailable' };
    const asked = await look();
    seen.newest = { kind: 'found', csr: approved({ certificate }) };
    await look();
    await look();

    expect(asked).toEqual({ kind: 'retry' });
    expect(seen.told.slice(1)).toMatchObject([
      { outcome: 'published', certificate: { serial: firstSerial } },
    ]);
  });

  it.each<readonly [string, Newest]>([
    ['the object is gone', { kind: 'absent' }],
    ['another certificate stands there', { kind: 'found', csr: approved({ certificate: 'x' }) }],
  ])('and did not arrive is told as lost: %s', async (_, newest) => {
    const { seen, look } = setUp({ outcome: lost });
    await look();

    seen.csr = undefined;
    seen.newest = newest;
    await look();

    expect(seen.told.slice(1)).toMatchObject([
      { outcome: 'lost', code: 'CertificateNotPublished', certificate: { serial: firstSerial } },
    ]);
  });

  it('and did not arrive is told as lost when the next one is published', async () => {
    const { seen, look } = setUp({ outcome: lost });
    await look();

    seen.outcome = undefined;
    await look();

    expect(seen.told.slice(1)).toMatchObject([
      { outcome: 'lost', certificate: { serial: firstSerial } },
      { outcome: 'published', certificate: { serial: '2020202020202020202020202020202' } },
    ]);
  });

  it('for want of a right is told once, without a certificate', async () => {
    const { seen, look } = setUp({ outcome: { kind: 'forbidden', message: 'not permitted' } });

    expect(await look()).toEqual({ kind: 'retry' });
    await look();

    expect(seen.told).toMatchObject([
      { outcome: 'waiting', code: 'StatusWriteForbidden', certificate: undefined },
    ]);
  });

  it('is made anew at the next look, with another serial number', async () => {
    const { seen, look } = setUp({ outcome: { kind: 'conflict' } });

    await look();
    await look();

    expect(new Set(seen.writes.map((write) => certificateOf(write).serialNumber)).size).toBe(2);
  });
});

describe('a failure that could not be written', () => {
  const csr = approved({ usages: ['client auth', 'code signing'] });

  it.each<readonly [WriteOutcome, object, readonly string[]]>([
    [{ kind: 'conflict' }, { kind: 'retry' }, []],
    [{ kind: 'gone' }, { kind: 'done' }, []],
    [{ kind: 'forbidden', message: 'no' }, { kind: 'retry' }, ['StatusWriteForbidden']],
    [{ kind: 'failed', code: 'X', message: 'no' }, { kind: 'retry' }, ['StatusWriteFailed']],
  ])('is looked at again: %j', async (outcome, result, codes) => {
    const { seen, look } = setUp({ outcome, csr });

    expect(await look()).toEqual(result);

    expect(seen.told.map(({ code }) => code)).toEqual(codes);
  });
});
