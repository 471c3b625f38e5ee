// SPDX-License-Identifier: Apache-2.0
// What the cases of a test file leave untouched: rules that spoke of no request, checks that never refused one.

import type { Decision } from '../decide/decision.js';
import { isViolation } from '../decide/judge.js';
import type { Rule } from '../decide/rule.js';
import { allowedUsages } from '../request/well-known-signers.js';
import { MAX_SUBJECT_ALT_NAMES } from '../vocabulary/limits.js';
import type { ReasonCode } from '../vocabulary/reasons.js';

/** What no case of these files touched of a policy. */
export interface Untouched {
  readonly policyHash: string;
  /** The files that test it. */
  readonly files: readonly string[];
  /** Rules that spoke of no request. */
  readonly rules: readonly string[];
  /** Checks that could refuse something by what is written in the rule, and never did. */
  readonly checks: readonly { readonly rule: string; readonly codes: readonly string[] }[];
}

/** What the cases of one file touched of one rule. */
export interface TouchedRule {
  readonly rule: string;
  /** Whether the rule spoke of any request. */
  readonly matched: boolean;
  /** Codes of checks that stand for something that is written in the rule: the others are tested with this program. */
  readonly written: readonly ReasonCode[];
  /** Codes with which it refused something. */
  readonly refused: readonly ReasonCode[];
}

/** What these decisions touched of each rule. */
export function touchedBy(
  decisions: readonly Decision[],
  rules: readonly Rule[],
): readonly TouchedRule[] {
  const verdicts = decisions.flatMap((decision) => decision.verdicts);
  return rules.map((rule) => {
    const own = verdicts.filter((each) => each.rule === rule.name);
    const checks = own.flatMap((each) => each.checks);
    const codes = new Set(checks.map(({ code }) => code));
    return {
      rule: rule.name,
      matched: own.length > 0,
      written: [...codes].filter((code) => isWritten(rule, code)),
      refused: [...new Set(checks.filter(isViolation).map(({ code }) => code))],
    };
  });
}

/** What no case touched of each policy, over all files that test it. */
export function untouchedOf(
  files: readonly {
    readonly file: string;
    readonly policyHash: string;
    readonly touched: readonly TouchedRule[];
  }[],
): readonly Untouched[] {
  const hashes = [...new Set(files.map(({ policyHash }) => policyHash))];
  return hashes
    .map((policyHash) => {
      const same = files.filter((each) => each.policyHash === policyHash);
      const touched = same.flatMap((each) => each.touched);
      const rules = [...new Set(touched.map(({ rule }) => rule))].map((rule) => ({
        rule,
        ...leftOf(touched.filter((each) => each.rule === rule)),
      }));
      return {
        policyHash,
        files: same.map(({ file }) => file),
        rules: rules.filter(({ matched }) => !matched).map(({ rule }) => rule),
        checks: rules
          .filter(({ codes }) => codes.length > 0)
          .map(({ rule, codes }) => ({ rule, codes })),
      };
    })
    .filter(({ rules, checks }) => rules.length + checks.length > 0);
}

function leftOf(touched: readonly TouchedRule[]) {
  const refused = new Set(touched.flatMap((each) => each.refused));
  const written = new Set(touched.flatMap((each) => each.written));
  return {
    matched: touched.some((each) => each.matched),
    codes: [...written].filter((code) => !refused.has(code)),
  };
}

/** What presets fill in where a rule writes no bounds. */
const WITHOUT_BOUNDS: readonly string[] = ['/.*/', '0.0.0.0/0', '::/0'];

const isBounded = (words: readonly { readonly source: string }[] | undefined): boolean =>
  words !== undefined && !words.some(({ source }) => WITHOUT_BOUNDS.includes(source));

/** Whether the usages are those of the signer's contract, as a rule has them that writes none. */
function isContract({ match, usages }: Rule): boolean {
  const contract = allowedUsages(match.signerName) ?? [];
  return contract.length > 0 && contract.every((usage) => usages.includes(usage));
}

/** By code: whether the check that gives it looks at something that the rule says. */
const IS_WRITTEN: Partial<Record<ReasonCode, (rule: Rule) => boolean>> = {
  CommonNameNotAllowed: ({ subject }) => isBounded(subject.commonName),
  OrganizationNotAllowed: ({ subject }) => isBounded(subject.organizations),
  SubjectAttributeNotAllowed: ({ attributes }) => Object.keys(attributes).length > 0,
  DnsNameNotAllowed: ({ sans }) => isBounded(sans.dns),
  AddressNotAllowed: ({ sans }) => isBounded(sans.ip),
  UriNotAllowed: ({ sans }) => isBounded(sans.uri),
  EmailNotAllowed: ({ sans }) => isBounded(sans.email),
  TooFewNames: ({ sans }) => sans.min > 0,
  TooManyNames: ({ sans }) => sans.max < MAX_SUBJECT_ALT_NAMES,
  UsageNotAllowed: (rule) => !isContract(rule),
  KeyNotAllowed: ({ keys }) => keys.length > 0,
  LifetimeTooLong: ({ lifetime }) => lifetime.maxSeconds !== undefined,
  NameNotOwned: ({ owner }) => owner.length > 0,
  NodeAlreadyReady: (rule) => rule.readyNode === 'refuse',
  AccessNotGranted: () => true,
};

const isWritten = (rule: Rule, code: ReasonCode): boolean => IS_WRITTEN[code]?.(rule) ?? false;
