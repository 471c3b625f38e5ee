import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { KeyUsageFlags } from '@peculiar/x509';
import { generateKeyPairSync } from 'node:crypto';
import { readCaCertificate } from '../../../src/authority/ca-certificate.js';
import { pemBlocksOf } from '../../../src/signer/pem-blocks.js';
import { NOW_MS } from '../../support/decide.js';
import { constrained } from '../../support/name-constraints.js';
import { CA_KEYS, type CaKeyKind, type CaOptions, makeCa } from '../../support/signing.js';

async function derOf(options: CaOptions = {}): Promise<Buffer> {
  const [block] = pemBlocksOf((await makeCa(options)).certificate);
  if (block === undefined) throw new Error('no certificate');
  return block.der;
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

describe('the certificate of a CA', () => {
  it.each(Object.keys(CA_KEYS) as CaKeyKind[])('is read with a key of %s', async (key) => {
    const read = readCaCertificate(await derOf({ key }));

    expect(read).toMatchObject({ ok: true });
  });

  it('tells its name, key identifier and life', async () => {
    const notAfterMs = Date.UTC(2060, 1, 3);
    const read = readCaCertificate(await derOf({ notBeforeMs: NOW_MS, notAfterMs }));

    if (!read.ok) throw new Error(read.error.message);
    expect(read.value).toMatchObject({ notBeforeMs: NOW_MS, notAfterMs });
    expect(Buffer.from(read.value.subject).toString('hex')).toBe(
      '30123110300e06035504031307746573742d6361',
    );
    expect(read.value.keyId).toBe(Buffer.from(read.value.subjectKeyId ?? []).toString('hex'));
  });

  it('without a key identifier is known by the hash of its key', async () => {
    const read = readCaCertificate(await derOf({ hasSubjectKeyId: false }));

    expect(read.ok && read.value.subjectKeyId).toBe(undefined);
    expect(read.ok && read.value.keyId).toMatch(/^[0-9a-f]{40}$/);
  });

  it('has no name constraints, or those that are understood, with its name', async () => {
    const free = readCaCertificate(await derOf());
    const bound = readCaCertificate(
      await derOf({
        name: [{ O: ['shop'] }, { CN: ['ca'] }],
        more: [constrained({ permitted: ['dns:a.bc'], excluded: ['ip:10.0.0.0/255.0.0.0'] })],
      }),
    );

    expect(free.ok && free.value.nameConstraints).toEqual([]);
    expect(bound.ok && bound.value.nameConstraints).toMatchObject([
      {
        ca: 'O=shop, CN=ca',
        permitted: [{ kind: 'dns', base: 'a.bc' }],
        excluded: [{ kind: 'ip', base: '10.0.0.0/8' }],
      },
    ]);
  });

  it('needs no key usage', async () => {
    expect(readCaCertificate(await derOf({ keyUsage: undefined })).ok).toBe(true);
  });

  it.each<readonly [string, CaOptions, RegExp]>([
    ['is not one of a CA', { isCa: false }, /not one of a CA/],
    ['may not sign certificates', { keyUsage: KeyUsageFlags.digitalSignature }, /not one of a CA/],
    [
      'has name constraints of a kind that is not understood',
      { more: [constrained({ permitted: ['dir:x'] })] },
      /name constraints of the CA: a subtree of kind directoryName cannot be obeyed/,
    ],
    [
      'has a short RSA key',
      { pair: { ...generateKeyPairSync('rsa', { modulusLength: 1024 }), algorithm: RSA } },
      /RSA >= 2048/,
    ],
  ])('is refused when it %s', async (_name, options, message) => {
    const read = readCaCertificate(await derOf(options));

    expect(read.ok ? undefined : read.error).toMatchObject({
      blame: 'authority',
      code: 'CaUnusable',
    });
    expect(read.ok ? undefined : read.error.message).toMatch(message);
  });

  it('is refused when it is cut', async () => {
    const der = await derOf();

    expect(readCaCertificate(der.subarray(0, -1))).toMatchObject({
      ok: false,
      error: { code: 'CaUnusable' },
    });
  });

  it('is refused when bytes follow it, which OpenSSL would not mind', async () => {
    expect(readCaCertificate(Buffer.concat([await derOf(), Buffer.from([5, 0])]))).toMatchObject({
      ok: false,
      error: { code: 'CaUnusable' },
    });
  });
});
