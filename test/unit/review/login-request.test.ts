// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { readRequest } from '../../../src/request/read-request.js';
import {
  keyOfRequest,
  loginRequest,
  type LoginWish,
  subjectText,
} from '../../../src/review/login-request.js';
import { requestKeyOf } from '../../../src/review/request-key.js';
import { janesRequest, janesWish, newKey } from '../../support/logins.js';

describe('the request that a person makes', () => {
  it('asks for what was wished, as the strict reader and a second one see it', () => {
    const key = newKey();

    const csr = janesRequest(key);

    expect(csr).toMatchObject({
      name: 'jane',
      signerName: 'kubernetes.io/kube-apiserver-client',
      expirationSeconds: 28_800,
      usages: ['client auth', 'digital signature'],
    });
    const facts = readRequest(csr);
    expect(facts).toMatchObject({
      ok: true,
      value: { commonName: 'jane', organizations: ['dev', 'qa'], sans: [], ignored: [] },
    });
    expect(facts.ok && Buffer.from(facts.value.key.spki)).toEqual(key.requestKey.spki);
  });

  const unreadable: Readonly<Record<string, readonly [Partial<LoginWish>, code: string]>> = {
    'no name': [{ commonName: '' }, 'SubjectValueEmpty'],
    'an empty group': [{ organizations: [''] }, 'SubjectValueEmpty'],
    'a name with a character that nobody sees': [{ commonName: 'ja\u200bne' }, 'SubjectCharacter'],
    'a name that never ends': [{ commonName: 'j'.repeat(600) }, 'SubjectTooLarge'],
    'no signer': [{ signerName: '' }, 'ObjectUnreadable'],
  };

  it.each(Object.entries(unreadable))('is not sent with %s', (_, [change, code]) => {
    const made = loginRequest({ ...janesWish, ...change }, newKey().requestKey);

    expect(made).toEqual({ ok: false, error: expect.stringMatching(`^${code}: `) as unknown });
  });

  it('is not made with a key that is too weak', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });

    expect(requestKeyOf(privateKey)).toBeUndefined();
  });

  it('is told without anything that a terminal obeys', () => {
    expect(subjectText({ commonName: 'ja\u001b[1mne', organizations: ['a\nb'] })).toBe(
      'CN=ja\\u{1b}[1mne, O=a\\u{a}b',
    );
  });
});

describe('a request that is there', () => {
  const kept = newKey();
  const other = newKey();

  it('is taken up with the key that made it, of several', () => {
    expect(keyOfRequest(janesRequest(kept), janesWish, [other, kept])).toEqual({
      ok: true,
      value: kept,
    });
  });

  const refusals: Readonly<
    Record<string, readonly [keys: readonly string[], Partial<LoginWish>, string]>
  > = {
    'there is no key': [[], {}, '(pending), with a key that is not here.'],
    'another key is here': [['other'], {}, '(pending), with a key that is not here.'],
    'it is for somebody else': [
      ['kept'],
      { commonName: 'john' },
      'which asks for CN=jane, O=dev, O=qa, not for CN=john, O=dev, O=qa.',
    ],
    'it is for another group': [
      ['kept'],
      { organizations: ['dev'] },
      'which asks for CN=jane, O=dev, O=qa, not for CN=jane, O=dev.',
    ],
    'it asks another signer': [
      ['kept'],
      { signerName: 'example.com/mesh' },
      'which asks for kubernetes.io/kube-apiserver-client, not for example.com/mesh.',
    ],
    'it is for another time': [
      ['kept'],
      { expirationSeconds: 3600 },
      'which asks for 28800 seconds (8h), not for 3600 seconds (1h).',
    ],
  };

  it.each(Object.entries(refusals))('is not taken up when %s', (_, [keys, change, says]) => {
    const keptKeys = keys.map((key) => (key === 'kept' ? kept : other));

    const taken = keyOfRequest(janesRequest(kept), { ...janesWish, ...change }, keptKeys);

    const error = taken.ok ? '' : taken.error;
    expect(error).toMatch(/^RequestExists: there is a CertificateSigningRequest jane already /);
    expect(error.split('\n')[0]).toContain(says);
    expect(error).toContain('\nTake another name, or have it deleted: kubectl delete csr jane.\n');
  });

  it('is not taken up when its bytes cannot be read', () => {
    const csr = { ...janesRequest(kept), request: 'AAAA' };

    expect(keyOfRequest(csr, janesWish, [kept])).toMatchObject({ ok: false });
  });
});
