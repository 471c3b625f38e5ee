// SPDX-License-Identifier: Apache-2.0
// The CertificateSigningRequest by which a person asks for a client certificate, and whether one that is there is this one.

import type { CsrObject } from '../request/csr-object.js';
import type { RequestFacts } from '../request/facts.js';
import { parseCsrObject } from '../request/parse-csr-object.js';
import { readRequest } from '../request/read-request.js';
import { csrState } from '../request/state.js';
import { shownSeconds } from '../vocabulary/durations.js';
import { printable } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { RequestKey } from '../x509/request-writer.js';
import { requestOfSpec } from './policy-test-request.js';

/** The contract of kubernetes.io/kube-apiserver-client; a key that only signs needs nothing else. */
const USAGES = ['client auth', 'digital signature'];

/** What is asked for. */
export interface LoginWish {
  /** Of the object. */
  readonly name: string;
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly signerName: string;
  readonly expirationSeconds: number;
}

/** `CN=jane, O=dev`, printable. */
export const subjectText = (wish: Pick<LoginWish, 'commonName' | 'organizations'>): string =>
  [`CN=${wish.commonName}`, ...wish.organizations.map((name) => `O=${name}`)]
    .map((part) => printable(part))
    .join(', ');

/** The object to create; the error says why our own reader would not take it, so that nobody has to be asked. */
export function loginRequest(
  wish: LoginWish,
  key: RequestKey,
): Result<Readonly<Record<string, unknown>>, string> {
  const { name, commonName, organizations, signerName, expirationSeconds } = wish;
  const pem = requestOfSpec({ commonName, organizations: [...organizations] }, () => key);
  const request = Buffer.from(pem).toString('base64');
  const object = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: { request, signerName, expirationSeconds, usages: USAGES },
  };
  const csr = parseCsrObject(object);
  const read = csr.ok ? readRequest(csr.value) : csr;
  return read.ok ? ok(object) : fail(`${read.error.code}: ${read.error.at}: ${read.error.detail}`);
}

/** A key that is kept here. */
export interface KeptKey {
  readonly keyPem: string;
  readonly requestKey: RequestKey;
}

/** The key with which `csr` asks for what `wish` says, of those that are kept; the error says why it is somebody else's. */
export function keyOfRequest(
  csr: CsrObject,
  wish: LoginWish,
  keys: readonly KeptKey[],
): Result<KeptKey, string> {
  const read = readRequest(csr);
  const key = keys.find(
    ({ requestKey }) => read.ok && Buffer.from(read.value.key.spki).equals(requestKey.spki),
  );
  const difference = read.ok && key !== undefined ? differenceOf(csr, wish, read.value) : undefined;
  if (key !== undefined && difference === undefined) return ok(key);
  const why = difference ?? 'with a key that is not here';
  return fail(
    [
      `RequestExists: there is a CertificateSigningRequest ${wish.name} already (${csrState(csr)}), ${why}.`,
      `Take another name, or have it deleted: kubectl delete csr ${wish.name}.`,
      'Kubernetes deletes requests an hour after they were decided, and pending ones after a day.',
    ].join('\n'),
  );
}

function differenceOf(csr: CsrObject, wish: LoginWish, facts: RequestFacts): string | undefined {
  const asked = [
    subjectText({ commonName: facts.commonName ?? '', organizations: facts.organizations }),
    printable(csr.signerName),
    csr.expirationSeconds === undefined ? 'no lifetime' : shownSeconds(csr.expirationSeconds),
  ];
  const wanted = [
    subjectText(wish),
    printable(wish.signerName),
    shownSeconds(wish.expirationSeconds),
  ];
  const index = asked.findIndex((text, at) => text !== wanted[at]);
  return index === -1 ? undefined : `which asks for ${asked[index]}, not for ${wanted[index]}`;
}
