// SPDX-License-Identifier: Apache-2.0
// The list of issued certificates as a table that a terminal can show.

import { roughDuration } from '../vocabulary/durations.js';
import type { IssuedItem, IssuedList, IssuedTo } from './issued-list.js';

const MAX_SUBJECT_COLUMNS = 40;
const MAX_NAMES_COLUMNS = 92;
const MAX_REQUESTER_COLUMNS = 48;

/** Lines of plain text; the list has escaped everything that a requester chose. */
export function issuedListText(list: IssuedList): string {
  const { items, unreadable, at } = list;
  const nowMs = Date.parse(at);
  const rows = items.map((item) => ({
    item,
    cells: [
      shownTime(item.notAfter),
      item.expired ? 'expired' : roughDuration((Date.parse(item.notAfter) - nowMs) / 1000),
      cut(item.subject ?? '(not readable)', MAX_SUBJECT_COLUMNS) || '(none)',
      item.csr,
    ],
  }));
  const table = [['ENDS', 'LEFT', 'SUBJECT', 'CSR'], ...rows.map(({ cells }) => cells)];
  const widths = [0, 1, 2].map((column) =>
    Math.max(...table.map((cells) => cells[column]?.length ?? 0)),
  );
  const lineOf = (cells: readonly string[]): string =>
    cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  const lines = [
    heading(list),
    ...(rows.length === 0 ? [] : ['', lineOf(table[0] ?? [])]),
    ...rows.flatMap(({ item, cells }) => [lineOf(cells), ...detailLines(item)]),
    ...(unreadable.length === 0 ? [] : ['', 'certificates that cannot be read, in:']),
    ...unreadable.map((to) => `  ${to.csr}: ${askedBy(to)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function heading({ items, total, endsBy }: IssuedList): string {
  const all = total === 1 ? '1 certificate' : `${total} certificates`;
  const order = items.length > 1 ? ', the soonest to end first' : '';
  if (endsBy === null) return `${all}${order}`;
  return `${items.length} of ${all} ending by ${shownTime(endsBy)}${order}`;
}

const detailLines = (item: IssuedItem): readonly string[] => [
  `  ${askedBy(item)}`,
  ...(item.sans === null || item.sans.length === 0
    ? []
    : [`  for ${cut(item.sans.join(', '), MAX_NAMES_COLUMNS)}`]),
];

/** `jane asked kubernetes.io/kube-apiserver-client, rule developers`. */
function askedBy({ requester, signerName, claimedRule, approvedReason }: IssuedTo): string {
  const who = cut(requester, MAX_REQUESTER_COLUMNS) || 'somebody';
  const approval = claimedRule === null ? approvedReason : `rule ${claimedRule}`;
  return `${who} asked ${signerName}${approval === null ? '' : `, ${approval}`}`;
}

/** RFC 3339 to the second, as certificates have it. */
const shownTime = (time: string): string => `${time.slice(0, 19)}Z`;

function cut(text: string, columns: number): string {
  const characters = Array.from(text);
  return characters.length <= columns ? text : `${characters.slice(0, columns - 1).join('')}…`;
}
