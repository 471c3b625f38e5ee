// SPDX-License-Identifier: Apache-2.0
// Which CertificateSigningRequests, and which changes of them, the API server refuses as invalid.

import { conditionsOf, conditionsOfType } from './csr-strategy.js';
import type { CsrEndpoint } from './csr-strategy.js';
import { duplicate, forbiddenField, invalidValue, required, unsupported } from './failures.js';
import type { FieldError } from './failures.js';
import { at, textAt, textsAt } from './json.js';
import type { JsonObject } from './json.js';
import { certificateProblem, readPkcs10 } from './pkcs10.js';
import { signerNameErrors } from './signer-names.js';

const USAGES: ReadonlySet<string> = new Set(
  (
    'signing,digital signature,content commitment,key encipherment,key agreement,data encipherment,' +
    'cert sign,crl sign,encipher only,decipher only,any,server auth,client auth,code signing,' +
    'email protection,s/mime,ipsec end system,ipsec tunnel,ipsec user,timestamping,ocsp signing,' +
    'microsoft sgc,netscape sgc'
  ).split(','),
);
const MIN_SECONDS = 600;
const DECISIVE: readonly string[] = ['Approved', 'Denied', 'Failed'];

const conditionTypes = (csr: JsonObject): readonly string[] =>
  conditionsOf(csr).map(({ type = '' }) => type);

const certificateOf = (csr: JsonObject): string =>
  Buffer.from(textAt(csr, 'status', 'certificate'), 'base64').toString('latin1');

/** What is wrong with a new object. */
export function newCsrErrors(csr: JsonObject): FieldError[] {
  const text = Buffer.from(textAt(csr, 'spec', 'request'), 'base64').toString('latin1');
  const request = readPkcs10(text);
  const certificate = certificateOf(csr);
  return [
    ...(request.ok ? [] : [requestError(text, request.why)]),
    ...csrErrors(csr),
    ...(certificate === '' ? [] : certificateErrors(certificate)),
  ];
}

/**
 * What is wrong with a change; the request itself cannot change. Objects that were stored with a defect, which a real
 * server tolerates (API-23), do not come to be here.
 */
export function csrUpdateErrors(
  next: JsonObject,
  old: JsonObject,
  endpoint: CsrEndpoint,
): FieldError[] {
  return [
    ...csrErrors(next),
    ...DECISIVE.flatMap((type) => conditionChangeErrors(next, old, type, endpoint)),
    ...certificateChangeErrors(next, old, endpoint),
  ];
}

const requestError = (text: string, why: string): FieldError =>
  invalidValue('spec.request', text === '' ? undefined : '<request data>', why);

function csrErrors(csr: JsonObject): FieldError[] {
  return [
    ...usageErrors(textsAt(csr, 'spec', 'usages')),
    ...signerNameErrors(textAt(csr, 'spec', 'signerName')),
    ...lifetimeErrors(at(csr, 'spec', 'expirationSeconds')),
    ...conditionErrors(csr),
  ];
}

function usageErrors(usages: readonly string[]): FieldError[] {
  if (usages.length === 0) return [required('spec.usages')];
  return usages.flatMap((usage, index) => {
    const field = `spec.usages[${index}]`;
    const isUnknown = !USAGES.has(usage);
    const isRepeated = usages.indexOf(usage) < index;
    return [
      ...(isUnknown ? [unsupported(field, usage, [...USAGES].sort())] : []),
      ...(isRepeated ? [duplicate(field, usage)] : []),
    ];
  });
}

function lifetimeErrors(seconds: unknown): FieldError[] {
  if (typeof seconds !== 'number' || seconds >= MIN_SECONDS) return [];
  const why = `may not specify a duration less than ${MIN_SECONDS} seconds (10 minutes)`;
  return [invalidValue('spec.expirationSeconds', seconds, why)];
}

function conditionErrors(csr: JsonObject): FieldError[] {
  const types = conditionTypes(csr);
  const opposite: Readonly<Record<string, string>> = { Approved: 'Denied', Denied: 'Approved' };
  return conditionsOf(csr).flatMap(({ type = '', status = '' }, index) => {
    const path = `status.conditions[${index}]`;
    const before = types.slice(0, index);
    const errors: FieldError[] = [];
    if (type === '') errors.push(required(`${path}.type`));
    const allowed = DECISIVE.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    if (status === '') errors.push(required(`${path}.status`));
    else if (!allowed.includes(status)) errors.push(unsupported(`${path}.status`, status, allowed));
    if (before.includes(type)) {
      errors.push(duplicate(`${path}.type`, type));
    }
    if (before.includes(opposite[type] ?? ' ')) {
      const why = 'Approved and Denied conditions are mutually exclusive';
      errors.push(invalidValue('status.conditions', type, why));
    }
    return errors;
  });
}

function conditionChangeErrors(
  next: JsonObject,
  old: JsonObject,
  type: string,
  endpoint: CsrEndpoint,
): FieldError[] {
  const after = conditionsOfType(next, type);
  const before = conditionsOfType(old, type);
  const refuse = (what: string): FieldError[] => [
    forbiddenField('status.conditions', `updates may not ${what} a condition of type "${type}"`),
  ];
  if (after.length < before.length) return refuse('remove');
  if (endpoint === 'approval' || type === 'Failed') return [];
  if (after.length > before.length) return refuse('add');
  return JSON.stringify(after) === JSON.stringify(before) ? [] : refuse('modify');
}

function certificateChangeErrors(
  next: JsonObject,
  old: JsonObject,
  endpoint: CsrEndpoint,
): FieldError[] {
  const [after, before] = [certificateOf(next), certificateOf(old)];
  if (after === before) return [];
  const refuse = (what: string): FieldError[] => [
    forbiddenField('status.certificate', `updates may not ${what}`),
  ];
  if (endpoint !== 'status') return refuse('set certificate content');
  if (before !== '') return refuse('modify existing certificate content');
  return certificateErrors(after);
}

function certificateErrors(text: string): FieldError[] {
  const problem = certificateProblem(text);
  return problem === undefined
    ? []
    : [invalidValue('status.certificate', '<certificate data>', problem)];
}
