// SPDX-License-Identifier: Apache-2.0
// Makes the real PKCS#10 of a short spec, with a key that exists for nothing else and is made once per kind.

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { TestKey, WrittenRequestSpec } from '../policy/policy-test-schema.js';
import { SUBJECT_FIELDS } from '../request/subject-fields.js';
import { REQUEST_LABEL } from '../x509/certification-request.js';
import { ATTRIBUTE_TYPE, EMAIL_ADDRESS } from '../x509/object-identifiers.js';
import { writePem } from '../x509/pem.js';
import { type RequestKey, writeRequest } from '../x509/request-writer.js';
import type { SubjectAltName } from '../x509/subject-alt-names.js';
import type { SubjectValue } from '../x509/subject-writer.js';
import { requestKeyOf } from './request-key.js';

/** PEM of a request for what `spec` says, validly signed. */
export function requestOfSpec(spec: WrittenRequestSpec, keyOf: KeyOf): string {
  const content = { subject: subjectOf(spec), sans: sansOf(spec) };
  return writePem(REQUEST_LABEL, writeRequest(content, keyOf(spec.key ?? 'ecdsa')));
}

/** The key of one kind. */
export type KeyOf = (kind: TestKey) => RequestKey;

type SubjectType = (typeof SUBJECT_FIELDS)[number][1];

const OIDS: Readonly<Record<SubjectType, string>> = {
  C: ATTRIBUTE_TYPE.country,
  ST: ATTRIBUTE_TYPE.stateOrProvince,
  L: ATTRIBUTE_TYPE.locality,
  street: ATTRIBUTE_TYPE.street,
  postalCode: ATTRIBUTE_TYPE.postalCode,
  OU: ATTRIBUTE_TYPE.organizationalUnit,
  serialNumber: ATTRIBUTE_TYPE.serialNumber,
  emailAddress: EMAIL_ADDRESS,
};

function subjectOf({
  commonName,
  organizations = [],
  subject = {},
}: WrittenRequestSpec): readonly SubjectValue[] {
  return [
    ...SUBJECT_FIELDS.flatMap(([field, type]) =>
      (subject[field] ?? []).map((value) => ({ oid: OIDS[type], value })),
    ),
    ...organizations.map((value) => ({ oid: ATTRIBUTE_TYPE.organization, value })),
    ...(commonName === undefined ? [] : [{ oid: ATTRIBUTE_TYPE.commonName, value: commonName }]),
  ];
}

const sansOf = ({ sans = {} }: WrittenRequestSpec): readonly SubjectAltName[] =>
  (['dns', 'ip', 'uri', 'email'] as const).flatMap((kind) =>
    (sans[kind] ?? []).map((value) => ({ kind, value })),
  );

/** Makes keys, each kind once: RSA takes its time. */
export function newKeys(): KeyOf {
  const made = new Map<TestKey, RequestKey>();
  return (kind) => {
    const known = made.get(kind) ?? makeKey(kind);
    made.set(kind, known);
    return known;
  };
}

function makeKey(kind: TestKey): RequestKey {
  const key = requestKeyOf(pairOf(kind).privateKey);
  if (key === undefined) throw new TypeError(`no signature algorithm for ${kind}`);
  return key;
}

function pairOf(kind: TestKey): { readonly privateKey: KeyObject } {
  switch (kind) {
    case 'ed25519':
      return generateKeyPairSync('ed25519');
    case 'ecdsa':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'ecdsa-384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' });
    case 'ecdsa-521':
      return generateKeyPairSync('ec', { namedCurve: 'P-521' });
    case 'rsa':
      return generateKeyPairSync('rsa', { modulusLength: 2048 });
    case 'rsa-3072':
      return generateKeyPairSync('rsa', { modulusLength: 3072 });
    case 'rsa-4096':
      return generateKeyPairSync('rsa', { modulusLength: 4096 });
  }
}
