// SPDX-License-Identifier: Apache-2.0
// Object identifiers by name, and the names under which people know them.

/** Types of subject attributes that certificates of Kubernetes may have (CRT-3). */
export const ATTRIBUTE_TYPE = {
  commonName: '2.5.4.3',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  locality: '2.5.4.7',
  stateOrProvince: '2.5.4.8',
  street: '2.5.4.9',
  organization: '2.5.4.10',
  organizationalUnit: '2.5.4.11',
  postalCode: '2.5.4.17',
} as const;

/** PKCS#9 emailAddress: tools write it into subjects, no certificate of Kubernetes has it. */
export const EMAIL_ADDRESS = '1.2.840.113549.1.9.1';

/** Extensions (RFC 5280 section 4.2). */
export const EXTENSION = {
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
} as const;

/** Attributes of a certification request (RFC 2985 section 5.4). */
export const REQUEST_ATTRIBUTE = {
  extensionRequest: '1.2.840.113549.1.9.14',
  microsoftExtensionRequest: '1.3.6.1.4.1.311.2.1.14',
  unstructuredName: '1.2.840.113549.1.9.2',
  challengePassword: '1.2.840.113549.1.9.7',
} as const;

const SUBJECT_NAMES: ReadonlyMap<string, string> = new Map([
  [ATTRIBUTE_TYPE.commonName, 'CN'],
  ['2.5.4.4', 'SN'],
  [ATTRIBUTE_TYPE.serialNumber, 'serialNumber'],
  [ATTRIBUTE_TYPE.country, 'C'],
  [ATTRIBUTE_TYPE.locality, 'L'],
  [ATTRIBUTE_TYPE.stateOrProvince, 'ST'],
  [ATTRIBUTE_TYPE.street, 'street'],
  [ATTRIBUTE_TYPE.organization, 'O'],
  [ATTRIBUTE_TYPE.organizationalUnit, 'OU'],
  ['2.5.4.12', 'title'],
  ['2.5.4.13', 'description'],
  ['2.5.4.15', 'businessCategory'],
  [ATTRIBUTE_TYPE.postalCode, 'postalCode'],
  ['2.5.4.41', 'name'],
  ['2.5.4.42', 'givenName'],
  ['2.5.4.43', 'initials'],
  ['2.5.4.44', 'generationQualifier'],
  ['2.5.4.46', 'dnQualifier'],
  ['2.5.4.65', 'pseudonym'],
  ['2.5.4.97', 'organizationIdentifier'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  [EMAIL_ADDRESS, 'emailAddress'],
]);

const EXTENSION_NAMES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(EXTENSION).map(([name, oid]) => [oid, name] as const),
  ['2.5.29.9', 'subjectDirectoryAttributes'],
  ['2.5.29.18', 'issuerAltName'],
  ['2.5.29.31', 'cRLDistributionPoints'],
  ['2.5.29.32', 'certificatePolicies'],
  ['1.3.6.1.5.5.7.1.1', 'authorityInfoAccess'],
  ['1.3.6.1.5.5.7.1.24', 'tlsFeature'],
  ['2.16.840.1.113730.1.1', 'netscapeCertType'],
  ['2.16.840.1.113730.1.13', 'netscapeComment'],
]);

const REQUEST_ATTRIBUTE_NAMES: ReadonlyMap<string, string> = new Map([
  [REQUEST_ATTRIBUTE.extensionRequest, 'extensionRequest'],
  [REQUEST_ATTRIBUTE.microsoftExtensionRequest, 'microsoftExtensionRequest'],
  [REQUEST_ATTRIBUTE.unstructuredName, 'unstructuredName'],
  [REQUEST_ATTRIBUTE.challengePassword, 'challengePassword'],
  ['1.2.840.113549.1.9.8', 'unstructuredAddress'],
]);

/** Short name of a subject attribute type (`CN`, `O`), or the OID where there is none. */
export const subjectAttributeName = (oid: string): string => SUBJECT_NAMES.get(oid) ?? oid;

/** Name of an extension (`subjectAltName`), or the OID where there is none. */
export const extensionName = (oid: string): string => EXTENSION_NAMES.get(oid) ?? oid;

/** Name of an attribute of a request (`challengePassword`), or the OID where there is none. */
export const requestAttributeName = (oid: string): string =>
  REQUEST_ATTRIBUTE_NAMES.get(oid) ?? oid;
