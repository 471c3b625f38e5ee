// SPDX-License-Identifier: Apache-2.0
// A replay in words: how many, from what to what, and who.

import { printable, quoted } from '../vocabulary/printable.js';
import type { Replay, ReplayedDecision, ReplayRow } from './replayed.js';

/** Requests named in each section; the JSON has them all. */
const MOST_NAMED = 100;

/** Lines of plain text; everything that a requester chose is escaped. */
export function replayText(replay: Replay): string {
  const { candidate, against, total, same, different, unknown, rows } = replay;
  const other = against === null ? 'what was decided' : `policy ${against}`;
  const requests = total === 1 ? '1 request' : `${total} requests`;
  const lines = [
    `${requests}: policy ${candidate} compared with ${other}`,
    `  same       ${same}`,
    `  different  ${different}`,
    `  unknown    ${unknown}`,
    ...section(
      'different',
      rows.filter(({ verdict }) => verdict === 'different'),
    ),
    ...section(
      'unknown',
      rows.filter(({ verdict }) => verdict === 'unknown'),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function section(heading: string, rows: readonly ReplayRow[]): readonly string[] {
  if (rows.length === 0) return [];
  const left = rows.length - MOST_NAMED;
  return [
    '',
    `${heading}:`,
    ...transitions(rows),
    '',
    ...rows.slice(0, MOST_NAMED).flatMap(rowLines),
    ...(left > 0 ? [`  … and ${left} more, which -o json names`] : []),
  ];
}

/** `  approve → deny (LifetimeTooLong)  80`, the most frequent first. */
function transitions(rows: readonly ReplayRow[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { before, after } of rows) {
    const codes = after.codes.length === 0 ? '' : ` (${after.codes.join(', ')})`;
    const words = `${wordOf(before)} → ${wordOf(after)}${codes}`;
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([words, count]) => `  ${String(count).padStart(6)}  ${words}`);
}

const wordOf = ({ decision, known }: ReplayedDecision): string => (known ? decision : 'unknown');

function rowLines(row: ReplayRow): readonly string[] {
  const { csr, requester, signerName, before, after, missing } = row;
  const why = after.message === '' ? '' : `: ${after.message}`;
  return [
    `  ${printable(csr)}, ${quoted(requester)} asks ${printable(signerName)}`,
    `    ${shown(before)} → ${shown(after)}${why}`,
    ...(missing.length === 0 ? [] : [`    not known: ${missing.join(', ')}`]),
  ];
}

function shown(decision: ReplayedDecision): string {
  const { rule, policyHash, reason } = decision;
  if (rule !== null) return `${wordOf(decision)} (rule ${rule}, policy ${policyHash ?? ''})`;
  return reason === '' ? wordOf(decision) : `${wordOf(decision)} (${printable(reason)})`;
}
