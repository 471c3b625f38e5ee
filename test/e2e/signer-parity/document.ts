// SPDX-License-Identifier: Apache-2.0
// The part of docs/signing.md that tells what was observed.

import { marksOf } from '../../support/observed-part.js';
import type { Observation } from './observe.js';
import type { Became } from './stage.js';

/** The marks around it. */
export const MARKS = marksOf('test/e2e/signer-parity.test.ts');

/** An observation whose difference is meant, with the reason. */
export interface Explained {
  readonly observation: Observation;
  readonly why: string | undefined;
}

const isAlike = ({ theirs, ours, fields }: Observation): boolean =>
  theirs.kind === ours.kind && fields.length === 0;

/** The counts, and the table of all differences, whether they are meant or not. */
export function observedText(explained: readonly Explained[]): string {
  const all = explained.map(({ observation }) => observation);
  const alike = all.filter(isAlike);
  const count = (kind: Became['kind']): number =>
    alike.filter(({ ours }) => ours.kind === kind).length;
  const onlyHere = all.filter(
    ({ theirs, ours }) => ours.kind === 'signed' && theirs.kind !== 'signed',
  );
  return [
    `Of ${all.length} approved requests, ${count('signed')} get the same certificate from both but for serial number, times and signature,`,
    `${count('failed')} are marked as failed by both, and ${count('waits')} by neither signed nor failed. Signed only here: ${onlyHere.length}.`,
    'The others:',
    '',
    '| request | of | kube-controller-manager | here | why |',
    '|---|---|---|---|---|',
    ...grouped(explained.filter(({ observation }) => !isAlike(observation))),
    '',
  ].join('\n');
}

/** Rows that differ in the signer alone are one. */
function grouped(explained: readonly Explained[]): readonly string[] {
  const rows = new Map<string, { readonly before: string; readonly after: string; of: string[] }>();
  for (const { observation, why } of explained) {
    const [of = '', ...rest] = observation.what.split(': ');
    const what = rest.join(': ');
    const after = [...becameOf(observation), why ?? ''].map(cell).join(' | ');
    const row = rows.get(`${what} ${after}`) ?? { before: cell(what), after, of: [] };
    row.of.push(of);
    rows.set(`${what} ${after}`, row);
  }
  return [...rows.values()].map(
    ({ before, after, of }) => `| ${before} | ${of.join(', ')} | ${after} |`,
  );
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** What openssl calls a field that differs; the rest tells itself. */
const SHOWN: Readonly<Record<string, string>> = {
  subject: 'Subject',
  names: 'Subject Alternative Name',
};

function becameOf({ theirs, ours, read, fields }: Observation): readonly [string, string] {
  if (read === undefined) return [wordsOf(theirs), wordsOf(ours)];
  const valueOf = (side: 'theirs' | 'ours'): string =>
    fields
      .map((field) => read[side].openssl[SHOWN[field] ?? field] ?? field)
      .map(
        (text) =>
          `\`${text
            .replace(/^[^:]*:/, '')
            .replaceAll(/\s+/g, ' ')
            .trim()}\``,
      )
      .join(', ');
  return [valueOf('theirs'), valueOf('ours')];
}

function wordsOf(became: Became): string {
  switch (became.kind) {
    case 'signed':
      return 'signed';
    case 'failed':
      return `failed: \`${became.reason}\``;
    case 'waits':
      return /^\w+$/.test(became.why) ? `waits: \`${became.why}\`` : 'tried for ever';
  }
}
