// SPDX-License-Identifier: Apache-2.0
// Verifies an issued certificate as those who rely on it would: by node:crypto, and by openssl.

import { spawnSync } from 'node:child_process';
import { X509Certificate, createPublicKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicKeyOf } from './make-request.mjs';

export function hasOpenssl() {
  return spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0;
}

/**
 * What node:crypto finds wrong; undefined if nothing is.
 * @param {X509Certificate} certificate
 * @param {string} caPem
 * @param {import('./outcomes.mjs').Outcome} outcome
 */
export function faultsByNode(certificate, caPem, { pem, key, request }) {
  const ca = new X509Certificate(caPem);
  const requested = createPublicKey({ key: publicKeyOf(pem), type: 'spki', format: 'der' });
  const nowMs = Date.now();
  const checks = {
    'not signed by the CA': certificate.checkIssued(ca) && certificate.verify(ca.publicKey),
    'not for the key of the request': certificate.publicKey.equals(requested),
    'not for the private key': key === undefined || certificate.checkPrivateKey(key),
    'a CA certificate': !certificate.ca,
    'not valid now':
      Date.parse(certificate.validFrom) <= nowMs && nowMs < Date.parse(certificate.validTo),
    'not for the usage': certificate.keyUsage?.join() === KEY_PURPOSES[purposeOf(request)],
  };
  const faults = Object.entries(checks).flatMap(([fault, isFine]) => (isFine ? [] : [fault]));
  return faults.length === 0 ? undefined : faults.join(', ');
}

const KEY_PURPOSES = { sslclient: '1.3.6.1.5.5.7.3.2', sslserver: '1.3.6.1.5.5.7.3.1' };

/**
 * What `openssl verify` says against it; undefined if it says OK.
 * @param {X509Certificate} certificate
 * @param {string} caPem
 * @param {{ request: import('./requests.mjs').DemoRequest, folder: string }} options
 */
export function faultByOpenssl(certificate, caPem, { request, folder }) {
  const caFile = join(folder, 'verify-ca.pem');
  const file = join(folder, 'verify.pem');
  writeFileSync(caFile, caPem);
  writeFileSync(file, certificate.toString());
  const args = ['verify', '-x509_strict', '-purpose', purposeOf(request), '-CAfile', caFile, file];
  const { status, stderr } = spawnSync('openssl', args, { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? undefined : stderr.trim();
}

/** @param {import('./requests.mjs').DemoRequest} request */
function purposeOf({ usages }) {
  return usages.includes('server auth') ? 'sslserver' : 'sslclient';
}
