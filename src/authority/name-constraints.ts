// SPDX-License-Identifier: Apache-2.0
// Name constraints of CAs (RFC 5280 section 4.2.1.10): reads them, and tells which name of a certificate they do not allow.

import { quoted, quotedList } from '../vocabulary/printable.js';
import { fail, type Result } from '../vocabulary/result.js';
import type { SubjectAltName } from '../request/facts.js';
import { DerFields } from '../x509/der-fields.js';
import { contentOf, type DerElement, DerReader, offsetOf } from '../x509/der-reader.js';
import { contextTag, TAG } from '../x509/der-tags.js';
import { reading, refuse } from '../x509/refused.js';
import { canBeHeld, type Subtree, SUBTREES } from './name-subtrees.js';

/** The constraints of one CA; a kind of name that `permitted` does not have is not limited by it. */
export interface NameConstraints {
  /** The subject of the CA, for people. */
  readonly ca: string;
  readonly permitted: readonly Subtree[];
  readonly excluded: readonly Subtree[];
}

/**
 * Reads the extension of the CA called `ca`, strictly: subtrees of DNS names, e-mail addresses, URIs and IP addresses,
 * without distances. The failure says in one clause what is not understood, with the kind of name. Subtrees of
 * directoryName are refused, too: where they are critical, as they must be, Go takes no certificate below the CA.
 */
export function readNameConstraints(der: Uint8Array, ca: string): Result<NameConstraints, string> {
  const read = reading(() => {
    const fields = new DerFields(new DerReader(der).readAll(), TAG.sequence, 'the extension');
    const permitted = fields.optional(contextTag(0, true));
    const excluded = fields.optional(contextTag(1, true));
    fields.end();
    const lists = [permitted, excluded].filter((list) => list !== undefined);
    if (lists.length === 0 || lists.some(({ children }) => children.length === 0)) {
      refuse('CaUnusable', 'nameConstraints', 'there is no subtree where one must be');
    }
    return Object.freeze({
      ca,
      permitted: (permitted?.children ?? []).map(readSubtree),
      excluded: (excluded?.children ?? []).map(readSubtree),
    });
  });
  return read.ok ? read : fail(read.error.detail);
}

/** Names of kinds by the number of their tag (RFC 5280 section 4.2.1.6). */
const KINDS: readonly string[] = [
  'otherName',
  'rfc822Name',
  'dNSName',
  'x400Address',
  'directoryName',
  'ediPartyName',
  'uniformResourceIdentifier',
  'iPAddress',
  'registeredID',
];
const TAG_NUMBER = 0x1f;

function readSubtree(element: DerElement): Subtree {
  const fields = new DerFields(element, TAG.sequence, 'a subtree');
  const base = fields.any('its name');
  const kind = KINDS[base.tag & TAG_NUMBER] ?? 'unknown';
  const not = (detail: string): never => refuse('CaUnusable', offsetOf(base), detail);
  const read = SUBTREES.get(base.tag);
  if (read === undefined) return not(`a subtree of kind ${kind} cannot be obeyed`);
  // DER leaves out the default, but both verifiers take a zero that is written out.
  const minimum = fields.optional(contextTag(0, false));
  if (minimum !== undefined && !Buffer.from(contentOf(minimum)).equals(ZERO)) {
    return not(`a subtree of kind ${kind} has a minimum`);
  }
  fields.end();
  const text = Buffer.from(contentOf(base)).toString('latin1');
  return read(contentOf(base)) ?? not(`a subtree of kind ${kind} is malformed: ${quoted(text)}`);
}

const ZERO = Uint8Array.of(0);

/** A name of a certificate, and what it is there, for people. */
export interface HeldName extends SubjectAltName {
  readonly what: string;
}

/** Common names that OpenSSL takes for DNS names: two labels or more, hyphens inside. */
const HOST_LIKE = /^\w+(?:-+\w+)*(?:\.\w+(?:-+\w+)*)+$/;

/** The names of a leaf that constraints may limit. No subject that is issued holds an e-mail address. */
export function heldNames(
  commonName: string | undefined,
  sans: readonly SubjectAltName[],
): readonly HeldName[] {
  const names = sans.map((san) => ({ ...san, what: WHAT[san.kind] }));
  const hasDnsName = sans.some(({ kind }) => kind === 'dns');
  if (commonName === undefined || hasDnsName || !HOST_LIKE.test(commonName)) return names;
  return [...names, { kind: 'dns', value: commonName, what: 'the common name' }];
}

const WHAT: Readonly<Record<SubjectAltName['kind'], string>> = {
  dns: 'the DNS name',
  email: 'the e-mail address',
  ip: 'the IP address',
  uri: 'the URI',
};

/** The first of `names` that one of the CAs does not allow, in one clause with the CA; undefined when all are allowed. */
export function nameOutside(
  names: readonly HeldName[],
  all: readonly NameConstraints[],
): string | undefined {
  for (const constraints of all) {
    for (const name of names) {
      const why = whyOutside(name, constraints);
      if (why === undefined) continue;
      const of = `the name constraints of the CA ${quoted(constraints.ca)}`;
      return `${name.what} ${quoted(name.value)} is outside of ${of}: ${why}`;
    }
  }
  return undefined;
}

function whyOutside(
  name: SubjectAltName,
  { permitted, excluded }: NameConstraints,
): string | undefined {
  const { kind, value } = name;
  if (!canBeHeld(name)) return 'it cannot be held against any';
  const limits = permitted.filter((subtree) => subtree.kind === kind);
  if (limits.length > 0 && !limits.some(({ holds }) => holds(value, 'all'))) {
    return `permitted is ${quotedList(
      limits.map(({ base }) => base),
      4,
    )}`;
  }
  const hit = excluded.find((subtree) => subtree.kind === kind && subtree.holds(value, 'any'));
  return hit && `excluded is ${quoted(hit.base)}`;
}
