// SPDX-License-Identifier: Apache-2.0
// Signer names as the Kubernetes API takes them (spec.signerName).

import type { SignerName } from '../vocabulary/brands.js';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Fault } from './problem.js';
import type { TextForm } from './schema-parts.js';

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const SEGMENT = /^[a-z0-9]([a-z0-9-]{0,251}[a-z0-9])?$/;

/** 253 of the domain, a slash, and 63 + 1 + 253 of the path. */
const MAX_CHARACTERS = 571;

const part = (most: number): string => `[a-z0-9]([a-z0-9-]{0,${most}}[a-z0-9])?`;

/** What JSON Schema says of them. */
export const SIGNER_NAME_FORM: TextForm = {
  pattern: `^${part(61)}(\\.${part(61)})+/${part(251)}(\\.${part(251)})*$`,
  maxLength: MAX_CHARACTERS,
  examples: ['kubernetes.io/kube-apiserver-client', 'example.com/mesh'],
};

/** `example.com/name`: a domain of at least two labels, one slash, a path whose parts are RFC 1123 names. */
export function parseSignerName(text: string): Result<SignerName, Fault> {
  const [domain = '', path = '', ...more] = text.split('/');
  const labels = domain.split('.');
  const isGood =
    text.length <= MAX_CHARACTERS &&
    more.length === 0 &&
    domain.length <= 253 &&
    labels.length >= 2 &&
    labels.every((label) => LABEL.test(label)) &&
    path.split('.').every((segment) => SEGMENT.test(segment));
  if (isGood) return ok(text as SignerName);
  return fail({
    code: 'PolicyInvalidValue',
    message: `${quoted(text)} is not a signer name; write a domain and a name, as in example.com/mesh`,
  });
}
