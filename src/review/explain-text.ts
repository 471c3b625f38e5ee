// SPDX-License-Identifier: Apache-2.0
// An explanation in words, for a person at a terminal.

import { printable } from '../vocabulary/printable.js';
import { adviceLines } from './advice-text.js';
import type { Explanation } from './explanation.js';
import type { ExplainedCheck } from './explained-check.js';
import { historyLines } from './history-text.js';
import { requestRows, requestSentence } from './request-words.js';

/** Lines of plain text; everything that a requester chose is escaped. */
export function explanationText(explanation: Explanation): string {
  const history = historyLines(explanation);
  const lines = [
    headline(explanation),
    `  ${explanation.reason}: ${explanation.message}`,
    ...(history.length === 0 ? [] : ['', ...history.map((line) => `  ${line}`)]),
    '',
    `  ${requestSentence(explanation)}.`,
    '',
    ...requestRows(explanation),
    ...explanation.rules.flatMap(({ name, mode, outcome, checks }) => [
      '',
      `rule ${name} (${mode}): ${outcome}`,
      ...checkLines(checks),
    ]),
    ...adviceLines(explanation),
  ];
  return `${lines.join('\n')}\n`;
}

/** `jane-laptop: wait until 2026-… (rule developers, policy 3f9c1a2b)`. */
function headline(explanation: Explanation): string {
  const { csr, state, decision, known, until, rule, policyHash } = explanation;
  const origin = rule === null ? `policy ${policyHash}` : `rule ${rule}, policy ${policyHash}`;
  const outcome = `${decision}${until === null ? '' : ` until ${until}`}`;
  const today = known ? outcome : `not known; with what is known ${outcome}`;
  const words = state === 'pending' ? today : `${state}; today's answer would be: ${today}`;
  return `${printable(csr)}: ${words} (${origin})`;
}

const MARKS = { pass: '✓', violation: '✗', transient: '…', unknown: '?', skipped: '-' } as const;

/** Of checks that were not asked, which can be two dozen, so many are named. */
const NAMED_SKIPPED = 6;

function checkLines(checks: readonly ExplainedCheck[]): readonly string[] {
  const asked = checks.filter(({ outcome }) => outcome !== 'skipped').map(checkLine);
  const skipped = checks.filter(({ outcome }) => outcome === 'skipped').map(({ code }) => code);
  if (skipped.length === 0) return asked;
  const named = skipped.length > NAMED_SKIPPED ? '' : `: ${skipped.join(', ')}`;
  return [...asked, `  ${MARKS.skipped} ${skipped.length} checks were not asked any more${named}`];
}

function checkLine({ code, outcome, want, saw, source }: ExplainedCheck): string {
  return `  ${MARKS[outcome]} ${code.padEnd(24)} want ${want}; saw ${saw} (${source})`;
}
