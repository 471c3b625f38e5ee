// SPDX-License-Identifier: Apache-2.0
// decide, with all evidence given, under a policy of one rule and under a long one.

import { decide } from '../../../src/decide/decide.js';
import type { CompiledPolicy } from '../../../src/decide/rule.js';
import { loadPolicy } from '../../../src/policy/load-policy.js';
import { decideFully, makeCase, NOW_MS } from '../../support/decide.js';
import { type Section, perSecondText, ratioText } from '../row.js';
import { ratioOfRounds } from '../statistics.js';
import { type Score, sideBySide } from './side-by-side.js';

const MANY = 200;

/** design: what good looks like. */
const MANY_GOAL = 2_000;

/** One rule of many; of those that are alike, each matches and only the first approves. */
type RuleText = (index: number) => string;

const ruleText = (index: number, groups: string, organizations: string): string => `
  team-${index}:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ${groups} }
    subject: { commonName: '{requester.username}', organizations: ${organizations} }
    lifetime: { max: 8h }`;

const ofItsOwn: RuleText = (index) => {
  const group = index === 0 ? 'oidc:dev-team' : `oidc:team-${index}`;
  return ruleText(index, `['${group}', '/ops-${index}-.*/']`, '[dev, qa]');
};

const alike: RuleText = (index) =>
  ruleText(index, `['/oidc:[a-z-]+/']`, index === 0 ? '[dev, qa]' : `['/team-${index}-[a-z]+/']`);

function policyOf(rules: number, rule: RuleText): CompiledPolicy {
  const text = `
apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:${Array.from({ length: rules }, (_, index) => rule(index)).join('')}
`;
  const loaded = loadPolicy(text, 'bench');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value.policy;
}

export async function measureDeciding(rounds: number): Promise<Section> {
  const { one, many, all } = await sideBySide(
    { one: decider(1, ofItsOwn), many: decider(MANY, ofItsOwn), all: decider(MANY, alike) },
    rounds,
  );
  const beside = (score: Score) => ({
    figure: perSecondText(score.perSecond),
    beside: `1 rule: ${perSecondText(one.perSecond)}`,
    ratio: ratioText(ratioOfRounds(score.rounds, one.rounds)),
  });
  const goal = { text: `≥ ${perSecondText(MANY_GOAL)}`, isMet: many.perSecond >= MANY_GOAL };
  return {
    title: 'Deciding',
    how: `A client certificate of a user, approved, on one core. Each rule has one literal group and one pattern, and one rule matches; in the last row the pattern of each rule matches, so that all of them judge the request, and one approves.`,
    rows: [
      { what: 'decisions, policy of 1 rule', figure: perSecondText(one.perSecond) },
      { what: `decisions, policy of ${MANY} rules for the same signer`, ...beside(many), goal },
      { what: `decisions, policy of ${MANY} rules that all match`, ...beside(all) },
    ],
  };
}

function decider(rules: number, rule: RuleText): () => unknown {
  const policy = policyOf(rules, rule);
  const subject = makeCase();
  const { evidence, decision } = decideFully(subject, policy);
  if (decision.outcome.kind !== 'approve') throw new Error(JSON.stringify(decision));
  return () => decide(subject, policy, evidence, NOW_MS);
}
