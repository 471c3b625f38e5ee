// SPDX-License-Identifier: Apache-2.0
// The shape of `signers[NAME].trust` as it is written: where clients find what they are to trust.

import * as z from 'zod';
import { canonicalDnsName } from '../vocabulary/dns-names.js';
import { quoted } from '../vocabulary/printable.js';
import { fail, ok, type Result } from '../vocabulary/result.js';
import type { Fault } from './problem.js';
import { fieldsOf, listOf, type TextForm, textOf } from './schema-parts.js';

/** What most programs look for: kube-controller-manager publishes the cluster's own CA under it, too. */
export const DEFAULT_TRUST_KEY = 'ca.crt';

/** ConfigMaps that Kubernetes itself keeps; two that keep one key right would write for ever, or worse. */
const OF_KUBERNETES: Readonly<Record<string, string>> = {
  'kube-root-ca.crt': 'kube-controller-manager',
  'extension-apiserver-authentication': 'the API server',
};

const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const KEY = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,252}$/;
const FINGERPRINT = /^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){31}$/;

const invalid = (message: string): Result<never, Fault> =>
  fail({ code: 'PolicyInvalidValue', message });

function parseConfigMapName(name: string): Result<string, Fault> {
  if (canonicalDnsName(name) !== name)
    return invalid(`${quoted(name)} is not the name of a ConfigMap`);
  const owner = OF_KUBERNETES[name];
  if (owner !== undefined)
    return invalid(`the ConfigMap ${name} belongs to ${owner}; choose another name`);
  return ok(name);
}

const parseKey = (key: string): Result<string, Fault> =>
  KEY.test(key)
    ? ok(key)
    : invalid(`${quoted(key)} is no key of a ConfigMap; use letters, digits, dots, dashes`);

const parseNamespace = (name: string): Result<string, Fault> =>
  NAMESPACE.test(name) ? ok(name) : invalid(`${quoted(name)} is not the name of a namespace`);

/** As openssl prints it or as sha256sum does: the same 64 lower-case digits. */
const parseFingerprint = (text: string): Result<string, Fault> =>
  FINGERPRINT.test(text)
    ? ok(text.replaceAll(':', '').toLowerCase())
    : invalid(
        `${quoted(text)} is not the SHA-256 of a certificate; write the 64 hex digits that openssl x509 -noout -fingerprint -sha256 prints`,
      );

const NAMESPACE_FORM: TextForm = { pattern: NAMESPACE.source };
const KEY_FORM: TextForm = { pattern: KEY.source, examples: [DEFAULT_TRUST_KEY] };
const FINGERPRINT_FORM: TextForm = { pattern: FINGERPRINT.source };

const isEachOnce = (values: readonly string[]): boolean => new Set(values).size === values.length;

/** Where the trust anchors of a signer are published, and which are no longer. */
export const trustSchema = fieldsOf({
  configMap: fieldsOf({
    name: textOf('the name of a ConfigMap', parseConfigMapName),
    key: textOf('a key of a ConfigMap', parseKey, KEY_FORM).optional(),
    namespaces: listOf(textOf('the name of a namespace', parseNamespace, NAMESPACE_FORM)).refine(
      isEachOnce,
      { error: 'a namespace is listed twice' },
    ),
  }).optional(),
  clusterTrustBundle: z.boolean({ error: 'true or false' }).optional(),
  drop: listOf(textOf('the SHA-256 of a certificate', parseFingerprint, FINGERPRINT_FORM))
    .refine(isEachOnce, { error: 'a certificate is listed twice' })
    .optional(),
});
