// SPDX-License-Identifier: Apache-2.0
// Why no rule speaks of a request: which part of each rule for its signer name did not match.

import { bindingsOf, isInForce, matches } from '../decide/match.js';
import type { CompiledPolicy, RequesterMatch, Rule } from '../decide/rule.js';
import type { Case } from '../request/case.js';
import { shownMatchers } from '../vocabulary/matchers.js';
import { quoted, quotedList } from '../vocabulary/printable.js';

/** One part of a rule's `match` that does not speak of the request. */
export interface Miss {
  /** As a policy writes it: `requester.groups`. */
  readonly part: string;
  readonly want: string;
  readonly saw: string;
}

/** A rule for the signer name of the request that does not match it. */
export interface UnmatchedRule {
  readonly name: string;
  readonly mode: string;
  readonly misses: readonly Miss[];
}

/** The rules for the signer name that do not speak of `subject`, sorted by name; empty where the policy has none. */
export const unmatchedRules = (
  policy: CompiledPolicy,
  subject: Case,
  nowMs: number,
): readonly UnmatchedRule[] =>
  policy
    .rulesFor(subject.csr.signerName)
    .map((rule) => ({ name: rule.name, mode: rule.mode, misses: missesOf(rule, subject, nowMs) }))
    .filter(({ misses }) => misses.length > 0);

function missesOf(rule: Rule, subject: Case, nowMs: number): readonly Miss[] {
  const found = partsOf(rule, subject)
    .filter(({ match }) => !matches({ ...rule, match: { ...rule.match, ...match } }, subject))
    .map(({ part, want, saw }) => ({ part, want, saw }));
  if (isInForce(rule, nowMs)) return found;
  const until = new Date(rule.validUntilMs ?? 0).toISOString();
  return [{ part: 'validUntil', want: `before ${until}`, saw: 'later' }, ...found];
}

interface Part extends Miss {
  /** The rule's `match` with nothing but this part. */
  readonly match: Pick<Rule['match'], 'requester' | 'nodes'>;
}

const nobody: RequesterMatch = {
  usernames: undefined,
  groups: undefined,
  serviceAccounts: undefined,
  extra: undefined,
};

/** Each part alone, to be put to `matches` itself, so that nothing here knows how a part is compared. */
function partsOf(rule: Rule, subject: Case): readonly Part[] {
  const { username } = subject.csr.requester;
  const { nodes } = rule.match;
  const bindings = bindingsOf(rule, subject);
  const [node] = bindings['node.name'] ?? [];
  return [
    {
      part: `preset ${rule.preset ?? ''}`,
      want: 'a user system:node:<name> in the group system:nodes',
      saw: quoted(username),
      match: { requester: 'anyone', nodes: undefined },
    },
    ...requesterParts(rule, subject),
    ...(nodes === undefined
      ? []
      : [
          {
            part: 'nodes',
            want: shownMatchers(nodes, bindings),
            saw: node === undefined ? 'no name of a node' : quoted(node),
            match: { requester: 'anyone', nodes } as const,
          },
        ]),
  ];
}

function requesterParts(rule: Rule, subject: Case): readonly Part[] {
  const { requester } = rule.match;
  if (requester === 'anyone') return [];
  const { username, groups, extra } = subject.csr.requester;
  const bindings = bindingsOf(rule, subject);
  const only = (match: Partial<RequesterMatch>): Part['match'] => ({
    requester: { ...nobody, ...match },
    nodes: undefined,
  });
  const lists = [
    { part: 'usernames', words: requester.usernames, saw: quoted(username) },
    { part: 'groups', words: requester.groups, saw: quotedList(groups) },
    { part: 'serviceAccounts', words: requester.serviceAccounts, saw: quoted(username) },
  ] as const;
  return [
    ...lists.flatMap(({ part, words, saw }) =>
      words === undefined
        ? []
        : [
            {
              part: `requester.${part}`,
              want: shownMatchers(words, bindings),
              saw,
              match: only({ [part]: words }),
            },
          ],
    ),
    ...Object.entries(requester.extra ?? {}).map(([key, words]) => ({
      part: `requester.extra ${key}`,
      want: shownMatchers(words, bindings),
      saw: quotedList(Object.hasOwn(extra, key) ? (extra[key] ?? []) : []),
      match: only({ extra: { [key]: words } }),
    })),
  ];
}
