// SPDX-License-Identifier: Apache-2.0
// What a decision without a cluster took for granted, in words.

import type { Evidence, EvidenceEntry } from '../decide/evidence.js';
import { printable, quotedList } from '../vocabulary/printable.js';

/** One text for each answer in `evidence` that nobody gave. */
export const assumptions = (evidence: Evidence): readonly string[] =>
  [...evidence.values()]
    .filter(({ answer }) => answer.state === 'known' && answer.assumed === true)
    .map(inWords);

function inWords(entry: EvidenceEntry): string {
  switch (entry.kind) {
    case 'api-server':
      return 'api-server: only the names that every API server has';
    case 'node':
      return `node ${printable(entry.need.name)}: not there`;
    case 'dns':
      return `dns ${printable(entry.need.name)}: no addresses`;
    case 'claims':
      return `other nodes: none lists ${quotedList([...entry.need.names, ...entry.need.addresses])}`;
    case 'access-review': {
      const isAllowed = entry.answer.state === 'known' && entry.answer.value;
      return `${entry.need.assumption}: ${isAllowed ? 'allowed' : 'not allowed'}`;
    }
  }
}
