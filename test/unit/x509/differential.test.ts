// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process';
import { createHash, createPublicKey } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { canonicalAddress } from '../../../src/vocabulary/addresses.js';
import {
  type CertificationRequest,
  readCertificationRequest,
} from '../../../src/x509/certification-request.js';
import { readRequestAgain } from '../../../src/x509/second-reader.js';
import { differencesBetween } from '../../../src/request/readers-agree.js';
import { anyRequest } from '../../support/forge-any-request.js';
import { forge } from '../../support/forge.js';

const requests: readonly Buffer[] = fc
  .sample(anyRequest, {
    numRuns: 300,
    seed: 20_261_122,
  })
  .map((parts) => Buffer.from(forge(parts)));

function factsOf(pem: Buffer): CertificationRequest {
  const read = readCertificationRequest(pem);
  if (!read.ok) throw new Error(`${read.error.code} at ${read.error.at}: ${read.error.detail}`);
  return read.value;
}

/** What openssl says of a request, in the terms of `ours`. */
interface View {
  readonly subject: readonly string[];
  readonly sans: readonly string[];
  readonly spkiSha256: string;
  readonly extensions: readonly string[];
  readonly verified: boolean;
}

const ours = (facts: CertificationRequest): View => ({
  subject: facts.subject.map(({ oid, value }) => `${oid}=${value}`),
  sans: facts.sans.map(({ kind, value }) => `${kind}:${value}`),
  spkiSha256: facts.key.spkiSha256,
  extensions: facts.extensions.map(({ name, critical }) => (critical ? `${name}, critical` : name)),
  verified: true,
});

/** Types as openssl prints them with `-nameopt oid`: numbers, so that no name table is trusted. */
const OPTIONS = 'req -noout -verify -subject -pubkey -text -nameopt oid,utf8,sep_multiline';

const EXTENSIONS: Readonly<Record<string, string>> = {
  'X509v3 Subject Alternative Name': 'subjectAltName',
  'X509v3 Key Usage': 'keyUsage',
  'X509v3 Extended Key Usage': 'extKeyUsage',
  'X509v3 Basic Constraints': 'basicConstraints',
  'X509v3 Subject Key Identifier': 'subjectKeyIdentifier',
};
const KINDS: Readonly<Record<string, string>> = {
  DNS: 'dns',
  'IP Address': 'ip',
  URI: 'uri',
  email: 'email',
};

function nameInOurTerms(name: string): string {
  const [, kind = '', value = ''] = /^([^:]+):(.*)$/.exec(name) ?? [];
  return `${KINDS[kind] ?? kind}:${kind === 'IP Address' ? (canonicalAddress(value) ?? value) : value}`;
}

function viewOf(printed: string): View {
  const subjectText = /^subject=\n((?: {4}.*\n)*)/m.exec(printed)?.[1] ?? '';
  const [pem = ''] = /-----BEGIN PUBLIC KEY-----[^]*?-----END PUBLIC KEY-----/.exec(printed) ?? [];
  const spki = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  const requested =
    /Requested Extensions:\n([^]*?)\n {4}Signature Algorithm/.exec(printed)?.[1] ?? '';
  const alternatives = /Subject Alternative Name:.*\n +(.*)/.exec(printed)?.[1];
  return {
    subject: subjectText
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => line.slice(4).split(' + ')),
    sans: alternatives === undefined ? [] : alternatives.split(', ').map(nameInOurTerms),
    spkiSha256: createHash('sha256').update(spki).digest('hex'),
    extensions: [...requested.matchAll(/^ {16}(\S.*?): ?(critical)?$/gm)].map(
      ([, name = '', critical]) =>
        `${EXTENSIONS[name] ?? name}${critical === undefined ? '' : ', critical'}`,
    ),
    verified: /verify OK/.test(printed),
  };
}

const END_OF_ONE = '=== end of one request ===';

/** One shell runs openssl for each of `pems`; starting so many processes from here would take longer than they do. */
function openssl(pems: readonly Buffer[]): Promise<readonly View[]> {
  const script = pems
    .map((pem) => `openssl ${OPTIONS} 2>&1 <<'PEM'\n${pem.toString()}PEM\necho '${END_OF_ONE}'\n`)
    .join('');
  return new Promise((resolve, reject) => {
    const shell = spawn('sh');
    const printed: Buffer[] = [];
    shell.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
    shell.on('error', reject);
    shell.on('close', () => {
      resolve(Buffer.concat(printed).toString().split(END_OF_ONE).slice(0, -1).map(viewOf));
    });
    shell.stdin.end(script);
  });
}

describe('300 generated requests', () => {
  it('are read as the second reader reads them', () => {
    const differences = requests.map((pem) =>
      differencesBetween(factsOf(pem), readRequestAgain(pem)),
    );

    expect(differences.flat()).toEqual([]);
    expect(differences).toHaveLength(300);
  }, 60_000);

  it('are read as openssl reads them', async () => {
    const halves = await Promise.all([
      openssl(requests.slice(0, 150)),
      openssl(requests.slice(150)),
    ]);

    expect(halves.flat()).toEqual(requests.map((pem) => ours(factsOf(pem))));
  }, 60_000);

  it('show every kind of key, name, extension and attribute', () => {
    const all = requests.map(factsOf);
    const seen = new Set(
      all.flatMap((facts) => [
        facts.key.label,
        facts.signatureAlgorithm,
        ...facts.sans.map(({ kind }) => kind),
        ...facts.extensions.map(({ name }) => name),
        ...facts.subject.map(({ stringType }) => stringType),
      ]),
    );

    expect([...seen].toSorted()).toEqual([
      '1.3.6.1.4.1.99999.7',
      'ECDSA P-256',
      'ECDSA P-384',
      'ECDSA P-521',
      'Ed25519',
      'IA5String',
      'PrintableString',
      'RSA 2048',
      'UTF8String',
      'basicConstraints',
      'dns',
      'ecdsa-with-SHA256',
      'ecdsa-with-SHA384',
      'ecdsa-with-SHA512',
      'email',
      'extKeyUsage',
      'ip',
      'keyUsage',
      'sha256WithRSAEncryption',
      'subjectAltName',
      'subjectKeyIdentifier',
      'uri',
    ]);
  });
});
