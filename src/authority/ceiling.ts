// SPDX-License-Identifier: Apache-2.0
// The signer's own ceiling: what certificates of a signer name may hold, whoever approved the request.

import type { Matcher } from '../vocabulary/matchers.js';
import { quotedList } from '../vocabulary/printable.js';
import type { ReasonCode } from '../vocabulary/reasons.js';
import type { CsrObject } from '../request/csr-object.js';
import type { RequestFacts, SubjectAltName } from '../request/facts.js';
import { allowedUsages, contractViolations } from '../request/well-known-signers.js';
import type { Ceiling, SignerEntry } from './signer-entry.js';

/** A part of the request that the signer gives to nobody; `message` is a clause for the requester, printable. */
export interface CeilingViolation {
  readonly code: ReasonCode;
  readonly message: string;
}

/** What a signer gives for which nobody wrote a ceiling and that has no contract: nothing. */
const NOTHING: Ceiling = {
  commonName: undefined,
  organizations: undefined,
  dns: undefined,
  ip: undefined,
  uri: undefined,
  email: undefined,
  usages: [],
};

/**
 * Everything in the request that lies beyond the signer. The contract of a kubernetes.io signer always holds, and
 * `allow` where it is written can only narrow it; a signer with neither gives nothing.
 */
export function ceilingViolations(
  csr: CsrObject,
  facts: RequestFacts,
  entry: SignerEntry,
): readonly CeilingViolation[] {
  const contract = contractViolations(entry.signerName, facts, csr.usages);
  const hasContract = allowedUsages(entry.signerName) !== undefined;
  const allow = entry.allow ?? (hasContract ? undefined : NOTHING);
  return [
    ...contract.map(({ code, detail }) => ({ code, message: detail })),
    ...(allow === undefined ? [] : beyond(allow, csr, facts)),
  ];
}

const beyond = (
  allow: Ceiling,
  csr: CsrObject,
  facts: RequestFacts,
): readonly CeilingViolation[] => {
  const sans = (kind: SubjectAltName['kind']): readonly string[] =>
    facts.sans.filter((san) => san.kind === kind).map((san) => san.value);
  const usages = allow.usages.map((source) => ({
    source,
    matches: (usage: string) => usage === source,
  }));
  const addresses = allow.ip?.map((range) => ({
    source: range.source,
    matches: (address: string) => range.contains(address),
  }));
  const attribute = (type: string): readonly string[] =>
    facts.subject.filter((each) => each.type === type).map(({ value }) => value);
  const commonNames = facts.commonName === undefined ? [] : [facts.commonName];
  return [
    ...outside('CeilingCommonName', 'common name', commonNames, allow.commonName),
    ...outside('CeilingOrganization', 'organization', facts.organizations, allow.organizations),
    ...Object.entries(allow.attributes ?? {}).flatMap(([type, bounds]) =>
      outside('CeilingAttribute', `subject attribute ${type}`, attribute(type), bounds),
    ),
    ...outside('CeilingDnsName', 'DNS name', sans('dns'), allow.dns),
    ...outside('CeilingAddress', 'IP address', sans('ip'), addresses),
    ...outside('CeilingUri', 'URI', sans('uri'), allow.uri),
    ...outside('CeilingEmail', 'e-mail address', sans('email'), allow.email),
    ...outside('CeilingUsage', 'usage', csr.usages, usages),
  ];
};

/** A bound of any kind; the signer knows nothing of requesters, so nothing is bound to a template's names. */
type Bound = Pick<Matcher, 'source' | 'matches'>;

function outside(
  code: ReasonCode,
  noun: string,
  values: readonly string[],
  bounds: readonly Bound[] | undefined,
): readonly CeilingViolation[] {
  const refused = values.filter((value) => !(bounds ?? []).some((each) => each.matches(value, {})));
  if (refused.length === 0) return [];
  const allowed = bounds === undefined ? 'none' : bounds.map(({ source }) => source).join(', ');
  const message = `${noun} ${quotedList(refused)} is not given by this signer (given: ${allowed})`;
  return [{ code, message }];
}
