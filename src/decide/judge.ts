// SPDX-License-Identifier: Apache-2.0
// One rule, one request: runs the checks in order of cost and says what the rule makes of the request.

import type { Case } from '../request/case.js';
import type { RequestFacts } from '../request/facts.js';
import type { Refusal } from '../vocabulary/refusal.js';
import { addresses } from './checks/addresses.js';
import { commonName } from './checks/common-name.js';
import { keys } from './checks/keys.js';
import { kubeletAccess } from './checks/kubelet-access.js';
import { kubeletClientContract, kubeletServingContract } from './checks/kubelet-contract.js';
import { lifetime } from './checks/lifetime.js';
import { nameCount } from './checks/name-count.js';
import { nodeOwnership } from './checks/node-ownership.js';
import { ownName } from './checks/own-name.js';
import { readyNode } from './checks/ready-node.js';
import { requesterCertificate } from './checks/requester-certificate.js';
import { subjectAttributes } from './checks/subject-attributes.js';
import { usages } from './checks/usages.js';
import { dnsNames, emails, organizations, uris } from './checks/value-bounds.js';
import type { Check, CheckInput, CheckResult } from './check.js';
import type { Outcome, RuleVerdict, Violation } from './decision.js';
import { apiServerNames, serviceNames } from './guards/api-server-names.js';
import { everyRight } from './guards/every-right.js';
import { kubeletSigners } from './guards/kubelet-signers.js';
import { unusableAddresses, wildcardNames } from './guards/names.js';
import { notJudged } from './guards/not-judged.js';
import { systemMasters, systemNames } from './guards/system-names.js';
import { uidAttribute } from './guards/uid-attribute.js';
import { dangerousUsages, extendedKeyUsage } from './guards/usages.js';
import type { PresetName, Rule } from './rule.js';

/** Guards that need nothing but the request; they hold for every rule and cannot be switched off. */
const guards: readonly Check[] = [
  systemMasters,
  systemNames,
  uidAttribute,
  unusableAddresses,
  wildcardNames,
  extendedKeyUsage,
  dangerousUsages,
  kubeletSigners,
  notJudged,
];

/** What is checked of every rule, whatever is written in it. */
const common: readonly Check[] = [keys, lifetime, requesterCertificate, ...guards];

/** What a rule checks: what is written in it or what its preset stands for, and what holds for all. */
interface RuleChecks {
  readonly cheap: readonly Check[];
  /** Checks that need evidence; they run only when no cheap one is violated. */
  readonly evidenced: readonly Check[];
}

const withCommon = ({ cheap, evidenced }: RuleChecks): RuleChecks => ({
  cheap: [...cheap, ...common],
  evidenced: [...evidenced, apiServerNames, serviceNames, everyRight],
});

const written = withCommon({
  cheap: [
    commonName,
    organizations,
    subjectAttributes,
    dnsNames,
    addresses,
    uris,
    emails,
    nameCount,
    usages,
  ],
  evidenced: [],
});

const ofPreset: Readonly<Record<PresetName, RuleChecks>> = {
  'kubelet-client': withCommon({
    cheap: [kubeletClientContract],
    evidenced: [readyNode, kubeletAccess],
  }),
  'kubelet-serving': withCommon({
    cheap: [kubeletServingContract, ownName, dnsNames, addresses, nameCount],
    evidenced: [nodeOwnership],
  }),
};

const checksOf = ({ preset }: Rule): RuleChecks =>
  preset === undefined ? written : ofPreset[preset];

/** What a rule makes of a request at a time; `input` carries the questions and notes those still open. */
export function judge(
  subject: Pick<Case, 'reading' | 'waitingSinceMs'>,
  input: Omit<CheckInput, 'facts'>,
  nowMs: number,
): RuleVerdict {
  const { rule } = input;
  const checks = subject.reading.ok
    ? results({ ...input, facts: subject.reading.value })
    : unread(rule, subject.reading.error);
  const outcome = outcomeOf(rule, checks, { sinceMs: subject.waitingSinceMs, nowMs });
  return { rule: rule.name, mode: rule.mode, outcome, checks };
}

function results(input: CheckInput & { readonly facts: RequestFacts }): readonly CheckResult[] {
  const { cheap, evidenced } = checksOf(input.rule);
  const found: CheckResult[] = [];
  for (const check of cheap) found.push(...check.run(input));
  const settled = found.some((result) => result.state === 'violated');
  for (const check of evidenced) found.push(...(settled ? skipped(check) : check.run(input)));
  return found;
}

const skipped = (check: Check): readonly CheckResult[] => [
  { code: check.codes[0], state: 'skipped', want: '', saw: '', source: check.source },
];

function unread(rule: Rule, refusal: Refusal): readonly CheckResult[] {
  const reading: CheckResult = {
    code: refusal.code,
    state: 'violated',
    want: 'a request that can be read in one way only',
    saw: `${refusal.at}: ${refusal.detail}`,
    source: 'request',
    message: `the request cannot be accepted (${refusal.at}): ${refusal.detail}`,
  };
  const { cheap, evidenced } = checksOf(rule);
  return [reading, ...cheap.flatMap(skipped), ...evidenced.flatMap(skipped)];
}

/** Whether a check found something wrong. */
export const isViolation = (result: CheckResult): result is Violation =>
  result.state === 'violated';

/** The worst outcome counts within a rule: deny > leave > wait > pass (semantics 2 and 3). */
function outcomeOf(
  { mode, onViolation }: Rule,
  checks: readonly CheckResult[],
  time: { readonly sinceMs: number; readonly nowMs: number },
): Outcome {
  const violations = checks.filter(isViolation);
  if (violations.length === 0) return { kind: mode === 'review' ? 'review' : 'approve' };
  const { waitMs, then } = onViolation.transient;
  const untilMs = time.sinceMs + waitMs;
  const kinds = violations.map(({ transient }) => {
    if (transient === undefined) return onViolation.permanent;
    if (time.nowMs < untilMs) return 'wait';
    // What we could not learn is our trouble, and what two Nodes claim may be a lie of the other: nobody is denied for it.
    return transient === 'may pass' ? then : 'leave';
  });
  if (kinds.includes('deny')) return { kind: 'deny' };
  if (kinds.includes('leave')) return { kind: 'leave' };
  return { kind: 'wait', untilMs };
}
