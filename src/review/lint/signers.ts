// SPDX-License-Identifier: Apache-2.0
// Rules and signers that do not fit each other.

import type { Ceiling, SignerEntry } from '../../authority/signer-entry.js';
import type { Rule } from '../../decide/rule.js';
import { isKubernetesSigner, wellKnownUsages } from '../../request/well-known-signers.js';
import { SUBJECT_FIELDS } from '../../request/subject-fields.js';
import { quoted, quotedList } from '../../vocabulary/printable.js';
import { type Finder, type Finding, inRule, inSigner, type LintView } from './finding.js';
import { isWithinAny } from './ranges.js';
import { boundLists, ceilingLists, placeOfWord, type WordList } from './word-lists.js';
import type { NameKind } from './name-kinds.js';
import { setOf, textSet } from './word-sets.js';

/** Signers for whose name no rule approves. */
export const findSignersWithoutRule: Finder = (view) =>
  [...view.signers.keys()]
    .filter((signerName) => rulesInForce(view, signerName).length === 0)
    .map((signerName) => ({
      code: 'SignerWithoutRule',
      path: inSigner(signerName),
      message: `no rule approves requests for ${signerName}`,
    }));

const rulesInForce = (view: LintView, signerName: string): readonly Rule[] =>
  view.rules.filter(({ match, mode }) => match.signerName === signerName && mode !== 'shadow');

/** Signed by kube-controller-manager beside those with a contract. */
const OTHERS_OF_KUBERNETES = ['kubernetes.io/legacy-unknown'];

/** Rules for names that nobody known signs. */
export const findRulesWithoutSigner: Finder = (view) =>
  view.rules.flatMap((rule) => {
    const { signerName } = rule.match;
    const known = [...Object.keys(wellKnownUsages), ...OTHERS_OF_KUBERNETES];
    if (view.signers.has(signerName) || known.includes(signerName)) return [];
    const message = isKubernetesSigner(signerName)
      ? `Kubernetes has no signer of the name ${signerName}; it has ${known.join(', ')}`
      : `this policy does not sign for ${signerName}`;
    return [{ code: 'RuleWithoutSigner', path: inRule(rule, 'match', 'signerName'), message }];
  });

/** What rules approve and the signer of the same policy refuses. */
export const findBeyondSigner: Finder = (view) =>
  view.rules.flatMap((rule) => {
    const signer = view.signers.get(rule.match.signerName);
    const allow = signer?.allow;
    if (signer === undefined || allow === undefined) return [];
    return [
      ...presetBeyond(view, rule, signer),
      ...boundLists(view, rule).flatMap((list) => beyond(view, rule, list, signer)),
      ...rangesBeyond(view, rule, allow),
      ...rule.usages
        .filter((usage) => !allow.usages.includes(usage))
        .map((usage) =>
          finding(inRule(rule, 'usages'), `the signer does not give the usage ${quoted(usage)}`),
        ),
    ];
  });

const finding = (path: Finding['path'], message: string): Finding => ({
  code: 'BeyondSigner',
  path,
  message,
});

function beyond(
  view: LintView,
  rule: Rule,
  list: WordList,
  signer: SignerEntry,
): readonly Finding[] {
  // Attributes that a signer does not name are left out, not refused.
  if (list.kind === 'subject attribute') return [];
  const given = ceilingLists(signer).find(({ kind }) => kind === list.kind)?.words;
  if (given === undefined) {
    return [
      finding(
        list.path,
        `the signer gives nothing of this kind: ${fieldOf(list)} is not in its allow`,
      ),
    ];
  }
  return list.words.flatMap((word, index) => {
    const names = setOf(list.kind, [word], view.holes(rule));
    const limits = setOf(list.kind, given);
    // What a template inserts is known only as far as it can be, so it counts when nothing of it is given.
    const isSure = word.kind !== 'template' || view.sets.isEmpty([names, limits]);
    const example = isSure ? view.sets.example([names], [limits]) : undefined;
    if (example === undefined) return [];
    const shown =
      word.kind === 'literal' ? quoted(word.source) : `names such as ${quoted(example)}`;
    return [finding(placeOfWord(view, list, index), `the signer does not give ${shown}`)];
  });
}

