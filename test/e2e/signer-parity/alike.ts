// SPDX-License-Identifier: Apache-2.0
// Requests that kube-controller-manager and our signer sign alike: keys, usages, lifetimes, and the form of the request.

import {
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
  utf8String,
} from '../../../src/x509/der-writer.js';
import { challengePassword, extension, requestAttribute } from '../../support/forge.js';
import { HASH, pss, rsaKey } from '../../support/forge-keys.js';
import { keyUsage, opaque, OPAQUE } from '../kubelet-parity/asked.js';
import { namesAlike } from './alike-names.js';
import { subjectsAlike } from './alike-subjects.js';
import { EVERY_USAGE } from './stage.js';
import {
  attributes,
  type Change,
  each,
  extensions,
  key,
  KEYS,
  lifetime,
  type SignerKind,
  usages,
  type Wanted,
} from './wanted.js';

const ALL: readonly SignerKind[] = ['client', 'kubelet', 'serving', 'any'];

const HOUR = 3600;
const YEAR = 8760 * HOUR;

/** What asks for nothing special, and each kind of key. */
const keys: Readonly<Record<string, Change>> = {
  'nothing special': {},
  ...Object.fromEntries(Object.entries(KEYS).map(([kind, made]) => [`a ${kind} key`, key(made)])),
};

const lifetimes: Readonly<Record<string, Change>> = {
  'ten minutes': lifetime(600),
  'ten minutes and a second': lifetime(601),
  'an hour': lifetime(HOUR),
  'a second less than eight hours': lifetime(8 * HOUR - 1),
  'eight hours': lifetime(8 * HOUR),
  'a day': lifetime(24 * HOUR),
  'a second less than the longest lifetime': lifetime(YEAR - 1),
  'the longest lifetime': lifetime(YEAR),
  'a second more than the longest lifetime': lifetime(YEAR + 1),
  'ten years': lifetime(10 * YEAR),
};

/** One usage beside `server auth`, without which nothing is good for one purpose only. */
const eachUsage: Readonly<Record<string, Change>> = Object.fromEntries(
  EVERY_USAGE.filter((usage) => usage !== 'server auth').map((usage) => [
    `the usage ${usage}`,
    usages('server auth', usage),
  ]),
);

const forms: Readonly<Record<string, Change>> = {
  'an RSA key that signs with PSS': key(rsaKey(pss(HASH.sha256, HASH.sha256, 32), 'sha256', 32)),
  'lines that end in CRLF': { text: (pem) => pem.replaceAll('\n', '\r\n') },
  'a key usage is asked for': extensions(keyUsage(0, 4)),
  'an extended key usage is asked for': extensions(
    extension('2.5.29.37', sequence(objectIdentifier('1.3.6.1.5.5.7.3.3'))),
  ),
  'CA:FALSE is asked for': extensions(extension('2.5.29.19', sequence(), true)),
  'a subjectKeyIdentifier is asked for': extensions(
    extension('2.5.29.14', octetString(Buffer.alloc(20, 7))),
  ),
  'an unknown extension is asked for': extensions(opaque(false)),
  'a challengePassword': attributes(challengePassword('secret')),
  'an unstructuredName': attributes(requestAttribute('1.2.840.113549.1.9.2', utf8String('x'))),
  'an unknown attribute': attributes(requestAttribute(OPAQUE, nullValue())),
};

/** By sentence. */
export const signedAlike: Readonly<Record<string, Wanted>> = {
  ...each(ALL, keys),
  ...each(['client', 'any'], lifetimes),
  ...each(['kubelet', 'serving'], {
    'ten minutes': lifetime(600),
    'the longest lifetime': lifetime(YEAR),
  }),
  ...each(['client'], {
    'the usage client auth alone': usages('client auth'),
    'the usages in another order': usages('digital signature', 'key encipherment', 'client auth'),
    'the usages client auth and key encipherment': usages('client auth', 'key encipherment'),
  }),
  ...each(['kubelet'], {
    'with key encipherment': usages('digital signature', 'key encipherment', 'client auth'),
    'the usages in another order': usages('client auth', 'digital signature'),
  }),
  ...each(['serving'], {
    'with key encipherment': usages('server auth', 'digital signature', 'key encipherment'),
    'the usages in another order': usages('server auth', 'digital signature'),
  }),
  ...each(['any'], {
    ...eachUsage,
    'the usage server auth alone': usages('server auth'),
    'client auth before server auth': usages('client auth', 'server auth'),
    'one purpose by two names': usages('s/mime', 'email protection'),
    'one bit by two names': usages('signing', 'digital signature', 'client auth'),
    'every usage': usages(...EVERY_USAGE),
    'every usage, the last one first': usages(...EVERY_USAGE.toReversed()),
  }),
  ...each(['client', 'any'], forms),
  ...namesAlike,
  ...subjectsAlike,
};
