// SPDX-License-Identifier: Apache-2.0
// The part of docs/kubelet.md that tells what was observed.

import type { Seen } from './stage.js';

/** One request, and what became of it on both sides. */
export interface Observation {
  readonly what: string;
  readonly theirs: Seen;
  readonly ours: Seen;
  /** The reason of a difference that is meant. */
  readonly why: string | undefined;
}

const BEGIN = '<!-- observed: written by test/e2e/kubelet-parity.test.ts with UPDATE_DOCS=1 -->\n';
const END = '<!-- end of what was observed -->\n';

const cell = (text: string): string => text.replaceAll('|', '\\|');

const becameOf = ({ approved, code }: Seen): string =>
  approved ? 'approved' : code === undefined ? 'not looked at' : `left alone: \`${code}\``;

/** The counts and the table of all differences, whether they are meant or not. */
export function observedText(observations: readonly Observation[]): string {
  const count = (theirs: boolean, ours: boolean): number =>
    observations.filter((each) => each.theirs.approved === theirs && each.ours.approved === ours)
      .length;
  const differences = observations.filter((each) => each.theirs.approved !== each.ours.approved);
  return [
    `Of ${observations.length} requests both approve ${count(true, true)}, and neither approves ${count(false, false)}.`,
    `Only kube-controller-manager approves ${count(true, false)}; only this program approves ${count(false, true)}.`,
    '',
    '| request | kube-controller-manager | here | why |',
    '|---|---|---|---|',
    ...differences.map(
      ({ what, theirs, ours, why }) =>
        `| ${cell(what)} | ${becameOf(theirs)} | ${becameOf(ours)} | ${cell(why ?? '')} |`,
    ),
    '',
  ].join('\n');
}

/** What stands between the marks of `page`; throws when they are not there once. */
export const observedIn = (page: string): string => parts(page)[1];

/** `page` with `text` between its marks. */
export function withObserved(page: string, text: string): string {
  const [before, , after] = parts(page);
  return before + BEGIN + text + END + after;
}

function parts(page: string): readonly [string, string, string] {
  const [before = '', rest, ...more] = page.split(BEGIN);
  const [between = '', after, ...others] = rest?.split(END) ?? [];
  if (after === undefined || more.length + others.length > 0) {
    throw new Error(`the page does not have ${BEGIN.trim()} and its end once`);
  }
  return [before, between, after];
}
