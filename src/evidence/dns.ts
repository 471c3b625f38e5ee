// SPDX-License-Identifier: Apache-2.0
// Which addresses a name has in DNS, all of them: both families, CNAMEs followed, remembered for a moment.

import type { Known } from '../decide/evidence.js';
import { canonicalAddress } from '../vocabulary/addresses.js';
import { canonicalDnsName } from '../vocabulary/dns-names.js';
import {
  MAX_DNS_ALIASES,
  MAX_FORWARD_ADDRESSES,
  MAX_KEPT_FORWARD_SETS,
} from '../vocabulary/limits.js';
import { keepNewest } from '../vocabulary/newest.js';

/** 4: A records, 6: AAAA records. */
export type Family = 4 | 6;

/** One address record. */
export interface AddressRecord {
  readonly address: string;
  readonly ttlSeconds: number;
}

/** What DNS servers say of a name and a family. */
export type LookupAnswer =
  /** With the CNAMEs that the server followed. */
  | { readonly kind: 'records'; readonly records: readonly AddressRecord[] }
  /** The answer ends at a CNAME that the server did not follow. */
  | { readonly kind: 'alias'; readonly target: string }
  /** NOERROR without such a record, or NXDOMAIN: that is known. */
  | { readonly kind: 'none' }
  /** SERVFAIL, REFUSED, a time-out, nonsense: nothing is known. */
  | { readonly kind: 'trouble'; readonly why: string };

/**
 * Asks the DNS servers once for `name`, which is canonical and means the absolute name: no search domains, no hosts
 * file. Never rejects.
 */
export type Lookup = (name: string, family: Family) => Promise<LookupAnswer>;

/** The addresses of a name, canonical and sorted; empty when it has none. Never rejects. */
export type ForwardSet = (name: string) => Promise<Known<readonly string[]>>;

/** Time as this file needs it. */
export interface DnsClock {
  nowMs(): number;
  /** Calls `run` once, not before `delayMs` have passed; the answer calls it off. */
  after(delayMs: number, run: () => void): () => void;
}

/**
 * How long a set may be believed, if its records allow it at all. Whoever makes a name point to its node while it is
 * looked at and elsewhere afterwards (rebinding) must not live on what we remember: every decision rests on a set that
 * was asked for at most so long ago. There is no second rule for approvals, since nothing that asks again gains from
 * more: each node asks for names of its own, and what repeats a question (rules, rounds, retries after a conflict) does so
 * within a second.
 */
const KEPT_MS = 5_000;

/** For all steps to all addresses of one name; a look at a request waits for it. */
const DEADLINE_MS = 5_000;

interface Kept {
  readonly answer: Promise<Known<readonly string[]>>;
  /** Not before the question is answered. */
  readonly untilMs: number;
}

/**
 * Asks through `lookup`. Questions under way are shared; a set is kept for its smallest TTL, at most 5 s, from when it
 * was asked for. Trouble, a name without addresses (whose TTL nobody tells us) and a TTL of 0 are not kept. Bounded:
 * the oldest are forgotten first.
 */
export function rememberedForwardSets(lookup: Lookup, clock: DnsClock): ForwardSet {
  const kept = new Map<string, Kept>();
  return async (name) => {
    // What is no host name has no address, and is never asked for.
    if (canonicalDnsName(name) !== name || name.startsWith('*.')) {
      return { state: 'known', value: [] };
    }
    const known = kept.get(name);
    if (known !== undefined && clock.nowMs() < known.untilMs) return known.answer;
    const askedAtMs = clock.nowMs();
    const asked = withDeadline(forwardSet(lookup, name), clock);
    const answer = asked.then(({ known: value }) => value);
    const entry = { answer, untilMs: Infinity };
    keepNewest(kept, [name, entry], MAX_KEPT_FORWARD_SETS);
    const { ttlSeconds } = await asked;
    if (kept.get(name) === entry) {
      const untilMs = askedAtMs + Math.min(ttlSeconds * 1000, KEPT_MS);
      if (untilMs > clock.nowMs()) kept.set(name, { answer, untilMs });
      else kept.delete(name);
    }
    return answer;
  };
}

/** An answer, and how long its records allow to believe it; 0 is not at all. */
interface Asked {
  readonly known: Known<readonly string[]>;
  readonly ttlSeconds: number;
}

const unavailable = (why: string): Asked => ({
  known: { state: 'unavailable', why },
  ttlSeconds: 0,
});

function withDeadline(asked: Promise<Asked>, clock: DnsClock): Promise<Asked> {
  let cancel = (): void => {};
  const late = new Promise<Asked>((resolve) => {
    cancel = clock.after(DEADLINE_MS, () =>
      resolve(unavailable(`no answer within ${DEADLINE_MS} ms`)),
    );
  });
  return Promise.race([asked, late]).finally(() => cancel());
}

/** Both families must answer: a set of which half is unknown proves nothing. */
async function forwardSet(lookup: Lookup, name: string): Promise<Asked> {
  const answers = await Promise.all([followed(lookup, name, 4), followed(lookup, name, 6)]);
  const addresses = new Set<string>();
  let ttlSeconds = Infinity;
  for (const answer of answers) {
    if (answer.kind === 'trouble') return unavailable(answer.why);
    for (const record of answer.records) {
      const address = canonicalAddress(record.address);
      if (address === undefined) return unavailable('a record holds no address');
      addresses.add(address);
      ttlSeconds = Math.min(ttlSeconds, answer.isFollowed ? 0 : record.ttlSeconds);
    }
  }
  // Neither a set that is cut nor a permanent violation: whoever runs such a zone may be right, and we do not know all.
  if (addresses.size > MAX_FORWARD_ADDRESSES) {
    return unavailable(`more than ${MAX_FORWARD_ADDRESSES} addresses`);
  }
  const value = [...addresses].sort();
  return { known: { state: 'known', value }, ttlSeconds: value.length === 0 ? 0 : ttlSeconds };
}

type Followed =
  | {
      readonly kind: 'records';
      readonly records: readonly AddressRecord[];
      /** Over a CNAME whose TTL is not known. */
      readonly isFollowed: boolean;
    }
  | { readonly kind: 'trouble'; readonly why: string };

/** The records of a name and a family, at the end of its CNAMEs. */
async function followed(lookup: Lookup, name: string, family: Family): Promise<Followed> {
  let at = name;
  for (let aliases = 0; aliases <= MAX_DNS_ALIASES; aliases += 1) {
    // Each step depends on the one before.
    const answer = await lookup(at, family);
    const isFollowed = aliases > 0;
    if (answer.kind === 'trouble') return answer;
    if (answer.kind === 'none') return { kind: 'records', records: [], isFollowed };
    if (answer.kind === 'records') {
      return { kind: 'records', records: answer.records, isFollowed };
    }
    const target = canonicalDnsName(answer.target);
    if (target === undefined) return { kind: 'trouble', why: 'a CNAME points to no host name' };
    at = target;
  }
  return { kind: 'trouble', why: `more than ${MAX_DNS_ALIASES} CNAMEs, or a loop of them` };
}
