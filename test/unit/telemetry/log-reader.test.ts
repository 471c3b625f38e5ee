// SPDX-License-Identifier: Apache-2.0
// What the tests hold every log to must itself turn red: for a secret that is planted, and for a line that nobody declared.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createLog } from '../../../src/telemetry/log.js';
import { makeCsr } from '../../support/control-plane-requests.js';
import { eventually } from '../../support/eventually.js';
import { LogReader } from '../../support/log-reader.js';
import { keepFromLogs, secretsIn } from '../../support/log-secrets.js';
import { checkLogs, followProgram } from '../../support/running-controller.js';

const csrPem = await makeCsr({ cn: 'jane' });
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const keyDer = privateKey.export({ type: 'pkcs8', format: 'der' });
const base64url = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');
const token = `${base64url({ alg: 'RS256' })}.${base64url({ sub: 'a' })}.${randomBytes(64).toString('base64url')}`;
const bootstrapToken = 'abcdef.0123456789abcdef-and-more';
keepFromLogs(bootstrapToken);
keepFromLogs(csrPem);

/** A line of the log whose text is `text`. */
function lineWith(text: string): string {
  let line = '';
  const log = createLog('info', { write: (written) => void (line += written) });
  log.error({ ca: 'secret mesh-ca', reason: 'CaUnusable', detail: text }, 'CA not usable');
  return line;
}

const readerOf = (line: string): LogReader => {
  const reader = new LogReader();
  reader.add(line);
  return reader;
};

describe('a log that holds', () => {
  const bodyOf = (pem: string): string => pem.replaceAll(/-----[^-]+-----|\s/g, '');
  const planted: Readonly<Record<string, string>> = {
    'a private key as PEM': keyPem,
    'the body of a private key': bodyOf(keyPem),
    'a private key as an object holds it': Buffer.from(keyPem).toString('base64'),
    'a private key in hex': keyDer.toString('hex'),
    'a request as PEM': csrPem,
    'the body of a request': bodyOf(csrPem),
    'one line of the body of a request': csrPem.split('\n')[2] ?? '',
    'a request as an object holds it': Buffer.from(csrPem).toString('base64'),
    'a part of that': Buffer.from(csrPem).toString('base64').slice(60, 200),
    'a token of a service account': token,
    'a header with a token': `Authorization: Bearer ${randomBytes(9).toString('hex')}`,
    'a token that the test knows': `token=${bootstrapToken}`,
  };

  it.each(Object.entries(planted))('%s is refused', (_, secret) => {
    const reader = readerOf(lineWith(`the cause: ${secret}`));

    expect(() => reader.lines()).not.toThrow();
    expect(() => reader.check()).toThrow(/^secrets in a log: /);
  });

  it('a secret on standard error is refused, too', () => {
    const reader = readerOf(lineWith('the cause'));

    expect(() => reader.check(`warning: ${keyPem}`)).toThrow('a PEM block');
  });

  it('what our lines hold is not: digests, serial numbers, paths, policies', () => {
    const usual = [
      randomBytes(32).toString('hex'),
      randomBytes(16).toString('hex'),
      'a6d2b1c0-0000-4000-8000-000000000001',
      '/var/run/secrets/kube-csr-approver/an/even/longer/Path/that/has/9/parts/and/Letters/tls.crt',
      'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
      "sans: { uri: ['/spiffe:\\/\\/cluster\\.local\\/ns\\/[a-z0-9-]+\\/sa\\/[a-z0-9.-]+/'] }",
    ];

    expect(secretsIn(usual.join(' '))).toEqual([]);
  });
});

describe('a program that is followed as a controller', () => {
  /** Runs a program that prints `text` until it is ended. */
  async function follow(text: string): Promise<void> {
    const script = `process.stdout.write(${JSON.stringify(text)}); setInterval(() => {}, 1000)`;
    const program = followProgram(['-e', script]);
    await eventually('it has printed', () => (program.text() === '' ? undefined : true));
    await program.stop();
  }

  it('passes with a log of ours', async () => {
    await follow(lineWith('the cause'));

    expect(checkLogs).not.toThrow();
  });

  it('fails with a secret in its log', async () => {
    await follow(lineWith(keyPem));

    expect(checkLogs).toThrow('secrets in a log');
  });

  it('fails with a line that nobody declared', async () => {
    await follow(lineWith('the cause').replace('CA not usable', 'CA is bad'));

    expect(checkLogs).toThrow('no such line is declared');
  });

  it('fails with a field that nobody declared', async () => {
    await follow(lineWith('the cause').replace('{', '{"key":"value",'));

    expect(checkLogs).toThrow('must NOT have additional properties');
  });
});
