// SPDX-License-Identifier: Apache-2.0
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readIssuedLogin } from '../../../src/review/issued-login.js';
import {
  createAuthority,
  issueCertificate,
  type KeyPairPem,
} from '../../support/control-plane-certificates.js';
import { janesWish, keptKeyOf, newKey } from '../../support/logins.js';

type JsonName = Parameters<typeof issueCertificate>[1]['subject'];

const JANE: JsonName = [{ O: ['qa'] }, { O: ['dev'] }, { CN: ['jane'] }];
const base64 = (text: string): string => Buffer.from(text).toString('base64');

let authority: KeyPairPem;
let issued: KeyPairPem;
beforeAll(async () => {
  authority = await createAuthority('cluster-ca');
  issued = await issueCertificate(authority, { subject: JANE });
});

const read = (
  text: string,
  { nowMs = Date.now(), key = issued.keyPem }: { nowMs?: number; key?: string } = {},
) => {
  const { spki } = keptKeyOf(key).requestKey;
  return readIssuedLogin(base64(text), { wish: janesWish, spki, nowMs });
};

describe('a certificate that came back', () => {
  it('is used when key, names and time are right, in whatever order the groups stand', () => {
    const login = read(issued.certPem);

    expect(login).toMatchObject({ ok: true, value: { pem: issued.certPem } });
  });

  it('is used when all groups stand in one RDN, as Go writes them', async () => {
    const subject = [{ O: ['dev', 'qa'] }, { CN: ['jane'] }];
    const { certPem, keyPem } = await issueCertificate(authority, { subject });

    expect(read(certPem, { key: keyPem })).toMatchObject({ ok: true });
  });

  it('is used with the chain that the signer added, as it came', () => {
    const text = issued.certPem + authority.certPem;

    expect(read(text)).toMatchObject({ ok: true, value: { pem: text } });
  });

  it('is refused when the chain comes first: that is what a client would show', () => {
    expect(read(authority.certPem + issued.certPem)).toMatchObject({
      error: 'it is for another key than the one that was made here',
    });
  });

  it('is refused with another key, however right the rest is', () => {
    expect(read(issued.certPem, { key: newKey().keyPem })).toEqual({
      ok: false,
      error: 'it is for another key than the one that was made here',
    });
  });

  const subjects: Readonly<Record<string, readonly [JsonName, saw: string]>> = {
    'another name': [[{ O: ['qa'] }, { O: ['dev'] }, { CN: ['john'] }], 'O=qa, O=dev, CN=john'],
    'a group more': [[...JANE, { O: ['ops'] }], 'O=qa, O=dev, CN=jane, O=ops'],
    'a group less': [[{ O: ['qa'] }, { CN: ['jane'] }], 'O=qa, CN=jane'],
    'no name': [[{ O: ['qa'] }, { O: ['dev'] }], 'O=qa, O=dev'],
    'an attribute that was not asked for': [[...JANE, { OU: ['x'] }], 'O=qa, O=dev, CN=jane, OU=x'],
    'nothing at all': [[], 'nobody'],
  };

  it.each(Object.entries(subjects))('is refused with %s', async (_, [subject, saw]) => {
    const { certPem, keyPem } = await issueCertificate(authority, { subject });

    expect(read(certPem, { key: keyPem })).toEqual({
      ok: false,
      error: `it is for ${saw}; asked for was CN=jane, O=dev, O=qa`,
    });
  });

  it.each([
    ['before it is valid', -365 * 86_400_000, /^it is valid from \S+Z on only; is the clock/],
    ['when it is over', 365 * 86_400_000, /^it was valid until \S+Z; is the clock/],
  ])('is refused %s', (_, fromNowMs, says) => {
    const login = read(issued.certPem, { nowMs: Date.now() + fromNowMs });

    expect(login).toEqual({ ok: false, error: expect.stringMatching(says) as unknown });
  });

  it.each([
    ['nothing', ''],
    ['no PEM', 'certificate'],
    ['PEM of something else', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('is refused when it is %s', (_, text) => {
    expect(read(text)).toEqual({ ok: false, error: 'it is not a certificate in PEM' });
  });

  it('is refused when it is larger than any certificate', () => {
    expect(read(' '.repeat(100_000))).toEqual({ ok: false, error: 'it is far too large' });
  });
});
