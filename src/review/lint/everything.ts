// SPDX-License-Identifier: Apache-2.0
// Patterns and ranges that hold everything of their kind.

import type { AddressRange } from '../../vocabulary/addresses.js';
import type { Path } from '../../policy/problem.js';
import type { Matcher } from '../../vocabulary/matchers.js';
import { type Finder, type Finding, inRule, inSigner, type LintView } from './finding.js';
import { type NameKind, nameKinds } from './name-kinds.js';
import { isWhole, wholeFamilies } from './ranges.js';
import { boundLists, ceilingLists, matchLists, placeOfWord, type WordList } from './word-lists.js';
import { setOf, textSet } from './word-sets.js';

/** Whether `word` matches every usual name of its kind. */
export const matchesEverything = ({ sets }: LintView, kind: NameKind, word: Matcher): boolean =>
  word.kind === 'pattern' &&
  sets.isEmpty([textSet(kind, nameKinds[kind].usual)], [setOf(kind, [word])]);

/** Words and ranges that an operator wrote and that hold everything. */
export const findEverything: Finder = (view) => [
  ...view.rules.flatMap((rule) => [
    ...[...matchLists(rule), ...boundLists(view, rule)].flatMap((list) => inList(view, list)),
    ...wholeRanges(view, inRule(rule, 'sans', 'ip'), rule.sans.ip),
  ]),
  ...[...view.signers.values()].flatMap((signer) => [
    ...ceilingLists(signer).flatMap((list) => inList(view, list)),
    ...wholeRanges(view, inSigner(signer.signerName, 'allow', 'sans', 'ip'), signer.allow?.ip),
  ]),
];

const inList = (view: LintView, list: WordList): readonly Finding[] =>
  list.words.flatMap((word, index) =>
    matchesEverything(view, list.kind, word)
      ? [
          {
            code: 'MatchesEverything',
            path: placeOfWord(view, list, index),
            message: `the pattern matches all usual ${nameKinds[list.kind].noun}`,
            ...adviceFor(list),
          },
        ]
      : [],
  );

/** Places where there are words for everything. */
function adviceFor({ path, kind }: WordList): { readonly fix?: string } {
  if (path[2] !== 'match') return {};
  if (kind === 'node')
    return { fix: 'Leave match.nodes out, or write a pattern with a fixed part' };
  if (kind === 'service account') {
    return {
      fix: 'Write the namespaces; for all service accounts, groups: [system:serviceaccounts]',
    };
  }
  if (kind === 'extra value') return {};
  return { fix: 'Write who may ask; for everybody, "requester: anyone"' };
}

function wholeRanges(
  view: LintView,
  path: Path,
  ranges: readonly AddressRange[] = [],
): readonly Finding[] {
  if (!view.isWritten(path)) return [];
  const alone = ranges.flatMap((range, index) =>
    isWhole(range)
      ? [everyAddress([...path, index], `${range.source} holds all addresses of its kind`)]
      : [],
  );
  if (alone.length > 0) return alone;
  return wholeFamilies(ranges).map((family) =>
    everyAddress(path, `these ranges together hold all IPv${family === 32 ? 4 : 6} addresses`),
  );
}

const everyAddress = (path: Path, message: string): Finding => ({
  code: 'MatchesEverything',
  path,
  message,
});
