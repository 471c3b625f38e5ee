// SPDX-License-Identifier: Apache-2.0
// Shows what came of the requests, and compares it with what must come of them.

import { sayTable } from './terminal.mjs';

/** @type {Record<string, import('./terminal.mjs').Style>} */
const STYLES = {
  issued: 'green',
  denied: 'red',
  failed: 'red',
  refused: 'magenta',
  'left alone': 'yellow',
};

/** @param {import('./outcomes.mjs').Outcome[]} outcomes */
export function showOutcomes(outcomes) {
  sayTable(
    [
      { heading: 'WHO ASKED', share: 2 },
      { heading: 'FOR WHAT, FROM WHICH SIGNER', share: 3 },
      { heading: 'DECISION', width: 10 },
      { heading: 'DECIDED BY', width: 19 },
    ],
    outcomes.map((outcome) => ({
      title: outcome.request.title,
      cells: cellsOf(outcome),
      note: `→ ${[outcome.reason, outcome.message].filter((text) => text !== '').join(': ')}`,
    })),
  );
}

/**
 * @param {import('./outcomes.mjs').Outcome} outcome
 * @returns {import('./terminal.mjs').Paragraph[][]}
 */
function cellsOf({ request, shown, by, decision, rule }) {
  const { requester, signerName, expirationSeconds, isApprovedByHand } = request;
  const lifetime = expirationSeconds === undefined ? '' : `, ${expirationSeconds / 3600}h`;
  const aside = [
    ...(rule === undefined ? [] : [`rule ${rule}`]),
    ...(isApprovedByHand ? ['approved by hand'] : []),
  ];
  return [
    [requester.username, ...requester.groups.map(dim)],
    [...shown, dim(`${signerName}${lifetime}`)],
    [{ text: decision, style: STYLES[decision] ?? 'bold' }],
    [by, ...aside.map(dim)],
  ];
}

/** @type {(text: string) => import('./terminal.mjs').Paragraph} */
const dim = (text) => ({ text, style: 'dim' });

/**
 * One line for each thing that came out otherwise than the demo expects.
 * @param {import('./outcomes.mjs').Outcome[]} outcomes
 */
export function surprisesIn(outcomes) {
  return outcomes.flatMap((outcome) => {
    const { expected, name } = outcome.request;
    const pairs = /** @type {const} */ (['by', 'decision', 'rule', 'reason']).map((field) => ({
      field,
      want: expected[field],
      saw: outcome[field],
    }));
    return pairs
      .filter(({ want, saw }) => want !== saw)
      .map(({ field, want, saw }) => `${name}: ${field} is "${saw}", expected was "${want}"`);
  });
}
