// SPDX-License-Identifier: Apache-2.0
// Who can ask under a rule, and what its templates can insert, as sets of names.

import { type Holes, wordText } from '../../policy/automaton.js';
import type { RequesterMatch, Rule } from '../../decide/rule.js';
import type { Matcher } from '../../vocabulary/matchers.js';
import { ACCOUNT_USER, ANY_NAME, HOST_LABEL, HOST_NAME, NODE_USER, NOTHING } from './name-kinds.js';
import { type NameSet, textSet, type WordSets } from './word-sets.js';

/** What the rule says of requesters; undefined for anyone. */
export const requesterOf = ({ match }: Rule): RequesterMatch | undefined =>
  match.requester === 'anyone' ? undefined : match.requester;

const areLiteral = (words: readonly Matcher[] | undefined): words is readonly Matcher[] =>
  words?.every(({ kind }) => kind === 'literal') ?? false;

/** User names that the rule speaks of by each of its fields; a requester has to be in all of these sets. */
export function usernameSets(rule: Rule): readonly NameSet[] {
  const { usernames, serviceAccounts } = requesterOf(rule) ?? {};
  const texts: (readonly string[])[] = [];
  if (rule.preset === 'kubelet-serving') texts.push([NODE_USER]);
  if (usernames !== undefined) texts.push(usernames.map((word) => wordText(word, {})));
  if (serviceAccounts !== undefined) texts.push(accountUsers(serviceAccounts));
  return (texts.length === 0 ? [[ANY_NAME]] : texts).map((each) => textSet('username', ...each));
}

/** The user names of nodes with such names. */
export const nodeUsers = (nodes: readonly Matcher[]): NameSet =>
  textSet('username', ...nodes.map((word) => `system:node:${wordText(word, {})}`));

/** A pattern of accounts is taken for all accounts: more than it is, so that nothing is said wrongly. */
const accountUsers = (accounts: readonly Matcher[]): readonly string[] =>
  areLiteral(accounts)
    ? accounts.map((word) => `system:serviceaccount:${wordText(word, {}).replace('/', ':')}`)
    : [ACCOUNT_USER];

/** More would make every template of the rule a large pattern. */
const MAX_ALTERNATIVES = 50;

const alternatives = (texts: readonly string[], otherwise: string): string =>
  texts.length > MAX_ALTERNATIVES ? otherwise : [...new Set(texts)].join('|');

/** What templates of the rule insert at most. */
export function holesOf(rule: Rule, sets: WordSets): Holes {
  const [users = textSet('username', ANY_NAME)] = usernameSets(rule).toReversed();
  const { namespace, name } = accountHoles(rule, sets);
  return {
    'requester.username': alternatives(users.texts, ANY_NAME),
    'requester.groups': ANY_NAME,
    'requester.serviceAccount.namespace': namespace,
    'requester.serviceAccount.name': name,
    'node.name': rule.preset === undefined ? NOTHING : HOST_NAME,
  };
}

function accountHoles(rule: Rule, sets: WordSets): { namespace: string; name: string } {
  const accounts = requesterOf(rule)?.serviceAccounts;
  if (areLiteral(accounts)) {
    const parts = accounts.map((word) => wordText(word, {}).split('/'));
    return {
      namespace: alternatives(
        parts.map(([namespace = '']) => namespace),
        HOST_LABEL,
      ),
      name: alternatives(
        parts.map(([, name = '']) => name),
        HOST_NAME,
      ),
    };
  }
  const isPossible = !sets.isEmpty([...usernameSets(rule), textSet('username', ACCOUNT_USER)]);
  if (!isPossible) return { namespace: NOTHING, name: NOTHING };
  return { namespace: HOST_LABEL, name: HOST_NAME };
}

/** Whether everybody who may ask is spelled out. */
export function areNamed(rule: Rule): boolean {
  const { usernames, serviceAccounts } = requesterOf(rule) ?? {};
  return areLiteral(usernames) || areLiteral(serviceAccounts);
}

/** The one namespace in which all service accounts of the rule are; undefined when it is not one. */
export function onlyNamespace(rule: Rule): string | undefined {
  const accounts = requesterOf(rule)?.serviceAccounts ?? [];
  const namespaces = accounts.map(({ kind, source }) =>
    kind === 'literal' ? source.split('/')[0] : /^\/([a-z0-9-]+)\\?\//.exec(source)?.[1],
  );
  const [first] = namespaces;
  return namespaces.every((each) => each === first) ? first : undefined;
}
