// SPDX-License-Identifier: Apache-2.0
// Values that let nothing pass: no name can be like this, or a guard refuses every such name.

import type { Rule } from '../../decide/rule.js';
import { isKubernetesSigner, KUBELET_SERVING_SIGNER } from '../../request/well-known-signers.js';
import { type AddressRange, unusableClassOf } from '../../vocabulary/addresses.js';
import type { Matcher } from '../../vocabulary/matchers.js';
import type { Path } from '../../policy/problem.js';
import { inRule, type LintView } from './finding.js';
import { type NameKind, nameKinds, NODE_USER } from './name-kinds.js';
import { endsOf, isWithinAny } from './ranges.js';
import { boundLists, placeOfWord, type WordList } from './word-lists.js';
import { type NameSet, setOf, textSet } from './word-sets.js';

/** A value and why it lets nothing pass, as a clause after its quotation. */
export interface Useless {
  readonly path: Path;
  readonly source: string;
  readonly why: string;
}

/** Words of `list` that nothing can be like. */
export const uselessWords = (view: LintView, rule: Rule, list: WordList): readonly Useless[] =>
  list.words.flatMap((word, index) => {
    const why = whyUseless(view, { rule, kind: list.kind, word });
    const path = placeOfWord(view, list, index);
    return why === undefined ? [] : [{ path, source: word.source, why }];
  });

/** Whether nothing can be like any word of `list`. */
export const isUseless = (view: LintView, rule: Rule, list: WordList): boolean =>
  uselessWords(view, rule, list).length === list.words.length;

/** Ranges of `sans.ip` in which no address is ever given. */
export function uselessRanges(view: LintView, rule: Rule): readonly Useless[] {
  const path = inRule(rule, 'sans', 'ip');
  if (!view.isWritten(path)) return [];
  return (rule.sans.ip ?? []).flatMap((range, index) => {
    const why = whyUselessRange(view, rule, range);
    return why === undefined ? [] : [{ path: [...path, index], source: range.source, why }];
  });
}

/** Usages that a guard refuses, because the signer does not spell them. */
export const uselessUsages = (view: LintView, rule: Rule): readonly Useless[] =>
  rule.usages.flatMap((source, index) => {
    const spelled = view.policy.signerTerms(rule.match.signerName)?.usages ?? [];
    const isRefused = DANGEROUS.includes(source) && !spelled.includes(source);
    const why = 'it is given only where `allow.usages` of the signer spells it';
    return isRefused ? [{ path: inRule(rule, 'usages', index), source, why }] : [];
  });

/** The usages of guards/usages.ts. */
const DANGEROUS = ['any', 'cert sign', 'crl sign'];

/** Whether the rule demands names, and nothing can be like any that it allows. */
export function areNamesImpossible(view: LintView, rule: Rule): boolean {
  const isDemanded = rule.sans.min > 0 || rule.preset === 'kubelet-serving';
  if (!isDemanded) return false;
  const { dns, ip, uri, email } = rule.sans;
  const words = boundLists(view, rule).filter(({ path }) => path[2] === 'sans');
  const kinds = [dns, uri, email].filter((each) => each !== undefined).length;
  if (words.length < kinds || !words.every((list) => isUseless(view, rule, list))) return false;
  return ip === undefined || uselessRanges(view, rule).length === ip.length;
}

interface Asked {
  readonly rule: Rule;
  readonly kind: NameKind;
  readonly word: Matcher;
}

function whyUseless(view: LintView, asked: Asked): string | undefined {
  const { rule, kind, word } = asked;
  const { sets } = view;
  const names = setOf(kind, [word], view.holes(rule));
  if (sets.isEmpty([names])) {
    const inserted = word.kind === 'template' ? 'with what it can insert here, ' : '';
    return `${inserted}it can be like none of all possible ${nameKinds[kind].noun}`;
  }
  if (kind === 'username' && rule.preset === 'kubelet-serving') {
    const isNode = !sets.isEmpty([names, textSet(kind, NODE_USER)]);
    return isNode ? undefined : 'only nodes ask here, whose user names are system:node:NAME';
  }
  if (kind === 'common name' || kind === 'organization') return whyReserved(view, asked, names);
  return kind === 'dns' ? whyRefusedHost(view, asked, names) : undefined;
}

/** The guards of guards/system-names.ts. */
function whyReserved({ sets }: LintView, { rule, kind, word }: Asked, names: NameSet) {
  if (word.kind === 'literal' || rule.preset !== undefined) return undefined;
  const isReserved = sets.isEmpty([names], [textSet(kind, 'system:.*')]);
  return isReserved
    ? 'all that it stands for begins with system:, and such names have to be spelled out'
    : undefined;
}

/** The guards of guards/api-server-names.ts, as far as the policy itself tells the names. */
function whyRefusedHost({ sets, policy }: LintView, { rule, kind }: Asked, names: NameSet) {
  const { signerName } = rule.match;
  const isService = sets.isEmpty([names], [textSet(kind, '(?:.*\\.)?svc')]);
  if (isService && isKubernetesSigner(signerName)) {
    return 'the signers of Kubernetes give no name of a Service';
  }
  // A control-plane node may have names of the API server that are its own.
  if (signerName === KUBELET_SERVING_SIGNER) return undefined;
  const known = policy.apiServer.names.map((name) => name.replaceAll('.', '\\.'));
  const apiServer = textSet(kind, 'kubernetes(?:\\..*)?', ...known);
  return sets.isEmpty([names], [apiServer]) ? 'it is a name of the API server' : undefined;
}

function whyUselessRange({ policy }: LintView, rule: Rule, range: AddressRange) {
  const [first, last] = endsOf(range).map(unusableClassOf);
  // No class of addresses has holes, so a range lies in it when both ends do.
  if (first !== undefined && first === last) return `${first} addresses are never given`;
  const isServing = rule.match.signerName === KUBELET_SERVING_SIGNER;
  const isApiServer = !isServing && isWithinAny(range, policy.apiServer.ranges);
  return isApiServer ? 'these are addresses of the API server' : undefined;
}
