// SPDX-License-Identifier: Apache-2.0
// decide, with all evidence given, under a policy of one rule and under a long one.

import { decide } from '../../../src/decide/decide.js';
import type { CompiledPolicy } from '../../../src/decide/rule.js';
import { loadPolicy } from '../../../src/policy/load-policy.js';
import { decideFully, makeCase, NOW_MS } from '../../support/decide.js';
import { type Section, perSecondText, ratioText } from '../row.js';
import { ratioOfRounds } from '../statistics.js';
import { sideBySide } from './side-by-side.js';

const MANY = 200;

const ruleText = (index: number): string => `
  team-${index}:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { groups: ['${index === 0 ? 'oidc:dev-team' : `oidc:team-${index}`}', '/ops-${index}-.*/'] }
    subject: { commonName: '{requester.username}', organizations: [dev, qa] }
    lifetime: { max: 8h }`;

function policyOf(rules: number): CompiledPolicy {
  const text = `
apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:${Array.from({ length: rules }, (_, index) => ruleText(index)).join('')}
`;
  const loaded = loadPolicy(text, 'bench');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value.policy;
}

export async function measureDeciding(rounds: number): Promise<Section> {
  const scores = await sideBySide({ one: decider(1), many: decider(MANY) }, rounds);
  const { one, many } = scores;
  return {
    title: 'Deciding',
    how: `A client certificate of a user, approved; each rule has one literal group and one pattern, and one rule matches.`,
    rows: [
      { what: 'decisions, policy of 1 rule', figure: perSecondText(one.perSecond) },
      {
        what: `decisions, policy of ${MANY} rules for the same signer`,
        figure: perSecondText(many.perSecond),
        beside: `1 rule: ${perSecondText(one.perSecond)}`,
        ratio: ratioText(ratioOfRounds(many.rounds, one.rounds)),
      },
    ],
  };
}

function decider(rules: number): () => unknown {
  const policy = policyOf(rules);
  const subject = makeCase();
  const { evidence, decision } = decideFully(subject, policy);
  if (decision.outcome.kind !== 'approve') throw new Error(JSON.stringify(decision));
  return () => decide(subject, policy, evidence, NOW_MS);
}
