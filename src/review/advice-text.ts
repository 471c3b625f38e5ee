// SPDX-License-Identifier: Apache-2.0
// What whoever asked can do now: the commands of a review, what would have to change, and what could not be learned.

import type { Explanation, MissingRight } from './explanation.js';
import type { UnmatchedRule } from './unmatched.js';

/** Sections, each with its heading; each begins with an empty line. */
export const adviceLines = (explanation: Explanation): readonly string[] => [
  ...unmatchedLines(explanation),
  ...reviewLines(explanation),
  ...remedyLines(explanation),
  ...missingRightLines(explanation.missingRights),
  ...assumedLines(explanation),
];

/** Only where no rule spoke: else the rules that did are of interest. */
function unmatchedLines({ rules, unmatched, signerName }: Explanation): readonly string[] {
  if (rules.length > 0) return [];
  if (unmatched.length === 0) {
    return [
      '',
      `no rule is for the signer ${signerName}: if it is somebody else's, its own controller or a person decides; else write a rule`,
    ];
  }
  return ['', 'rules for this signer that do not speak of it:', ...unmatched.flatMap(missLines)];
}

const missLines = ({ name, mode, misses }: UnmatchedRule): readonly string[] =>
  misses.map(({ part, want, saw }) => `  ${name} (${mode}): ${part} want ${want}; saw ${saw}`);

function reviewLines({ decision, state, review }: Explanation): readonly string[] {
  if (decision !== 'review' || state !== 'pending') return [];
  if (review === null) {
    return ['', 'a person is to decide; its name has characters that no shell line can show'];
  }
  return ['', 'a person is to decide:', `  ${review.approve}`, `  ${review.deny}`];
}

function remedyLines({ remedies, state }: Explanation): readonly string[] {
  if (remedies.length === 0 || state === 'approved' || state === 'issued') return [];
  const heading =
    state === 'pending'
      ? 'to be approved:'
      : 'this request is final; for another one to be approved:';
  return [
    '',
    heading,
    ...remedies.flatMap(({ code, requester, operator }) => [
      `  ${code}`,
      `    requester: ${requester}`,
      `    operator: ${operator}`,
    ]),
  ];
}

/** A section about the rights that whoever asks lacks; empty without any. */
export function missingRightLines(missingRights: readonly MissingRight[]): readonly string[] {
  if (missingRights.length === 0) return [];
  return [
    '',
    'not known, since you lack rights that the controller has:',
    ...missingRights.map(({ right, neededFor }) => `  ${right}: ${neededFor}`),
  ];
}

const assumedLines = ({ assumed }: Explanation): readonly string[] =>
  assumed.length === 0
    ? []
    : ['', `assumed, since nothing given says otherwise: ${assumed.join('; ')}`];
