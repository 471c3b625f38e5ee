// SPDX-License-Identifier: Apache-2.0
// Tables of what a check tells: what it wanted, the value that it looked at, and where that value comes from.

import { expect, it } from '@jest/globals';
import type { CheckSource } from '../../../src/decide/check.js';
import type { Decision } from '../../../src/decide/decision.js';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import {
  type Answers,
  decideFully,
  dns,
  ip,
  makeCase,
  makeKubeletCase,
  makeKubeletRule,
  makePolicy,
  makeRule,
  makeServingCase,
  makeServingRule,
  nodeIs,
  WORKER,
} from '../../support/decide.js';

export type Change = Parameters<typeof makeCase>[0];
export type RuleChange = Parameters<typeof makeRule>[0];
/** A decision, and what the check of one code tells in it. */
export type Row = readonly [Decision, ReasonCode, want: string, saw: string, source: CheckSource];

/** About a user's client certificate. */
export const user = (change: Change = {}, rule: RuleChange = {}, answers: Answers = {}): Decision =>
  decideFully(makeCase(change), makePolicy([makeRule(rule)]), answers).decision;

/** About a kubelet's client certificate. */
export const client = (
  change: Change = {},
  rule: RuleChange = {},
  answers: Answers = {},
): Decision =>
  decideFully(makeKubeletCase(change), makePolicy([makeKubeletRule(rule)]), answers).decision;

/** About a kubelet's serving certificate. */
export const serving = (
  change: Change = {},
  rule: RuleChange = {},
  answers: Answers = {},
): Decision =>
  decideFully(makeServingCase(change), makePolicy([makeServingRule(rule)]), {
    node: nodeIs(WORKER),
    ...answers,
  }).decision;

export const email = (value: string) => ({ kind: 'email', value }) as const;
export const uri = (value: string) => ({ kind: 'uri', value }) as const;
/** The request has these names. */
export const sans = (...names: ReturnType<typeof dns>[]): Change => ({ facts: { sans: names } });
/** A name of each kind. */
export const ALL_KINDS = [
  dns('a.example'),
  ip('10.1.0.7'),
  email('a@b.example'),
  uri('spiffe://a/b'),
];

/** Each row is a test; its code must be told once. */
export const tells = (table: Readonly<Record<string, Row>>): void => {
  it.each(Object.entries(table))('%s', (_, [{ verdicts }, code, want, saw, source]) => {
    const told = verdicts.flatMap(({ checks }) => checks).filter((check) => check.code === code);

    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ want, saw, source });
  });
};
