// Certificates as openssl reads and verifies them, for every kind of CA key; and keys that do not do what they should.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { issueCertificate, type Order } from '../../../src/signer/issue.js';
import { newSerialNumber } from '../../../src/signer/serial-numbers.js';
import { loadAuthority, type SigningAuthority } from '../../../src/signer/signing-authority.js';
import { dns, ip, makeCsr, NOW_MS } from '../../support/decide.js';
import {
  CA_KEYS,
  type CaKeyKind,
  type CaPem,
  makeAuthority,
  makeCa,
  makeEntry,
  makeSignableFacts,
} from '../../support/signing.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'issue-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const order = (authority: SigningAuthority, changes: Partial<Order> = {}): Order => ({
  authority,
  csr: makeCsr({ expirationSeconds: 3600 }),
  facts: makeSignableFacts({
    organizations: ['zeta', 'alpha'],
    sans: [
      { kind: 'uri', value: 'spiffe://cluster.local/ns/a/sa/b' },
      ip('fd00::1'),
      dns('a.example'),
      { kind: 'email', value: 'jane@a.example' },
    ],
  }),
  entry: makeEntry(),
  nowMs: NOW_MS,
  serial: Uint8Array.from({ length: 16 }, (_, index) => 0xf0 + index),
  ...changes,
});

async function load({ certificate, key }: CaPem): Promise<SigningAuthority> {
  const loaded = await loadAuthority({ certificates: certificate, key, roots: undefined });
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.value;
}

async function issued(authority: SigningAuthority, changes: Partial<Order> = {}) {
  const result = await issueCertificate(order(authority, changes));
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

const openssl = (...args: readonly string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8' });

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.each(Object.keys(CA_KEYS) as CaKeyKind[])('a certificate of a CA with %s', (key) => {
  let caFile: string;
  let certFile: string;
  beforeAll(async () => {
    const ca = await makeCa({ key });
    const { pem } = await issued(await load(ca));
    const name = key.replaceAll(' ', '');
    caFile = write(`${name}.ca.pem`, ca.certificate);
    certFile = write(`${name}.pem`, pem);
  });

  it('is verified by openssl, strictly, as one of a client', () => {
    const at = String(NOW_MS / 1000);
    const flags = ['-x509_strict', '-purpose', 'sslclient', '-attime', at];

    expect(openssl('verify', '-CAfile', caFile, ...flags, certFile)).toBe(`${certFile}: OK\n`);
  });

  it('says to openssl what was planned', () => {
    const text = openssl('x509', '-in', certFile, '-noout', '-text', '-nameopt', 'RFC2253');

    expect(text).toContain('Version: 3 (0x2)');
    expect(text).toContain(`Signature Algorithm: ${CA_KEYS[key].signature}`);
    expect(text).toContain('f0:f1:f2:f3:f4:f5:f6:f7:f8:f9:fa:fb:fc:fd:fe:ff');
    expect(text).toContain('Issuer: CN=test-ca');
    expect(text).toContain('Subject: CN=jane,O=alpha+O=zeta');
    expect(text).toContain('Not Before: Nov 22 11:55:00 2026 GMT');
    expect(text).toContain('Not After : Nov 22 13:00:00 2026 GMT');
    expect(text).toMatch(/Key Usage: critical\n\s+Digital Signature\n/);
    expect(text).toMatch(/Extended Key Usage: \n\s+TLS Web Client Authentication\n/);
    expect(text).toMatch(/Basic Constraints: critical\n\s+CA:FALSE\n/);
    expect(text).toMatch(
      /Subject Alternative Name: \n\s+DNS:a.example, email:jane@a.example, IP Address:FD00:0:0:0:0:0:0:1, URI:spiffe:\/\/cluster.local\/ns\/a\/sa\/b\n/,
    );
    expect(text).not.toContain('Subject Key Identifier');
  });
});

describe('the text of a certificate', () => {
  it('is one block of 64 columns with a final newline and nothing around it', async () => {
    const { pem } = await issued(await makeAuthority());

    expect(pem).toMatch(
      /^-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/]{64}\n)+(?:[A-Za-z0-9+/=]{1,64}\n)?-----END CERTIFICATE-----\n$/,
    );
  });
});

describe('a serial number', () => {
  it('has 128 bits and is another each time', () => {
    const serials = Array.from({ length: 100 }, () => Buffer.from(newSerialNumber()));

    expect(new Set(serials.map((serial) => serial.toString('hex'))).size).toBe(100);
    expect(new Set(serials.map((serial) => serial.length))).toEqual(new Set([16]));
  });
});

describe('a CA key that does not do what it should', () => {
  it.each<
    readonly [
      string,
      (right: SigningAuthority) => Promise<Partial<SigningAuthority['key']>>,
      string,
    ]
  >([
    [
      'signs something else',
      ({ key }) => Promise.resolve({ sign: () => key.sign(Uint8Array.of(1, 2, 3)) }),
      'openssl reads signature as "of no key of the CA", planned was "of the CA"',
    ],
    [
      'is the key of another CA',
      async () => ({ sign: (await makeAuthority()).key.sign }),
      'openssl reads signature as "of no key of the CA", planned was "of the CA"',
    ],
    [
      'gives an empty signature',
      () => Promise.resolve({ sign: () => Promise.resolve(new Uint8Array()) }),
      'openssl reads signature as "of no key of the CA", planned was "of the CA"',
    ],
    [
      'changes the bytes that it was given',
      ({ key }) =>
        Promise.resolve({
          sign: (bytes) => {
            // The last byte of the URI: the certificate would be signed validly, for another name.
            bytes[bytes.length - 1] = 0x63;
            return key.sign(bytes);
          },
        }),
      'second reader reads subjectAltName as',
    ],
  ])('publishes nothing when it %s', async (_name, wrong, message) => {
    const right = await makeAuthority();
    const authority = { ...right, key: { ...right.key, ...(await wrong(right)) } };

    const result = await issueCertificate(order(authority));

    expect(result).toMatchObject({
      ok: false,
      error: { blame: 'authority', code: 'CertificateDiffers' },
    });
    expect(result.ok ? '' : result.error.message).toContain(message);
  });

  it('says nothing of its own words when it throws', async () => {
    const right = await makeAuthority();
    const sign = () => Promise.reject(new Error('pin 1234 is wrong'));

    expect(await issueCertificate(order({ ...right, key: { ...right.key, sign } }))).toEqual({
      ok: false,
      error: {
        blame: 'authority',
        code: 'SigningKeyFailed',
        message: 'the CA key did not sign',
      },
    });
  });
});

it.each([
  ["separators of OpenSSL's text", 'a + O=b'],
  ['a plus sign and a comma', 'R+D, Ltd'],
  ['a backslash at the end', 'a\\'],
  ['a space at the end', 'dev '],
  ['a space at the start', ' dev'],
  ['a backslash and a space at the end', 'a\\ '],
  ['quotes, angles and semicolons', '"a" <b>; c'],
  ['a number sign at the start', '#41'],
  ['what looks like an escaped octet', 'a\\0Ab'],
  ['an equals sign', 'a=b'],
  ['letters of other scripts', 'Jürgen 山田 😀'],
])('a name with %s is read as it was planned', async (_, name) => {
  const facts = makeSignableFacts({ commonName: name, organizations: [name, `${name}2`] });

  const { summary } = await issued(await makeAuthority(), { facts });

  expect(summary.serial).toBeTruthy();
});
