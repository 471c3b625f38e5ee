// SPDX-License-Identifier: Apache-2.0
// Each reason code of the signer, and what it does to a request: Failed is for facts of the request alone, for ever;
// trouble of the CA or of this program makes it wait. The tables have every code.

import { beforeAll, describe, expect, it } from '@jest/globals';
import { authorityTrouble } from '../../../src/authority/trouble.js';
import type { SigningAuthority } from '../../../src/signer/signing-authority.js';
import { signingReasons } from '../../../src/vocabulary/reasons/signing.js';
import { utf8String } from '../../../src/x509/der-writer.js';
import { matcher, ranges } from '../../support/decide.js';
import * as forge from '../../support/forge.js';
import {
  approvedRequest,
  certificateOf,
  failureOf,
  recordingSigner,
  type SignerChange,
} from '../../support/signer.js';
import { constrained } from '../../support/name-constraints.js';
import { makeAuthority, makeCeiling, makeEntry } from '../../support/signing.js';

type Code = keyof typeof signingReasons;

let authority: SigningAuthority;
let confined: SigningAuthority;
let bound: SigningAuthority;
beforeAll(async () => {
  authority = await makeAuthority();
  confined = await makeAuthority({ purposes: ['1.3.6.1.5.5.7.3.1'] });
  bound = await makeAuthority({ more: [constrained({ excluded: ['dns:a.example'] })] });
});

const asking = (...names: readonly Uint8Array[]): SignerChange => ({
  csr: approvedRequest({ asks: { names } }),
});
const named = (...parts: readonly (readonly Uint8Array[])[]): SignerChange => ({
  csr: approvedRequest({ asks: { subject: forge.name(...parts) } }),
});
/** A ceiling with one more part than the usual one. */
const allowing = (more: Parameters<typeof makeCeiling>[0]): SignerChange['entry'] =>
  makeEntry({
    signerName: 'example.com/mesh',
    allow: makeCeiling({
      commonName: [matcher('jane')],
      organizations: [matcher('dev')],
      dns: [matcher('a.example')],
      ...more,
    }),
  });

const keyThat = (sign: SigningAuthority['key']['sign']): SignerChange => ({
  authority: { ...authority, key: { ...authority.key, sign } },
});
/** The store says this of the CA. */
const caTrouble = (code: Code) => (): SignerChange => ({
  trouble: authorityTrouble(code, 'out of order'),
});

/** Why requests fail: each differs from one that is signed in one thing that it asks for. */
const failing: Partial<Record<Code, () => SignerChange>> = {
  CeilingCommonName: () => named(forge.organization('dev'), forge.commonName('joe')),
  CeilingOrganization: () => named(forge.organization('ops'), forge.commonName('jane')),
  CeilingAttribute: () => ({
    ...named(
      [forge.attribute('2.5.4.11', utf8String('lab'))],
      forge.organization('dev'),
      forge.commonName('jane'),
    ),
    entry: allowing({ attributes: { OU: [matcher('shop')] } }),
  }),
  CeilingDnsName: () => asking(forge.dns('b.example')),
  CeilingAddress: () => ({
    ...asking(forge.ip(10, 0, 0, 1)),
    entry: allowing({ ip: ranges('10.1.0.0/16') }),
  }),
  CeilingUri: () => asking(forge.uri('spiffe://a/b')),
  CeilingEmail: () => asking(forge.email('jane@a.example')),
  CeilingUsage: () => ({ csr: approvedRequest({ usages: ['client auth', 'code signing'] }) }),
  UsageUnknown: () => ({
    csr: approvedRequest({ usages: ['client auth', 'to fly'] }),
    entry: allowing({ usages: ['client auth', 'digital signature', 'to fly'] }),
  }),
};

/** Why requests wait. */
const waiting: Partial<Record<Code, () => SignerChange>> = {
  CaUnreadable: caTrouble('CaUnreadable'),
  CaUnusable: caTrouble('CaUnusable'),
  CaLogsIn: caTrouble('CaLogsIn'),
  CaOfRequestHeader: caTrouble('CaOfRequestHeader'),
  ApiServerTrustUnknown: caTrouble('ApiServerTrustUnknown'),
  CaExpired: caTrouble('CaExpired'),
  CaNotYetValid: caTrouble('CaNotYetValid'),
  CaConstrained: () => ({ authority: confined }),
  OutsideNameConstraints: () => ({ authority: bound }),
  SigningKeyFailed: () => keyThat(() => Promise.reject(new Error('no'))),
  CertificateDiffers: () => keyThat(() => authority.key.sign(Uint8Array.of(1))),
  StatusWriteForbidden: () => ({ outcome: { kind: 'forbidden', message: 'no' } }),
  StatusWriteFailed: () => ({ outcome: { kind: 'failed', code: 'TIMEOUT', message: 'no' } }),
};

/** What is told beside certificates that are signed: of one that was lost, and of a CA that still signs. */
const told = ['CertificateNotPublished', 'CaEndsSoon'] as const satisfies readonly Code[];

describe('a request that is signed unless one thing is changed', () => {
  it('is signed', async () => {
    const { seen, look } = recordingSigner({ authority });

    await look();

    expect(certificateOf(seen.writes[0]).verify(authority.certificate.publicKey)).toBe(true);
  });

  it.each(Object.entries(failing))('fails for good with %s', async (code, change) => {
    const { seen, look } = recordingSigner({ authority, ...change() });

    expect(await look()).toEqual({ kind: 'done' });

    expect(failureOf(seen.writes[0]).at(-1)).toMatchObject({ type: 'Failed', reason: code });
    expect(seen.told).toMatchObject([{ outcome: 'failed', code }]);
  });

  it.each(Object.entries(waiting))(
    'waits with %s, and is looked at again',
    async (code, change) => {
      const { seen, look } = recordingSigner({ authority, ...change() });

      expect((await look()).kind).not.toBe('done');

      expect(seen.writes.filter((write) => 'conditions' in write)).toEqual([]);
      expect(seen.told).toMatchObject([{ outcome: 'waiting', code, certificate: undefined }]);
    },
  );
});

describe('the codes of the signer', () => {
  it('are all in these tables, each in one', () => {
    const inTables: readonly string[] = [...Object.keys(failing), ...Object.keys(waiting), ...told];

    expect(inTables.toSorted()).toEqual(Object.keys(signingReasons).toSorted());
  });
});
