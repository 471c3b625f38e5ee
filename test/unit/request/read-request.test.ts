// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import type { CsrObject } from '../../../src/request/csr-object.js';
import { parseCsrObject } from '../../../src/request/parse-csr-object.js';
import { readRequest } from '../../../src/request/read-request.js';
import { MAX_REQUEST_PEM_BYTES } from '../../../src/vocabulary/limits.js';
import { forge } from '../../support/forge.js';
import { realRequests, type Summary } from './real-requests.js';

const fixture = (file: string): Buffer =>
  readFileSync(new URL(`../../fixtures/requests/${file}.csr.pem`, import.meta.url));

function objectWith(request: string): CsrObject {
  const parsed = parseCsrObject({
    metadata: { name: 'a' },
    spec: { signerName: 'example.com/mesh', usages: ['client auth'], request },
  });
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
}

const read = (pem: Uint8Array) => readRequest(objectWith(Buffer.from(pem).toString('base64')));

function summaryOf(pem: Uint8Array): Summary {
  const facts = read(pem);
  if (!facts.ok) throw new Error(`${facts.error.code}: ${facts.error.detail}`);
  const { subject, sans, key, signatureAlgorithm, extensions, ignored } = facts.value;
  return {
    subject: subject.map(({ type, value, stringType }) => `${type}=${value} (${stringType})`),
    sans: sans.map(({ kind, value }) => `${kind}:${value}`),
    key: key.label,
    signature: signatureAlgorithm,
    extensions: extensions.map(({ name, critical }) => (critical ? `${name}, critical` : name)),
    ignored,
  };
}

describe('a request made by a real tool', () => {
  it.each(Object.entries(realRequests))('is read to facts: %s', (file, expected) => {
    const summary = summaryOf(fixture(file));

    expect(summary).toEqual({ sans: [], extensions: [], ignored: [], ...expected });
  });

  it.each([
    ['keytool-rsa2048-as-written', 'PemLabel'],
    ['certtool-as-written', 'PemTextAround'],
    ['cfssl-uri-as-dns-name', 'SanDnsName'],
    ['seed-dev1-truncated', 'PemIncomplete'],
  ])('is refused as the tool or the upload left it: %s (%s)', (file, code) => {
    expect(read(fixture(file))).toMatchObject({ ok: false, error: { code } });
  });
});

describe('facts', () => {
  it('name the common name and the organizations apart, in the order of the request', () => {
    const facts = read(fixture('openssl-several-organizations-p521'));

    expect(facts).toMatchObject({
      value: { commonName: 'alice', organizations: ['a', 'b'] },
    });
  });

  it('have no common name where the subject is empty', () => {
    const facts = read(fixture('go-workload-p521'));

    expect(facts).toMatchObject({ value: { commonName: undefined, organizations: [] } });
  });

  it('identify the key by the SHA-256 that openssl gives for it', () => {
    const facts = read(fixture('seed-dev1'));

    expect(facts).toMatchObject({
      value: {
        key: {
          bits: 2048,
          spkiSha256: '9a11e465d36e7b5cdfd1d02cdccbd38d73efc070dc058472160a953191efb7d0',
        },
      },
    });
  });

  it('are frozen through and through', () => {
    const facts = read(fixture('openssl-all-kinds-of-names-p384'));
    const parts = facts.ok ? [facts.value, ...Object.values(facts.value)] : [];
    const inner = facts.ok
      ? [...facts.value.subject, ...facts.value.sans, ...facts.value.extensions]
      : [];

    expect([...parts, ...inner].filter((part) => !Object.isFrozen(part))).toEqual([]);
  });
});

describe('spec.request', () => {
  const base64 = Buffer.from(forge()).toString('base64');

  it('may have line ends in its base64, as a YAML block has', () => {
    expect(readRequest(objectWith(base64.replaceAll(/.{64}/g, '$&\r\n')))).toMatchObject({
      ok: true,
    });
  });

  it.each([
    ['a blank in the base64', `${base64.slice(0, 8)} ${base64.slice(8)}`],
    ['the URL alphabet', Buffer.from('???>>>').toString('base64url')],
    ['text that is not base64', 'not base64!'],
    ['base64 that is cut', base64.slice(0, 101)],
  ])('is refused with %s', (_name, request) => {
    expect(readRequest(objectWith(request))).toMatchObject({
      ok: false,
      error: { code: 'RequestBase64', at: 'spec.request' },
    });
  });

  it('is not even decoded when it is larger than any request', () => {
    const huge = 'A'.repeat(MAX_REQUEST_PEM_BYTES * 2 + 1);

    expect(readRequest(objectWith(huge))).toMatchObject({ error: { code: 'RequestTooLarge' } });
  });

  it('holds PEM, not PEM that was encoded twice', () => {
    const twice = Buffer.from(base64).toString('base64');

    expect(readRequest(objectWith(twice))).toMatchObject({ error: { code: 'PemMissing' } });
  });
});
