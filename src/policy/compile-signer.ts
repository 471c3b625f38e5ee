// SPDX-License-Identifier: Apache-2.0
// Fills in the defaults of one signer entry.

import type { CaSource, Ceiling, SignerEntry, TrustTerms } from '../authority/signer-entry.js';
import type { SignerTerms } from '../decide/rule.js';
import { allowedUsages } from '../request/well-known-signers.js';
import type { SignerName } from '../vocabulary/brands.js';
import { compileAttributes } from './subject-attributes.js';
import { signerLifetime } from './signer-lifetime.js';
import type { WrittenSigner } from './signer-schema.js';
import { DEFAULT_TRUST_KEY } from './trust-schema.js';

/** The entry of `signerName`. */
export function compileSigner(signerName: SignerName, written: WrittenSigner): SignerEntry {
  return Object.freeze({
    signerName,
    ca: sourceOf(written.ca),
    lifetime: Object.freeze(signerLifetime(signerName, written.lifetime)),
    allow: written.allow === undefined ? undefined : ceiling(signerName, written.allow),
    ...(written.trust === undefined ? {} : { trust: trustOf(written.trust) }),
  });
}

const sourceOf = ({ files, secret }: WrittenSigner['ca']): CaSource =>
  files === undefined
    ? Object.freeze({ kind: 'secret', name: secret ?? '' })
    : Object.freeze({ kind: 'files', certFile: files.cert, keyFile: files.key });

const trustOf = ({
  configMap,
  clusterTrustBundle = false,
  drop = [],
}: NonNullable<WrittenSigner['trust']>): TrustTerms =>
  Object.freeze({
    configMap:
      configMap === undefined
        ? undefined
        : Object.freeze({ ...configMap, key: configMap.key ?? DEFAULT_TRUST_KEY }),
    clusterTrustBundle,
    drop,
  });

/** What rules may know of a signer. */
export const termsOf = (entry: SignerEntry): SignerTerms =>
  Object.freeze({
    defaultLifetimeSeconds: entry.lifetime.defaultSeconds,
    usages: entry.allow?.usages ?? allowedUsages(entry.signerName) ?? [],
  });

function ceiling(signerName: SignerName, allow: NonNullable<WrittenSigner['allow']>): Ceiling {
  const { subject = {}, sans = {} } = allow;
  return Object.freeze({
    commonName: subject.commonName,
    organizations: subject.organizations,
    attributes: compileAttributes(subject),
    dns: sans.dns,
    ip: sans.ip,
    uri: sans.uri,
    email: sans.email,
    usages: Object.freeze(allow.usages ?? allowedUsages(signerName) ?? []),
  });
}
