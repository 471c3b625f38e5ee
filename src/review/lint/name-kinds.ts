// SPDX-License-Identifier: Apache-2.0
// The kinds of names that words of a policy are compared with, each as a set of texts.

/** What a word of a policy is compared with. */
export type NameKind =
  | 'username'
  | 'group'
  | 'service account'
  | 'extra value'
  | 'node'
  | 'common name'
  | 'organization'
  | 'subject attribute'
  | 'dns'
  | 'uri'
  | 'email';

const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';

/** RE2 text for a host name in canonical form, as nodes, namespaces and service accounts have it too. */
export const HOST_NAME = `${LABEL}(?:\\.${LABEL})*`;

/** RE2 text for a name of one label. */
export const HOST_LABEL = LABEL;

/** RE2 text for names of users and groups. */
export const ANY_NAME = '[^\\x00-\\x1f\\x7f]+';

/** RE2 text that holds nothing. */
export const NOTHING = '[^\\x00-\\x{10ffff}]';

/** User names of service accounts. */
export const ACCOUNT_USER = `system:serviceaccount:${LABEL}:${HOST_NAME}`;

/** User names of nodes. */
export const NODE_USER = `system:node:${ANY_NAME}`;

const BIG_NAME = '[A-Za-z0-9:@._-]+';

interface NameSet {
  /** RE2 text for every name of the kind that can be in a request. */
  readonly usable: string;
  /** RE2 text for usual names: what matches all of them, matches everything. */
  readonly usual: string;
  /** Plural, for messages. */
  readonly noun: string;
}

const names = (noun: string): NameSet => ({ usable: ANY_NAME, usual: BIG_NAME, noun });

/** The texts of each kind. DNS names are canonical; words for them ignore case. */
export const nameKinds: Readonly<Record<NameKind, NameSet>> = {
  username: names('user names'),
  group: names('groups'),
  'extra value': names('values'),
  'common name': names('common names'),
  organization: names('organizations'),
  'subject attribute': names('values'),
  'service account': {
    usable: `${LABEL}/${HOST_NAME}`,
    usual: `${LABEL}/${HOST_NAME}`,
    noun: 'service accounts',
  },
  node: { usable: HOST_NAME, usual: HOST_NAME, noun: 'nodes' },
  dns: { usable: HOST_NAME, usual: `${LABEL}(?:\\.${LABEL})+`, noun: 'DNS names' },
  uri: {
    usable: '(?i:[a-z][a-z0-9+.-]*):[!-~]*',
    usual: '[a-z]+://[a-z0-9.-]+/[a-z0-9./-]*',
    noun: 'URIs',
  },
  email: {
    usable: `[!-?A-~]+@(?i:${HOST_NAME})`,
    usual: `[a-z0-9.]+@${LABEL}\\.${LABEL}`,
    noun: 'e-mail addresses',
  },
};
