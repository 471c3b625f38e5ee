// SPDX-License-Identifier: Apache-2.0
// A request in plain words: who asks whom for what, in which names, with which key, for how long.

import { shownSeconds } from '../vocabulary/durations.js';
import { printable, quoted, quotedList } from '../vocabulary/printable.js';
import type { Explanation } from './explanation.js';

/** One sentence; everything that a requester chose is escaped. */
export function requestSentence(explanation: Explanation): string {
  const { requester, signerName, facts, refusal, usages, expirationSeconds } = explanation;
  const who = requester.username === '' ? 'somebody' : quoted(requester.username);
  const what = `${who} asks ${printable(signerName)} for ${certificateWords(usages)}`;
  const howLong =
    expirationSeconds === null
      ? 'for as long as the signer gives'
      : `for ${shownSeconds(expirationSeconds)}`;
  if (facts === null) {
    const why = refusal === null ? '' : `: ${refusal.code} (${refusal.at}): ${refusal.detail}`;
    return `${what}, ${howLong}; the request cannot be read${why}`;
  }
  return `${what}${nameWords(facts)}, with the key ${facts.key}, ${howLong}`;
}

function certificateWords(usages: readonly string[]): string {
  const isClient = usages.includes('client auth');
  const isServer = usages.includes('server auth');
  if (isClient && isServer) return 'a client and server certificate';
  if (isClient) return 'a client certificate';
  return isServer ? 'a serving certificate' : 'a certificate';
}

function nameWords({ subject, sans }: NonNullable<Explanation['facts']>): string {
  const valuesOf = (wanted: string): readonly string[] =>
    subject.filter(({ type }) => type === wanted).map(({ value }) => value);
  const [commonName] = valuesOf('CN');
  const groups = valuesOf('O');
  return [
    commonName === undefined ? ' without a common name' : ` in the name of ${quoted(commonName)}`,
    groups.length === 0 ? '' : ` (groups ${quotedList(groups)})`,
    sans.length === 0 ? '' : ` for ${quotedList(sans.map(({ value }) => value))}`,
  ].join('');
}

/** The same field by field, for eyes that look for one of them. */
export function requestRows(explanation: Explanation): readonly string[] {
  const { requester, signerName, facts, usages, expirationSeconds, state, createdAt } = explanation;
  const who = `${printable(requester.username) || '(not said)'}, groups ${quotedList(requester.groups)}`;
  const rows: [string, string][] = [
    ['state', state],
    ...(createdAt === null ? [] : [['created', createdAt] satisfies [string, string]]),
    ['requester', who],
    ['signer', printable(signerName)],
    ...factRows(facts),
    ['usages', quotedList(usages)],
    ['lifetime', expirationSeconds === null ? 'not said' : shownSeconds(expirationSeconds)],
  ];
  return rows.map(([name, text]) => `  ${name.padEnd(10)} ${text}`);
}

function factRows(facts: Explanation['facts']): readonly [string, string][] {
  if (facts === null) return [];
  const subject = facts.subject.map(({ type, value }) => `${type}=${printable(value)}`);
  const names = facts.sans.map(({ kind, value }) => `${kind} ${printable(value)}`);
  return [
    ['subject', subject.join(', ') || 'none'],
    ['names', names.join(', ') || 'none'],
    ['key', facts.key],
    ...(facts.ignored.length === 0
      ? []
      : [['ignored', facts.ignored.join(', ')] satisfies [string, string]]),
  ];
}
