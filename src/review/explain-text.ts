// SPDX-License-Identifier: Apache-2.0
// An explanation in words, for a person at a terminal.

import { shownSeconds } from '../vocabulary/durations.js';
import { printable, quotedList } from '../vocabulary/printable.js';
import type { ExplainedCheck, Explanation } from './explain.js';

/** Lines of plain text; everything that a requester chose is escaped. */
export function explanationText(explanation: Explanation): string {
  const { decision, rule, policyHash, reason, message, until, assumed } = explanation;
  const origin = rule === null ? `policy ${policyHash}` : `rule ${rule}, policy ${policyHash}`;
  const lines = [
    `${printable(explanation.csr)}: ${decision}${until === null ? '' : ` until ${until}`} (${origin})`,
    `  ${reason}: ${message}`,
    '',
    ...requestLines(explanation),
    ...explanation.rules.flatMap((each) => [
      '',
      `rule ${each.name} (${each.mode}): ${each.outcome}`,
      ...checkLines(each.checks),
    ]),
    ...(assumed.length === 0
      ? []
      : ['', `assumed, since nothing given says otherwise: ${assumed.join('; ')}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function requestLines({
  requester,
  signerName,
  facts,
  usages,
  expirationSeconds,
  state,
}: Explanation) {
  const rows: [string, string][] = [
    ['state', state],
    [
      'requester',
      `${printable(requester.username) || '(not said)'}, groups ${quotedList(requester.groups)}`,
    ],
    ['signer', signerName],
  ];
  if (facts !== null) {
    const subject = facts.subject
      .map(({ type, value }) => `${type}=${printable(value)}`)
      .join(', ');
    const names = facts.sans.map(({ kind, value }) => `${kind} ${printable(value)}`).join(', ');
    rows.push(['subject', subject || 'none'], ['names', names || 'none'], ['key', facts.key]);
    if (facts.ignored.length > 0) rows.push(['ignored', facts.ignored.join(', ')]);
  }
  rows.push(['usages', quotedList(usages)]);
  rows.push([
    'lifetime',
    expirationSeconds === null ? 'not said' : shownSeconds(expirationSeconds),
  ]);
  return rows.map(([name, text]) => `  ${name.padEnd(10)} ${text}`);
}

const MARKS = { pass: '✓', violation: '✗', transient: '…', skipped: '-' } as const;

/** What was asked, a line each; of what was not, which can be two dozen checks, only the number. */
function checkLines(checks: readonly ExplainedCheck[]): readonly string[] {
  const asked = checks.filter(({ outcome }) => outcome !== 'skipped').map(checkLine);
  const skipped = checks.length - asked.length;
  return skipped === 0 ? asked : [...asked, `  - ${skipped} checks were not asked any more`];
}

function checkLine({ code, outcome, want, saw, source }: ExplainedCheck): string {
  return `  ${MARKS[outcome]} ${code.padEnd(24)} want ${want}; saw ${saw} (${source})`;
}
