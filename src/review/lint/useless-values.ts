// SPDX-License-Identifier: Apache-2.0
// Values that let nothing pass beside others that do.

import { quoted } from '../../vocabulary/printable.js';
import type { Finder, Finding } from './finding.js';
import { neverMatches } from './never.js';
import {
  areNamesImpossible,
  type Useless,
  uselessRanges,
  uselessUsages,
  uselessWords,
} from './useless-words.js';
import { boundLists, matchLists, type WordList } from './word-lists.js';

/**
 * Values that are useless beside others that are not. Where the rule as a whole never matches or never approves for
 * them, that is told instead.
 */
export const findUselessValues: Finder = (view) =>
  view.rules.flatMap((rule) => {
    const isImpossible = areNamesImpossible(view, rule);
    // Of a rule that never matches, what its templates insert is nothing.
    const bounds = neverMatches(view, rule) ? [] : boundLists(view, rule);
    const required = [...matchLists(rule), ...bounds]
      .filter(({ path }) => !(isImpossible && path[2] === 'sans'))
      .flatMap((list) => {
        const useless = uselessWords(view, rule, list);
        return useless.length === list.words.length && isRequired(list) ? [] : useless;
      });
    const ranges = isImpossible ? [] : uselessRanges(view, rule);
    return [...required, ...ranges, ...uselessUsages(view, rule)].map(findingOf);
  });

const isRequired = ({ path, kind }: WordList): boolean =>
  path[2] === 'match' || kind === 'common name';

const findingOf = ({ path, source, why }: Useless): Finding => ({
  code: 'UselessValue',
  path,
  message: `${quoted(source)} lets nothing pass: ${why}`,
});