/** A kubelet's certificate has a name and a group of its own, whatever else is in it. */
function presetBeyond(view: LintView, rule: Rule, signer: SignerEntry): readonly Finding[] {
  if (rule.preset === undefined) return [];
  const given = ceilingLists(signer);
  const gives = (kind: NameKind, text: string): boolean => {
    const words = given.find((list) => list.kind === kind)?.words ?? [];
    return !view.sets.isEmpty([setOf(kind, words), textSet(kind, text)]);
  };
  const path = inSigner(signer.signerName, 'allow', 'subject');
  return [
    ...(gives('common name', 'system:node:.+')
      ? []
      : [
          finding(
            path,
            'no kubelet gets a certificate: allow takes no common name system:node:NAME',
          ),
        ]),
    ...(gives('organization', 'system:nodes')
      ? []
      : [finding(path, 'no kubelet gets a certificate: allow takes no organization system:nodes')]),
  ];
}

const fieldOf = ({ path }: WordList): string => path.slice(2).join('.');

function rangesBeyond(view: LintView, rule: Rule, allow: Ceiling): readonly Finding[] {
  const path = inRule(rule, 'sans', 'ip');
  if (!view.isWritten(path)) return [];
  return (rule.sans.ip ?? []).flatMap((range, index) =>
    isWithinAny(range, allow.ip ?? [])
      ? []
      : [finding([...path, index], `the signer does not give all addresses of ${range.source}`)],
  );
}

/** Attributes that a rule judges and the signer leaves out. */
export const findAttributesLeftOut: Finder = (view) =>
  view.rules.flatMap((rule) => {
    const signer = view.signers.get(rule.match.signerName);
    if (signer === undefined) return [];
    const given = Object.keys(signer.allow?.attributes ?? {});
    return SUBJECT_FIELDS.filter(
      ([, type]) => rule.attributes[type] !== undefined && !given.includes(type),
    ).map(([field]): Finding => {
      const message = `the signer gives no ${field}, so that it does not stand in the certificate`;
      return { code: 'AttributeLeftOut', path: inRule(rule, 'subject', field), message };
    });
  });

/** Parts of a ceiling that no rule of the name approves. */
export const findWideSigners: Finder = (view) =>
  [...view.signers.values()].flatMap((signer) => {
    const rules = rulesInForce(view, signer.signerName);
    const { allow } = signer;
    if (allow === undefined || rules.length === 0) return [];
    const at = (...field: Finding['path']) => inSigner(signer.signerName, 'allow', ...field);
    const approved = new Set(rules.flatMap((rule) => boundKinds(view, rule)));
    const usages = allow.usages.filter((each) => !rules.some((rule) => rule.usages.includes(each)));
    const unapproved = [
      ...ceilingLists(signer)
        .filter(({ kind }) => !approved.has(kind))
        .map(({ path }) => path),
      ...(allow.ip === undefined || approved.has('ip') ? [] : [at('sans', 'ip')]),
    ];
    return [
      ...unapproved.map((path) => wider(path, `no rule approves ${path.slice(3).join('.')}`)),
      ...(usages.length === 0
        ? []
        : [wider(at('usages'), `no rule approves the usages ${quotedList(usages)}`)]),
    ];
  });

const wider = (path: Finding['path'], message: string): Finding => ({
  code: 'SignerWiderThanRules',
  path,
  message,
});

/** Presets fill names that are not written: whatever a kubelet has. */
const boundKinds = (view: LintView, rule: Rule): readonly string[] =>
  rule.preset === undefined
    ? [
        ...boundLists(view, rule).map(({ kind }) => kind),
        ...(rule.sans.ip === undefined ? [] : ['ip']),
      ]
    : ['common name', 'organization', 'dns', 'ip'];
