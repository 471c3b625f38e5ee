// SPDX-License-Identifier: Apache-2.0
// Name constraints as CAs have them, and names that lie inside and outside: what this signer must tell, and who would refuse.

import 'reflect-metadata';
import { Extension } from '@peculiar/x509';
import type { SubjectAltName } from '../../src/request/facts.js';
import { bytesOfAddress } from '../../src/vocabulary/addresses.js';
import { context, contextPrimitive, sequence } from '../../src/x509/der-writer.js';
import { commonName, name } from './forge.js';

/** Subtrees in words: `dns:example.com`, `ip:10.0.0.0/255.0.0.0`, `email:…`, `uri:…`, `dir:CN`. */
export interface Constraints {
  readonly permitted?: readonly string[];
  readonly excluded?: readonly string[];
}

const TAGS: Readonly<Record<string, number>> = { email: 1, dns: 2, uri: 6, ip: 7, rid: 8 };

/** The GeneralName of a subtree in words. */
export function baseOf(words: string): Uint8Array {
  const [, kind = '', value = ''] = /^(\w+):(.*)$/.exec(words) ?? [];
  if (kind === 'dir') return context(4, name(commonName(value)));
  const octets = kind === 'ip' ? value.split('/').map(bytesOfAddress) : [Buffer.from(value)];
  return contextPrimitive(TAGS[kind] ?? 0, Buffer.concat(octets));
}

/** DER of the extension's content. */
export const constraintsDer = ({ permitted, excluded }: Constraints): Uint8Array => {
  const listed = (number: number, list: readonly string[] | undefined): readonly Uint8Array[] =>
    list === undefined ? [] : [context(number, ...list.map((each) => sequence(baseOf(each))))];
  return sequence(...listed(0, permitted), ...listed(1, excluded));
};

/** The extension for a CA, critical as it must be. */
export const constrained = (constraints: Constraints): Extension =>
  new Extension('2.5.29.30', true, Uint8Array.from(constraintsDer(constraints)));

/** What a leaf is called. */
export interface Names {
  readonly commonName?: string;
  readonly sans?: readonly SubjectAltName[];
}

const dns = (value: string): Names => ({ sans: [{ kind: 'dns', value }] });
const ip = (value: string): Names => ({ sans: [{ kind: 'ip', value }] });
const email = (value: string): Names => ({ sans: [{ kind: 'email', value }] });
const uri = (value: string): Names => ({ sans: [{ kind: 'uri', value }] });
const called = (value: string): Names => ({ commonName: value });

/** Who refuses a leaf that is outside: `none` where this signer is stricter than it would have to be. */
export type RefusedBy = 'both' | 'openssl' | 'go' | 'none';

/** Constraints of one CA with names that it may sign for, and others; each of these differs from one before in one thing. */
export interface ConstraintCase {
  readonly constraints: Constraints;
  readonly inside: Readonly<Record<string, Names>>;
  readonly outside: Readonly<Record<string, readonly [Names, RefusedBy]>>;
}

