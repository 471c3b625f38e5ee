// SPDX-License-Identifier: Apache-2.0
// Subject alternative names (RFC 5280 section 4.2.1.6): the four kinds that Kubernetes reads, read and written.

import { addressOfBytes, bytesOfAddress } from '../vocabulary/addresses.js';
import { canonicalDnsName } from '../vocabulary/dns-names.js';
import { MAX_ATTRIBUTE_CHARACTERS, MAX_SUBJECT_ALT_NAMES } from '../vocabulary/limits.js';
import { contentOf, type DerElement } from './der-reader.js';
import { contextTag, TAG } from './der-tags.js';
import { contextPrimitive, sequence } from './der-writer.js';
import { refuse } from './refused.js';

/**
 * One subject alternative name (RFC 5280 section 4.2.1.6). `value` of an `ip` is the canonical text
 * (vocabulary/addresses.ts); of a `dns` name it is as requested and known to have a canonical form.
 */
export interface SubjectAltName {
  readonly kind: 'dns' | 'ip' | 'uri' | 'email';
  readonly value: string;
}

type ReadName = (octets: Uint8Array, at: string) => SubjectAltName;

const READ: ReadonlyMap<number, ReadName> = new Map([
  [contextTag(1, false), readEmail],
  [contextTag(2, false), readDnsName],
  [contextTag(6, false), readUri],
  [contextTag(7, false), readAddress],
]);

/** Kinds that Go drops without a word, so that Kubernetes would approve what it did not see. */
const REFUSED: ReadonlyMap<number, string> = new Map([
  [contextTag(0, true), 'otherName'],
  [contextTag(3, true), 'x400Address'],
  [contextTag(4, true), 'directoryName'],
  [contextTag(5, true), 'ediPartyName'],
  [contextTag(8, false), 'registeredID'],
]);

/** The names of a GeneralNames element, in the order of the request. */
export function readSubjectAltNames(element: DerElement): readonly SubjectAltName[] {
  if (element.tag !== TAG.sequence || element.children.length === 0) {
    refuse('SanUnreadable', 'subjectAltName', 'the extension is not a list of names');
  }
  if (element.children.length > MAX_SUBJECT_ALT_NAMES) {
    const detail = `there are ${element.children.length} names, more than ${MAX_SUBJECT_ALT_NAMES}`;
    refuse('SanTooMany', 'subjectAltName', detail);
  }
  return Object.freeze(
    element.children.map((child, index) => {
      const at = `subjectAltName[${index}]`;
      const read = READ.get(child.tag);
      if (read !== undefined) return Object.freeze(read(contentOf(child), at));
      const kind = REFUSED.get(child.tag);
      if (kind === undefined) return refuse('SanUnreadable', at, 'this is no kind of name');
      return refuse('SanKind', at, `names of kind ${kind} are not accepted`);
    }),
  );
}

/** SANs in the order dns, email, ip, uri (CRT-4): the GeneralNames of a certificate. `value`s as in SubjectAltName. */
export const encodeSubjectAltNames = (names: readonly SubjectAltName[]): Uint8Array =>
  sequence(
    ...WRITTEN.flatMap(({ kind, tag }) =>
      names
        .filter((name) => name.kind === kind)
        .map(({ value }) =>
          contextPrimitive(tag, kind === 'ip' ? bytesOfAddress(value) : Buffer.from(value)),
        ),
    ),
  );

const WRITTEN: readonly { readonly kind: SubjectAltName['kind']; readonly tag: number }[] = [
  { kind: 'dns', tag: 2 },
  { kind: 'email', tag: 1 },
  { kind: 'ip', tag: 7 },
  { kind: 'uri', tag: 6 },
];

const VISIBLE_ASCII = /^[\x21-\x7e]*$/;

/** Visible ASCII of a bounded length; NUL, blanks and everything beyond ASCII are read differently by many. */
function readAscii(octets: Uint8Array, at: string): string {
  if (octets.length > MAX_ATTRIBUTE_CHARACTERS) {
    refuse('SanTooLong', at, `a name has more than ${MAX_ATTRIBUTE_CHARACTERS} characters`);
  }
  const text = Buffer.from(octets).toString('latin1');
  if (!VISIBLE_ASCII.test(text)) {
    refuse('SanCharacter', at, 'a name has a character that is not visible ASCII');
  }
  return text;
}

function readDnsName(octets: Uint8Array, at: string): SubjectAltName {
  const value = readAscii(octets, at);
  if (canonicalDnsName(value) === undefined) {
    refuse('SanDnsName', at, 'a DNS name is not a host name');
  }
  return { kind: 'dns', value };
}

function readAddress(octets: Uint8Array, at: string): SubjectAltName {
  const value = addressOfBytes(octets);
  if (value === undefined) {
    return refuse('SanAddress', at, `an IP address has ${octets.length} octets, not 4 or 16`);
  }
  return { kind: 'ip', value };
}

const MAILBOX = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([^@]+)$/i;

/** A plain mailbox (RFC 5321 section 4.1.2 without quoted strings and address literals). */
function readEmail(octets: Uint8Array, at: string): SubjectAltName {
  const value = readAscii(octets, at);
  const domain = MAILBOX.exec(value)?.[2];
  if (domain === undefined || domain.startsWith('*') || canonicalDnsName(domain) === undefined) {
    refuse('SanEmail', at, 'an e-mail address is not a plain mailbox at a host name');
  }
  return { kind: 'email', value };
}

const URI =
  /^[a-z][a-z0-9+.-]*:(?:\/\/(?<authority>[^/?#]*))?(?:[\w\-.~!$&'()*+,;=:@/?]|%[0-9a-f]{2})*(?:#(?:[\w\-.~!$&'()*+,;=:@/?]|%[0-9a-f]{2})*)?$/i;
const AUTHORITY = /^(?:\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::\d{1,5})?$/i;

/**
 * An absolute URI (RFC 3986). Where it has an authority, that is a host name or an address without user information:
 * `https://good.example@evil.example/` is read in two ways by people. An empty one, as in `file:///x`, is fine.
 */
function readUri(octets: Uint8Array, at: string): SubjectAltName {
  const value = readAscii(octets, at);
  const parsed = URI.exec(value);
  if (parsed === null) return refuse('SanUri', at, 'a URI is not absolute or has a raw character');
  const authority = parsed.groups?.['authority'] ?? '';
  if ((authority !== '' && !AUTHORITY.test(authority)) || !URL.canParse(value)) {
    refuse('SanUri', at, 'the authority of a URI is not a plain host');
  }
  return { kind: 'uri', value };
}
