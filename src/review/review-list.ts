// SPDX-License-Identifier: Apache-2.0
// The list of requests that await a person.

import { printable, quoted, quotedList } from '../vocabulary/printable.js';
import { missingRightLines } from './advice-text.js';
import type { Explanation, MissingRight } from './explanation.js';
import { requestSentence } from './request-words.js';

/** The answer of `csr-approver explain --awaiting-review`. */
export interface ReviewList {
  readonly apiVersion: 'kube-csr-approver/v1alpha1';
  readonly kind: 'ReviewList';
  readonly policyHash: string;
  /** The oldest first. */
  readonly items: readonly Explanation[];
  /** Names of pending requests of which it could not be told. */
  readonly notKnown: readonly string[];
  readonly missingRights: readonly MissingRight[];
}

/** What each request wants, and the commands that decide about it. */
export function reviewListText({ items, notKnown, missingRights, policyHash }: ReviewList): string {
  const count = items.length === 1 ? '1 request awaits' : `${items.length} requests await`;
  const lines = [
    `${count} review (policy ${policyHash})`,
    ...items.flatMap(itemLines),
    ...(notKnown.length === 0 ? [] : ['', `could not be told of: ${quotedList(notKnown, 50)}`]),
    ...missingRightLines(missingRights),
  ];
  return `${lines.join('\n')}\n`;
}

function itemLines(explanation: Explanation): readonly string[] {
  const { csr, rule, createdAt, review } = explanation;
  return [
    '',
    `${printable(csr)}, since ${createdAt ?? 'it was created'}, by rule ${rule ?? ''}`,
    `  ${requestSentence(explanation)}.`,
    ...(review === null
      ? [`  its name ${quoted(csr)} has characters that no shell line can show`]
      : [`  ${review.approve}`, `  ${review.deny}`]),
  ];
}
