// SPDX-License-Identifier: Apache-2.0
// The lists of words that an operator wrote, each with its kind and its place.

import type { SignerEntry } from '../../authority/signer-entry.js';
import type { Rule } from '../../decide/rule.js';
import type { Path } from '../../policy/problem.js';
import { type AttributeBounds, SUBJECT_FIELDS } from '../../request/subject-fields.js';
import type { Matcher } from '../../vocabulary/matchers.js';
import { inRule, inSigner, type LintView } from './finding.js';
import type { NameKind } from './name-kinds.js';

/** One list, as it was written. */
export interface WordList {
  readonly kind: NameKind;
  readonly path: Path;
  readonly words: readonly Matcher[];
}

type Row = readonly [Path, NameKind, readonly Matcher[] | undefined];

const lists = (rows: readonly Row[]): readonly WordList[] =>
  rows.flatMap(([path, kind, words]) => (words === undefined ? [] : [{ path, kind, words }]));

/** Who may ask. */
export function matchLists(rule: Rule): readonly WordList[] {
  const { requester, nodes } = rule.match;
  const at = (...field: Path): Path => inRule(rule, 'match', ...field);
  const nodeList = lists([[at('nodes'), 'node', nodes]]);
  if (requester === 'anyone') return nodeList;
  return [
    ...lists([
      [at('requester', 'usernames'), 'username', requester.usernames],
      [at('requester', 'groups'), 'group', requester.groups],
      [at('requester', 'serviceAccounts'), 'service account', requester.serviceAccounts],
    ]),
    ...lists(
      Object.entries(requester.extra ?? {}).map(([key, words]): Row => [
        at('requester', 'extra', key),
        'extra value',
        words,
      ]),
    ),
    ...nodeList,
  ];
}

/** What a rule lets into a certificate, as far as it was written; presets fill the rest. */
export function boundLists(view: LintView, rule: Rule): readonly WordList[] {
  const { subject, sans, attributes } = rule;
  return lists([
    [inRule(rule, 'subject', 'commonName'), 'common name', subject.commonName],
    [inRule(rule, 'subject', 'organizations'), 'organization', subject.organizations],
    ...attributeRows(attributes, (field) => inRule(rule, 'subject', field)),
    [inRule(rule, 'sans', 'dns'), 'dns', sans.dns],
    [inRule(rule, 'sans', 'uri'), 'uri', sans.uri],
    [inRule(rule, 'sans', 'email'), 'email', sans.email],
  ]).filter(({ path }) => view.isWritten(path));
}

/** What a signer lets into a certificate. */
export function ceilingLists({ signerName, allow }: SignerEntry): readonly WordList[] {
  const at = (...field: Path): Path => inSigner(signerName, 'allow', ...field);
  if (allow === undefined) return [];
  return lists([
    [at('subject', 'commonName'), 'common name', allow.commonName],
    [at('subject', 'organizations'), 'organization', allow.organizations],
    ...attributeRows(allow.attributes ?? {}, (field) => at('subject', field)),
    [at('sans', 'dns'), 'dns', allow.dns],
    [at('sans', 'uri'), 'uri', allow.uri],
    [at('sans', 'email'), 'email', allow.email],
  ]);
}

const attributeRows = (bounds: AttributeBounds, at: (field: string) => Path): readonly Row[] =>
  SUBJECT_FIELDS.map(([field, type]): Row => [at(field), 'subject attribute', bounds[type]]);

/** The place of one word of a list; a list of one may be written as that one word. */
export const placeOfWord = (view: LintView, { path }: WordList, index: number): Path =>
  view.isWritten([...path, index]) ? [...path, index] : path;
