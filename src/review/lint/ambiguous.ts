// SPDX-License-Identifier: Apache-2.0
// Templates by which two different requesters can get the same name.

import type { Rule } from '../../decide/rule.js';
import type { Matcher } from '../../vocabulary/matchers.js';
import { quoted } from '../../vocabulary/printable.js';
import { type Finder, type Finding, type LintView } from './finding.js';
import { areNamed, onlyNamespace } from './requesters.js';
import { boundLists, placeOfWord, type WordList } from './word-lists.js';
import { setOf } from './word-sets.js';

const NAMESPACE = 'requester.serviceAccount.namespace';
const NAME = 'requester.serviceAccount.name';

/** Characters that a value can hold; of names that are not here, all. */
const CHARACTERS: Readonly<Record<string, RegExp>> = {
  [NAMESPACE]: /[a-z0-9-]/,
  [NAME]: /[a-z0-9.-]/,
  'node.name': /[a-z0-9.-]/,
};

/** Templates of rules in which the requester is what makes a name unique. */
export const findAmbiguous: Finder = (view) =>
  view.rules
    .filter((rule) => rule.preset === undefined && !areNamed(rule))
    .flatMap((rule) =>
      boundLists(view, rule).flatMap((list) => [
        ...list.words.flatMap((word, index) => {
          const message = whyAmbiguous(rule, word);
          return message === undefined ? [] : [found(placeOfWord(view, list, index), message)];
        }),
        ...meetings(view, rule, list),
      ]),
    );

const found = (path: Finding['path'], message: string): Finding => ({
  code: 'AmbiguousTemplate',
  path,
  message,
});

function whyAmbiguous(rule: Rule, word: Matcher): string | undefined {
  if (word.kind !== 'template') return undefined;
  const parts = word.source.split(/\{([^{}]*)\}/);
  const inserted = parts.filter((_, index) => index % 2 === 1);
  for (const [index, left] of inserted.slice(0, -1).entries()) {
    const right = inserted[index + 1] ?? '';
    const between = parts[index * 2 + 2] ?? '';
    if (isSeparator(between, left) || isSeparator(between, right)) continue;
    return between === ''
      ? `nothing stands between {${left}} and {${right}}, so that different values give the same name`
      : `{${left}} and {${right}} can both hold ${quoted(between)}, so that different values give the same name`;
  }
  if (!inserted.includes(NAME) || inserted.includes(NAMESPACE)) return undefined;
  if (onlyNamespace(rule) !== undefined) return undefined;
  return 'service accounts of the same name in different namespaces get the same name';
}

/** Whether some character of `between` cannot be in the value, so that it tells where the value ends. */
const isSeparator = (between: string, name: string): boolean =>
  Array.from(between).some((character) => !(CHARACTERS[name] ?? /[^]/).test(character));

/** Two templates of one list of identities that can give two requesters the same one. */
function meetings(view: LintView, rule: Rule, list: WordList): readonly Finding[] {
  if (list.kind !== 'common name') return [];
  const templates = list.words.flatMap((word, index) =>
    word.kind === 'template' ? [{ word, index }] : [],
  );
  return templates.flatMap(({ word, index }, position) => {
    const other = templates.slice(0, position).find((each) => {
      const sets = [each.word, word].map((one) => setOf(list.kind, [one], view.holes(rule)));
      return view.sets.example(sets, []) !== undefined;
    });
    if (other === undefined) return [];
    const message = `one requester's ${quoted(word.source)} can be another's ${quoted(other.word.source)}`;
    return [found(placeOfWord(view, list, index), message)];
  });
}
