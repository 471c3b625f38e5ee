// SPDX-License-Identifier: Apache-2.0
// Which signer names the API server accepts.

import { invalidValue, required, tooLong } from './failures.js';
import type { FieldError } from './failures.js';

const FIELD = 'spec.signerName';
const LEGACY = 'kubernetes.io/legacy-unknown';
const MAX_DOMAIN = 253;
const MAX_LABEL = 63;
const MAX_NAME = MAX_DOMAIN + 1 + MAX_LABEL + 1 + MAX_DOMAIN;

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must " +
  "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for " +
  "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
  "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for " +
  "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

/** What is wrong with the name. */
export function signerNameErrors(name: string): FieldError[] {
  if (name === '') return [required(FIELD)];
  if (name === LEGACY) {
    return [invalidValue(FIELD, name, 'the legacy signerName is not allowed via this API version')];
  }
  const [domain = '', path, ...more] = name.split('/');
  if (path === undefined || more.length > 0) {
    const form = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalidValue(FIELD, name, form)];
  }
  return [
    ...domainErrors(domain),
    ...pathErrors(path),
    ...(name.length > MAX_NAME ? [tooLong(FIELD, MAX_NAME)] : []),
  ];
}

function domainErrors(domain: string): FieldError[] {
  const labels = domain.split('.');
  const errors = domain.length > MAX_DOMAIN ? [tooLong(FIELD, MAX_DOMAIN)] : [];
  const bad = labels.find((label) => label.length > MAX_LABEL || !LABEL.test(label));
  if (bad !== undefined) {
    const why = LABEL.test(bad) ? `must be no more than ${MAX_LABEL} characters` : LABEL_RULE;
    errors.push(invalidValue(FIELD, domain, `validating label "${bad}": ${why}`));
  }
  if (labels.length < 2) {
    const why = 'should be a domain with at least two segments separated by dots';
    errors.push(invalidValue(FIELD, domain, why));
  }
  return errors;
}

function pathErrors(path: string): FieldError[] {
  const bad = path.split('.').find((part) => part.length > MAX_DOMAIN || !LABEL.test(part));
  if (bad === undefined) return [];
  const why = LABEL.test(bad) ? `must be no more than ${MAX_DOMAIN} characters` : SUBDOMAIN_RULE;
  return [invalidValue(FIELD, path, `validating label "${bad}": ${why}`)];
}
