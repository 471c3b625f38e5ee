// SPDX-License-Identifier: Apache-2.0
// The rows about one request at a time.

import { type Row, millisecondsText, ratioText } from '../row.js';
import { median, quantile } from '../statistics.js';
import type { Waits } from './latency.js';

/** design: what good looks like. */
const APPROVED_MS = 6;
const ISSUED_MS = 12;
const TAIL = 3;

export const latencyRows = (ours: Waits, raw: Waits): readonly Row[] => [
  ...rowsOf('create → approved', ours.approvedMs, raw.approvedMs, APPROVED_MS),
  ...rowsOf('create → issued', ours.issuedMs, raw.issuedMs, ISSUED_MS),
];

function rowsOf(
  what: string,
  ours: readonly number[],
  raw: readonly number[],
  goalMs: number,
): readonly Row[] {
  const p50 = median(ours);
  const p99 = quantile(ours, 0.99);
  const rawP50 = median(raw);
  const rawP99 = quantile(raw, 0.99);
  return [
    {
      what: `${what}, p50`,
      figure: millisecondsText(p50),
      beside: `raw client: ${millisecondsText(rawP50)}`,
      ratio: ratioText(p50 / rawP50),
      goal: { text: `≤ ${goalMs} ms`, isMet: p50 <= goalMs },
    },
    {
      what: `${what}, p99`,
      figure: millisecondsText(p99),
      beside: `raw client: ${millisecondsText(rawP99)}`,
      ratio: ratioText(p99 / rawP99),
      goal: { text: `≤ ${TAIL} × p50 (${millisecondsText(TAIL * p50)})`, isMet: p99 <= TAIL * p50 },
    },
  ];
}
