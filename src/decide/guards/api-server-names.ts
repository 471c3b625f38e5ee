// SPDX-License-Identifier: Apache-2.0
// Whoever holds a certificate for the API server's name or address can pose as the control plane.

import { parseAddressRange } from '../../vocabulary/addresses.js';
import { canonicalDnsName, isInDomain } from '../../vocabulary/dns-names.js';
import { quotedList } from '../../vocabulary/printable.js';
import { isKubernetesSigner } from '../../request/well-known-signers.js';
import type { RequestFacts } from '../../request/facts.js';
import { type Check, type GuardInput, open, passed, unavailable, violated } from '../check.js';
import type { ApiServerFacts } from '../evidence.js';

const dnsNamesOf = (facts: RequestFacts): readonly string[] =>
  facts.sans
    .filter((san) => san.kind === 'dns')
    .map((san) => canonicalDnsName(san.value) ?? san.value);

const addressesOf = (facts: RequestFacts): readonly string[] =>
  facts.sans.filter((san) => san.kind === 'ip').map((san) => san.value);

/** The host that a name ends at when it is a wildcard. */
const bare = (name: string): string => name.replace(/^\*\./, '');

const isApiServerName = (name: string, known: readonly string[]): boolean =>
  name === 'kubernetes' ||
  name.startsWith('kubernetes.') ||
  known.some((each) => bare(each) === bare(name));

/** No DNS name or address belongs to the API server, by its own certificate, EndpointSlice, ServiceCIDR or the policy. */
export const apiServerNames: Check<GuardInput> = {
  codes: ['ApiServerName', 'EvidenceUnavailable'],
  source: 'api server',
  run: ({ facts, apiServer, ask }) => {
    const looked = { want: 'no name or address of the API server', source: 'api server' } as const;
    const names = dnsNamesOf(facts);
    const addresses = addressesOf(facts);
    const saw = quotedList([...names, ...addresses]);
    if (names.length + addresses.length === 0) return [passed('ApiServerName', { ...looked, saw })];
    const answer = ask.apiServer();
    if (answer === undefined) return [open('ApiServerName', looked)];
    if (answer.state === 'unavailable') return [unavailable(looked, answer.why)];
    const ranges = [...apiServer.ranges, ...serviceRanges(answer.value)];
    const taken = [
      ...names.filter((name) => isApiServerName(name, [...answer.value.names, ...apiServer.names])),
      ...addresses.filter(
        (address) =>
          answer.value.addresses.includes(address) ||
          ranges.some((range) => range.contains(address)),
      ),
    ];
    if (taken.length === 0) return [passed('ApiServerName', { ...looked, saw })];
    return [
      violated(
        'ApiServerName',
        { ...looked, saw },
        `${quotedList(taken)} belongs to the API server or a Service`,
      ),
    ];
  },
};

const serviceRanges = (facts: ApiServerFacts) =>
  facts.serviceRanges.map(parseAddressRange).filter((range) => range !== undefined);

/** The built-in signers give no name of a Service (`.svc`, `.svc.<cluster domain>`). */
export const serviceNames: Check<GuardInput> = {
  codes: ['ServiceName', 'EvidenceUnavailable'],
  source: 'api server',
  run: ({ csr, facts, ask }) => {
    const looked = { want: 'no name of a Service', source: 'api server' } as const;
    const names = dnsNamesOf(facts);
    const saw = quotedList(names);
    if (names.length === 0 || !isKubernetesSigner(csr.signerName)) {
      return [passed('ServiceName', { ...looked, saw })];
    }
    const answer = ask.apiServer();
    if (answer === undefined) return [open('ServiceName', looked)];
    if (answer.state === 'unavailable') return [unavailable(looked, answer.why)];
    const domains = ['svc', `svc.${answer.value.clusterDomain}`];
    const taken = names.filter((name) => domains.some((domain) => isInDomain(bare(name), domain)));
    if (taken.length === 0) return [passed('ServiceName', { ...looked, saw })];
    return [
      violated('ServiceName', { ...looked, saw }, `${quotedList(taken)} is the name of a Service`),
    ];
  },
};