/** Kinds of constraints by a sentence. */
export const CONSTRAINT_CASES: Readonly<Record<string, ConstraintCase>> = {
  'a DNS name is permitted': {
    constraints: { permitted: ['dns:Example.com'] },
    inside: {
      'the name itself': dns('example.com'),
      'a name below it': dns('web.example.com'),
      'in other letters': dns('WEB.EXAMPLE.com'),
      'a wildcard below it': dns('*.example.com'),
      'an address, which is another kind': ip('10.0.0.1'),
      'a mailbox elsewhere': email('jane@example.org'),
      'a URI elsewhere': uri('spiffe://cluster.local/ns/shop'),
      'a common name that is no host name': called('jane'),
      'a common name with a colon': called('system:node:web.example.org'),
      'a common name below it': called('web.example.com'),
      'a common name elsewhere beside a DNS name': {
        ...called('web.example.org'),
        ...dns('web.example.com'),
      },
    },
    outside: {
      'a name elsewhere': [dns('web.example.org'), 'both'],
      'a name that only ends alike': [dns('webexample.com'), 'both'],
      'a name above it': [dns('com'), 'both'],
      'a name with a final dot': [dns('web.example.com.'), 'both'],
      'a wildcard elsewhere': [dns('*.com'), 'both'],
      'one of two names': [
        {
          sans: [
            { kind: 'dns', value: 'example.com' },
            { kind: 'dns', value: 'example.org' },
          ],
        },
        'both',
      ],
      'a common name elsewhere': [called('web.example.org'), 'openssl'],
      'a common name elsewhere beside an address': [
        { ...called('web.example.org'), ...ip('10.0.0.1') },
        'openssl',
      ],
      'a common name that is an address': [called('10.0.0.1'), 'openssl'],
      'a common name with an underscore': [called('a_b.example.org'), 'openssl'],
      'a URI without a host': [uri('urn:shop:web'), 'go'],
      'a URI with an address': [uri('https://10.0.0.1/'), 'go'],
      'a URI with an IPv6 address': [uri('https://[fd00::1]/'), 'go'],
      'a mailbox at a host with a final dot': [email('jane@example.org.'), 'go'],
    },
  },
  'what is below a DNS name is permitted': {
    constraints: { permitted: ['dns:.example.com'] },
    inside: {
      'a name below it': dns('web.example.com'),
      'a name two levels below it': dns('a.web.example.com'),
    },
    outside: {
      'the name itself': [dns('example.com'), 'both'],
      'a name that only ends alike': [dns('webexample.com'), 'both'],
    },
  },
  'two DNS names are permitted': {
    constraints: { permitted: ['dns:example.com', 'dns:example.org'] },
    inside: { 'the first': dns('a.example.com'), 'the second': dns('a.example.org') },
    outside: { 'a third': [dns('a.example.net'), 'both'] },
  },
  'a DNS name is excluded': {
    constraints: { excluded: ['dns:api.example.com'] },
    inside: {
      'a name beside it': dns('web.example.com'),
      'a name that only ends alike': dns('myapi.example.com'),
      'a wildcard elsewhere': dns('*.example.org'),
    },
    outside: {
      'the name itself': [dns('api.example.com'), 'both'],
      'in other letters': [dns('API.example.com'), 'both'],
      'a name below it': [dns('v1.api.example.com'), 'both'],
      'the wildcard over it': [dns('*.example.com'), 'go'],
      'a wildcard further up': [dns('*.com'), 'none'],
      'a common name': [called('api.example.com'), 'openssl'],
    },
  },
  'a DNS name is permitted and one below it excluded': {
    constraints: { permitted: ['dns:example.com'], excluded: ['dns:api.example.com'] },
    inside: { 'what is permitted only': dns('web.example.com') },
    outside: { 'what is both': [dns('api.example.com'), 'both'] },
  },
  'every DNS name is excluded': {
    constraints: { excluded: ['dns:'] },
    inside: { 'an address': ip('10.0.0.1'), 'a common name': called('jane') },
    outside: { 'a name': [dns('web'), 'both'] },
  },
  'IPv4 addresses are permitted': {
    constraints: { permitted: ['ip:10.1.0.0/255.255.0.0'] },
    inside: {
      'the first of them': ip('10.1.0.0'),
      'the last of them': ip('10.1.255.255'),
      'a DNS name, which is another kind': dns('web.example.com'),
      'a common name that looks like another': called('10.2.0.1'),
    },
    outside: {
      'the next': [ip('10.2.0.0'), 'both'],
      'the one before': [ip('10.0.255.255'), 'both'],
      'an IPv6 address': [ip('fd00::1'), 'both'],
    },
  },
  'IPv6 addresses are permitted': {
    constraints: { permitted: ['ip:fd00:1::/ffff:ffff::'] },
    inside: { 'one of them': ip('fd00:1::7') },
    outside: {
      another: [ip('fd00:2::7'), 'both'],
      'an IPv4 address': [ip('10.0.0.1'), 'both'],
    },
  },
  'all addresses are excluded': {
    constraints: { excluded: ['ip:0.0.0.0/0.0.0.0', 'ip:::/::'] },
    inside: { 'a DNS name': dns('web.example.com') },
    outside: {
      'an IPv4 address': [ip('10.0.0.1'), 'both'],
      'an IPv6 address': [ip('fd00::1'), 'both'],
    },
  },
  'mailboxes at a host are permitted': {
    constraints: { permitted: ['email:example.com'] },
    inside: {
      'one of them': email('jane@example.com'),
      'in other letters': email('jane@EXAMPLE.com'),
    },
    outside: {
      'one at another host': [email('jane@example.org'), 'both'],
      'one at a host below it': [email('jane@mail.example.com'), 'openssl'],
    },
  },
  'mailboxes below a domain are permitted': {
    constraints: { permitted: ['email:.example.com'] },
    inside: { 'one of them': email('jane@mail.example.com') },
    outside: { 'one at the domain': [email('jane@example.com'), 'both'] },
  },
  'one mailbox is permitted': {
    constraints: { permitted: ['email:jane@example.com'] },
    inside: { it: email('jane@example.com'), 'in other letters': email('jane@EXAMPLE.com') },
    outside: {
      'another at the host': [email('joe@example.com'), 'both'],
      'another in other letters': [email('JANE@example.com'), 'both'],
    },
  },
  'mailboxes at a host are excluded': {
    constraints: { excluded: ['email:example.com'] },
    inside: { 'one elsewhere': email('jane@example.org') },
    outside: {
      'one of them': [email('jane@example.com'), 'both'],
      'one at a host below it': [email('jane@mail.example.com'), 'go'],
    },
  },
  'every mailbox is excluded': {
    constraints: { excluded: ['email:'] },
    inside: { 'a DNS name': dns('web.example.com') },
    outside: { one: [email('jane@example.com'), 'go'] },
  },
  'no mailbox is permitted, for OpenSSL': {
    constraints: { permitted: ['email:'] },
    inside: { 'a DNS name': dns('web.example.com') },
    outside: { one: [email('jane@example.com'), 'openssl'] },
  },
  'URIs of a host are permitted': {
    constraints: { permitted: ['uri:cluster.local'] },
    inside: {
      'one of them': uri('spiffe://cluster.local/ns/shop/sa/web'),
      'in other letters': uri('spiffe://CLUSTER.local/ns/shop'),
      'the host alone': uri('spiffe://cluster.local'),
      'with a port and a colon after it': uri('https://cluster.local:8443/a:b'),
    },
    outside: {
      'another host': [uri('spiffe://cluster.example/ns/shop/sa/web'), 'both'],
      'a host below it': [uri('spiffe://a.cluster.local/ns/shop/sa/web'), 'openssl'],
      'with a colon in the path': [uri('spiffe://cluster.local/ns/shop:web'), 'openssl'],
      'the host and a question': [uri('https://cluster.local?x'), 'openssl'],
    },
  },
  'URIs of a host are excluded': {
    constraints: { excluded: ['uri:cluster.local'] },
    inside: {
      'another host': uri('spiffe://cluster.example/ns/shop'),
      'another host with a colon in the path': uri('spiffe://cluster.example/a:b'),
      'another host and a question': uri('https://cluster.example?cluster.local'),
    },
    outside: {
      'one of them': [uri('spiffe://cluster.local/ns/shop'), 'both'],
      'a host below it': [uri('spiffe://a.cluster.local/ns/shop'), 'go'],
      'with a colon in the path': [uri('spiffe://cluster.local/ns/shop:web'), 'go'],
    },
  },
  'URIs below a domain are excluded': {
    constraints: { excluded: ['uri:.example.com'] },
    inside: { 'one of another': uri('https://a.example.org/a.example.com') },
    outside: {
      'one of them': [uri('https://a.example.com/'), 'both'],
      'one of another, whose path OpenSSL takes for it': [
        uri('https://a.example.org/a.example.com:1'),
        'openssl',
      ],
    },
  },
  'URIs below a domain are permitted': {
    constraints: { permitted: ['uri:.example.com'] },
    inside: { 'one of them': uri('https://web.example.com/') },
    outside: { 'one of the domain': [uri('https://example.com/'), 'both'] },
  },
};
