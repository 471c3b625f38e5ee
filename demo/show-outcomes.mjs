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
  'awaits review': 'yellow',
  waits: 'yellow',
};

/** @param {import('./outcomes.mjs').Outcome[]} outcomes */
export function showOutcomes(outcomes) {
  sayTable(
    [
      { heading: 'WHO ASKED', share: 5 },
      { heading: 'FOR WHAT, FROM WHICH SIGNER', share: 9 },
      { heading: 'DECISION', width: 10 },
      { heading: 'DECIDED BY', width: 20 },
    ],
    outcomes.map((outcome) => ({
      title: outcome.request.title,
      cells: cellsOf(outcome),
      notes: notesOf(outcome),
    })),
  );
}

/**
 * @param {import('./outcomes.mjs').Outcome} outcome
 * @returns {import('./terminal.mjs').Paragraph[][]}
 */
function cellsOf({ request, shown, by, before, decision, rule }) {
  const { requester, signerName, expirationSeconds } = request;
  const lifetime = expirationSeconds === undefined ? '' : `, ${expirationSeconds / 3600}h`;
  return [
    [requester.username, ...requester.groups.map(dim)],
    [...shown, dim(`${signerName}${lifetime}`)],
    before === undefined
      ? [inColour(decision)]
      : [inColour(before.decision), inColour(decision, '→ ')],
    [by, ...(rule === undefined ? [] : [dim(`rule ${rule}`)])],
  ];
}

/** @type {(text: string) => import('./terminal.mjs').Paragraph} */
const dim = (text) => ({ text, style: 'dim' });

/** @type {(decision: string, mark?: string) => import('./terminal.mjs').Paragraph} */
const inColour = (decision, mark = '') => ({
  text: mark + decision,
  style: STYLES[decision] ?? 'bold',
});

/**
 * @param {import('./outcomes.mjs').Outcome} outcome
 * @returns {import('./terminal.mjs').Note[]}
 */
function notesOf({ request, before, shadow, ...end }) {
  return [
    ...(before === undefined
      ? []
      : [...why(before), { mark: '✎', text: request.change?.what ?? '', style: CHANGE }]),
    ...why(end),
    ...(shadow === undefined ? [] : [{ mark: '◌', text: `in shadow: ${shadow}`, style: CHANGE }]),
  ];
}

const CHANGE = /** @type {const} */ ('cyan');

/**
 * A command stands on a line of its own, to be copied.
 * @param {{ reason: string, message: string }} seen
 * @returns {import('./terminal.mjs').Note[]}
 */
function why({ reason, message }) {
  const [text = '', ...commands] = message.split(/; to (?:approve|deny) it: /);
  return [
    { mark: '→', text: text === '' ? reason : `${reason}: ${text}` },
    ...commands.map((command) => ({ mark: '$', text: command, style: CHANGE })),
  ];
}

/**
 * One line for each thing that came out otherwise than the demo expects.
 * @param {import('./outcomes.mjs').Outcome[]} outcomes
 */
export function surprisesIn(outcomes) {
  return outcomes.flatMap((outcome) => {
    const { expected, name } = outcome.request;
    const wanted = Object.entries(comparable(expected));
    const saw = new Map(Object.entries(comparable(outcome)));
    return wanted
      .filter(([field, want]) => want !== saw.get(field))
      .map(([field, want]) => `${name}: ${field} is "${saw.get(field)}", expected was "${want}"`);
  });
}

/** @param {import('./requests.mjs').Expected | import('./outcomes.mjs').Outcome} side */
function comparable({ by, decision, rule, reason, before, shadow }) {
  const first = before && `${before.decision}: ${before.reason}`;
  return { by, decision, rule, reason, before: first, shadow };
}
