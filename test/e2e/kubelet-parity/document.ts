// SPDX-License-Identifier: Apache-2.0
// The part of docs/kubelet.md that tells what was observed.

import { marksOf } from '../../support/observed-part.js';
import type { Seen } from './stage.js';

/** One request, and what became of it on both sides. */
export interface Observation {
  readonly what: string;
  readonly theirs: Seen;
  readonly ours: Seen;
  /** The reason of a difference that is meant. */
  readonly why: string | undefined;
}

/** The marks around it. */
export const MARKS = marksOf('test/e2e/kubelet-parity.test.ts');

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
