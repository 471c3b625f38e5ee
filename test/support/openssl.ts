// SPDX-License-Identifier: Apache-2.0
// Keys, requests and verdicts of the openssl program, which knows nothing of ours.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keepFromLogs } from './log-secrets.js';
import { runProgram } from './running-controller.js';

/** A request and the key that it was made with, as PEM. */
export interface OpensslRequest {
  readonly pem: string;
  readonly keyPem: string;
}

async function openssl(args: readonly string[], input: string = ''): Promise<string> {
  const { code, stdout, stderr } = await runProgram('openssl', args, { input });
  if (code !== 0) throw new Error(`openssl ${args.join(' ')}: ${code} ${stdout}${stderr}`);
  return stdout;
}

let requests = 0;

/**
 * A request with a new P-256 key. `subject` as openssl writes it: `/O=qa/CN=jane`; `extensions` as -addext takes
 * them: `subjectAltName=DNS:a.example`.
 */
export async function opensslRequest(
  folder: string,
  subject: string,
  extensions: readonly string[] = [],
): Promise<OpensslRequest> {
  requests += 1;
  const keyFile = join(folder, `openssl-${requests}.key`);
  const pem = await openssl([
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-utf8',
    '-keyout',
    keyFile,
    '-subj',
    subject,
    ...extensions.flatMap((extension) => ['-addext', extension]),
  ]);
  const keyPem = await readFile(keyFile, 'utf8');
  keepFromLogs(keyPem);
  return { pem, keyPem };
}

/** What `openssl verify` says of the certificate on its standard input, for a purpose such as `sslclient`. */
export async function opensslVerify(
  caFile: string,
  purpose: string,
  certificatePem: string,
): Promise<string> {
  return (await openssl(['verify', '-CAfile', caFile, '-purpose', purpose], certificatePem)).trim();
}

/** A field of a certificate as `openssl x509` prints it, e.g. of `-serial`; a name as RFC 2253 writes it. */
export const opensslField = async (field: string, certificatePem: string): Promise<string> =>
  (await openssl(['x509', '-noout', field, '-nameopt', 'RFC2253'], certificatePem)).trim();

/** The public key of a certificate as PEM, extracted by openssl. */
export const opensslPublicKey = (certificatePem: string): Promise<string> =>
  openssl(['x509', '-noout', '-pubkey'], certificatePem);
