// SPDX-License-Identifier: Apache-2.0
// Checks of lists of values against bounds: organizations, DNS names, URIs and e-mail addresses are one logic.

import { matchesAny, type Matcher, shownMatchers } from '../../vocabulary/matchers.js';
import { quotedList } from '../../vocabulary/printable.js';
import type { ReasonCode } from '../../vocabulary/reasons.js';
import type { RequestFacts } from '../../request/facts.js';
import { type Check, passed, violated } from '../check.js';
import type { Rule } from '../rule.js';

interface BoundedValues {
  readonly code: ReasonCode;
  /** Singular and plural, for messages: `organization`, `organizations`. */
  readonly noun: readonly [string, string];
  readonly values: (facts: RequestFacts) => readonly string[];
  readonly bounds: (rule: Rule) => readonly Matcher[] | undefined;
}

/** Every value must match one of the bounds; a rule without bounds allows no value at all. */
function withinBounds({ code, noun, values, bounds }: BoundedValues): Check {
  return {
    codes: [code],
    source: 'request',
    run: ({ facts, rule, bindings }) => {
      const allowed = bounds(rule);
      const seen = values(facts);
      const outside = seen.filter((value) => !matchesAny(allowed ?? [], value, bindings));
      const want = shownMatchers(allowed, bindings);
      const looked = { want, saw: quotedList(seen), source: 'request' } as const;
      if (outside.length === 0) return [passed(code, looked)];
      const subject =
        outside.length === 1
          ? `${noun[0]} ${quotedList(outside)} is`
          : `${noun[1]} ${quotedList(outside)} are`;
      return [violated(code, looked, `${subject} not allowed (allowed: ${want})`)];
    },
  };
}

const sansOf = (kind: 'dns' | 'uri' | 'email') => (facts: RequestFacts) =>
  facts.sans.filter((san) => san.kind === kind).map((san) => san.value);

/** Every organization lies within `subject.organizations`. */
export const organizations = withinBounds({
  code: 'OrganizationNotAllowed',
  noun: ['organization', 'organizations'],
  values: (facts) => facts.organizations,
  bounds: (rule) => rule.subject.organizations,
});

/** Every DNS name lies within `sans.dns`. */
export const dnsNames = withinBounds({
  code: 'DnsNameNotAllowed',
  noun: ['DNS name', 'DNS names'],
  values: sansOf('dns'),
  bounds: (rule) => rule.sans.dns,
});

/** Every URI lies within `sans.uri`. */
export const uris = withinBounds({
  code: 'UriNotAllowed',
  noun: ['URI', 'URIs'],
  values: sansOf('uri'),
  bounds: (rule) => rule.sans.uri,
});

/** Every e-mail address lies within `sans.email`. */
export const emails = withinBounds({
  code: 'EmailNotAllowed',
  noun: ['e-mail address', 'e-mail addresses'],
  values: sansOf('email'),
  bounds: (rule) => rule.sans.email,
});
