// SPDX-License-Identifier: Apache-2.0
// Whether one rule speaks of, and approves, at least what another does. Every yes is certain; a no may be "not sure".

import type { KeyBound, Rule } from '../../decide/rule.js';
import type { Matcher } from '../../vocabulary/matchers.js';
import type { LintView } from './finding.js';
import type { NameKind } from './name-kinds.js';
import { isWithinAny } from './ranges.js';
import { requesterOf } from './requesters.js';
import { setOf } from './word-sets.js';

/** Whether `big` speaks of every request that `small` speaks of. Both are of one signer name. */
export function matchesAtLeast(view: LintView, big: Rule, small: Rule): boolean {
  if (big.preset !== small.preset || !lastsAsLong(big, small)) return false;
  const wider = wordsOf(view, small);
  if (!widerMatch(wider, 'node', big.match.nodes, small.match.nodes)) return false;
  const wanted = requesterOf(big);
  if (wanted === undefined) return true;
  const given = requesterOf(small);
  if (given === undefined) return false;
  return (
    widerMatch(wider, 'username', wanted.usernames, given.usernames) &&
    widerMatch(wider, 'group', wanted.groups, given.groups) &&
    widerMatch(wider, 'service account', wanted.serviceAccounts, given.serviceAccounts) &&
    Object.entries(wanted.extra ?? {}).every(([key, words]) =>
      widerMatch(wider, 'extra value', words, given.extra?.[key]),
    )
  );
}

const lastsAsLong = (big: Rule, small: Rule): boolean =>
  big.validUntilMs === undefined ||
  (small.validUntilMs !== undefined && small.validUntilMs <= big.validUntilMs);

/** Whether `big` passes every request that `small` passes, of those that both speak of. */
export function allowsAtLeast(view: LintView, big: Rule, small: Rule): boolean {
  const wider = wordsOf(view, small);
  return (
    (big.certificateRequesters === 'allow' || small.certificateRequesters === 'refuse') &&
    (big.readyNode === 'allow' || small.readyNode === 'refuse') &&
    widerKeys(big.keys, small.keys) &&
    small.usages.every((usage) => big.usages.includes(usage)) &&
    livesAsLong(big, small) &&
    widerSubject(wider, big, small) &&
    widerNames(wider, big, small)
  );
}

const livesAsLong = ({ lifetime: big }: Rule, { lifetime: small }: Rule): boolean =>
  big.maxSeconds === undefined ||
  (small.maxSeconds !== undefined && small.maxSeconds <= big.maxSeconds);

/** Whether every name that fits one of `small` fits one of `big`. */
type Wider = (kind: NameKind, big: readonly Matcher[], small: readonly Matcher[]) => boolean;

const wordsOf =
  (view: LintView, rule: Rule): Wider =>
  (kind, big, small) =>
    view.sets.isWithinReach(big.length * small.length) &&
    small.every((word) => isCovered(view, { rule, kind, word }, big));

function isCovered(
  { sets, holes }: LintView,
  { rule, kind, word }: { readonly rule: Rule; readonly kind: NameKind; readonly word: Matcher },
  big: readonly Matcher[],
): boolean {
  if (big.some((each) => each.kind === word.kind && each.source === word.source)) return true;
  // Only a rule that spells a system: name approves it.
  const isIdentity = kind === 'common name' || kind === 'organization';
  if (isIdentity && word.kind === 'literal' && word.source.startsWith('system:')) return false;
  const plain = big.filter((each) => each.kind !== 'template');
  const names = setOf(kind, [word], holes(rule));
  const example = word.kind === 'literal' ? word.source : sets.example([names], []);
  const isExample = example !== undefined && plain.some((each) => each.matches(example, {}));
  // One name that is not covered tells enough, and literals are covered when they match.
  if (!isExample || word.kind === 'literal') return isExample;
  return sets.isEmpty([names], [setOf(kind, plain)]);
}

/** In a match, a list that is not there takes everybody. */
const widerMatch = (
  wider: Wider,
  kind: NameKind,
  big: readonly Matcher[] | undefined,
  small: readonly Matcher[] | undefined,
): boolean => big === undefined || (small !== undefined && wider(kind, big, small));

/** In a bound, a list that is not there takes nothing. */
const widerBound = (
  wider: Wider,
  kind: NameKind,
  big: readonly Matcher[] | undefined,
  small: readonly Matcher[] | undefined,
): boolean => small === undefined || (big !== undefined && wider(kind, big, small));

function widerSubject(wider: Wider, big: Rule, small: Rule): boolean {
  // A common name that is mentioned has to be there.
  const isMentioned = (rule: Rule): boolean => rule.subject.commonName !== undefined;
  return (
    isMentioned(big) === isMentioned(small) &&
    widerBound(wider, 'common name', big.subject.commonName, small.subject.commonName) &&
    widerBound(wider, 'organization', big.subject.organizations, small.subject.organizations) &&
    // Attributes that no rule names are ignored by one signer and refused by another.
    sameTypes(big, small) &&
    Object.entries(big.attributes).every(([type, words]) =>
      widerBound(wider, 'subject attribute', words, small.attributes[type]),
    )
  );
}

const sameTypes = (big: Rule, small: Rule): boolean =>
  Object.keys(big.attributes).sort().join() === Object.keys(small.attributes).sort().join();

function widerNames(wider: Wider, big: Rule, small: Rule): boolean {
  const [more, less] = [big.sans, small.sans];
  return (
    widerBound(wider, 'dns', more.dns, less.dns) &&
    widerBound(wider, 'uri', more.uri, less.uri) &&
    widerBound(wider, 'email', more.email, less.email) &&
    (less.ip ?? []).every((range) => isWithinAny(range, more.ip ?? [])) &&
    more.min <= less.min &&
    more.max >= less.max &&
    big.owner.every((source) => small.owner.includes(source)) &&
    small.shared.every((range) => isWithinAny(range, big.shared))
  );
}

const widerKeys = (big: readonly KeyBound[], small: readonly KeyBound[]): boolean =>
  big.length === 0 ||
  (small.length > 0 &&
    small.every((key) =>
      big.some((each) => each.algorithm === key.algorithm && each.minBits <= key.minBits),
    ));
