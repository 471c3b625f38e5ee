// SPDX-License-Identifier: Apache-2.0
// Names that begin with system: are Kubernetes' own; the group system:masters is above every authorization.

import type { Matcher } from '../../vocabulary/matchers.js';
import { quotedList } from '../../vocabulary/printable.js';
import type { RequestFacts } from '../../request/facts.js';
import { type Check, type GuardInput, passed, violated } from '../check.js';

const MASTERS = 'system:masters';

const namesOf = (facts: RequestFacts): readonly string[] => [
  ...(facts.commonName === undefined ? [] : [facts.commonName]),
  ...facts.organizations,
];

/** Neither common name nor organization is system:masters: never, by anyone, in any signer. */
export const systemMasters: Check<GuardInput> = {
  codes: ['SystemMasters'],
  source: 'request',
  run: ({ facts }) => {
    const names = namesOf(facts);
    const looked = { want: `not ${MASTERS}`, saw: quotedList(names), source: 'request' } as const;
    if (!names.includes(MASTERS)) return [passed('SystemMasters', looked)];
    return [violated('SystemMasters', looked, `"${MASTERS}" is never given`)];
  },
};

const spells = (matchers: readonly Matcher[] | undefined, name: string): boolean =>
  matchers?.some((matcher) => matcher.kind === 'literal' && matcher.source === name) ?? false;

/**
 * A system: name comes from a preset, or the rule spells that very name: no pattern or template gives one. Of
 * system:masters the other guard speaks.
 */
export const systemNames: Check = {
  codes: ['SystemName'],
  source: 'request',
  run: ({ facts, rule }) => {
    const { commonName, organizations } = rule.subject;
    const unspelled = [
      ...(facts.commonName === undefined || spells(commonName, facts.commonName)
        ? []
        : [facts.commonName]),
      ...facts.organizations.filter((name) => !spells(organizations, name)),
    ].filter((name) => name.startsWith('system:') && name !== MASTERS);
    const looked = {
      want: 'no system: name that the rule does not spell',
      saw: quotedList(namesOf(facts)),
      source: 'request',
    } as const;
    if (rule.preset !== undefined || unspelled.length === 0) return [passed('SystemName', looked)];
    return [
      violated('SystemName', looked, `name ${quotedList(unspelled)} is reserved for Kubernetes`),
    ];
  },
};
