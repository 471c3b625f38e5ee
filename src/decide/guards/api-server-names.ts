// SPDX-License-Identifier: Apache-2.0
// Whoever holds a certificate for the API server's name or address can pose as the control plane.

import { parseAddressRange } from '../../vocabulary/addresses.js';
import { canonicalDnsName, isInDomain } from '../../vocabulary/dns-names.js';
import { quotedList } from '../../vocabulary/printable.js';
import type { CsrObject } from '../../request/csr-object.js';
import { isKubernetesSigner, KUBELET_SERVING_SIGNER } from '../../request/well-known-signers.js';
import type { RequestFacts } from '../../request/facts.js';
import { nodeOf } from '../match.js';
import {
  type Ask,
  type Check,
  type ClaimedValue,
  type GuardInput,
  open,
  passed,
  unavailable,
  violated,
} from '../check.js';
import type { ApiServerFacts, Known } from '../evidence.js';

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

/** Says whether a canonical name or address is one of the API server or of a Service, by what is known and the policy. */
export function apiServerValues(
  added: GuardInput['apiServer'],
  known: ApiServerFacts,
): (claimed: ClaimedValue) => boolean {
  const names = [...known.names, ...added.names];
  const ranges = [...added.ranges, ...serviceRanges(known)];
  return ({ kind, value }) =>
    kind === 'dns'
      ? isApiServerName(value, names)
      : known.addresses.includes(value) || ranges.some((range) => range.contains(value));
}

/** No DNS name or address belongs to the API server, by its own certificate, EndpointSlice, ServiceCIDR or the policy. */
export const apiServerNames: Check<GuardInput> = {
  codes: ['ApiServerName', 'EvidenceUnavailable'],
  source: 'api server',
  run: ({ csr, facts, apiServer, ask }) => {
    const looked = { want: 'no name or address of the API server', source: 'api server' } as const;
    const names = dnsNamesOf(facts);
    const addresses = addressesOf(facts);
    const saw = quotedList([...names, ...addresses]);
    if (names.length + addresses.length === 0) return [passed('ApiServerName', { ...looked, saw })];
    const answer = ask.apiServer();
    if (answer === undefined) return [open('ApiServerName', looked)];
    if (answer.state === 'unavailable') return [unavailable(looked, answer.why)];
    const isTaken = apiServerValues(apiServer, answer.value);
    const taken = [
      ...names.filter((value) => isTaken({ kind: 'dns', value })),
      ...addresses.filter((value) => isTaken({ kind: 'ip', value })),
    ];
    if (taken.length === 0) return [passed('ApiServerName', { ...looked, saw })];
    const own = controlPlaneOwn(csr, ask);
    if (own === undefined) return [open('ApiServerName', looked)];
    if (own.state === 'unavailable') return [unavailable(looked, own.why)];
    const foreign = taken.filter((each) => !own.value.includes(each));
    if (foreign.length === 0) {
      return [
        passed('ApiServerName', { ...looked, saw: `${saw}, its own as a control-plane node` }),
      ];
    }
    return [
      violated(
        'ApiServerName',
        { ...looked, saw },
        `${quotedList(foreign)} belongs to the API server or a Service`,
      ),
    ];
  },
};

/**
 * The names and addresses that a control-plane node's kubelet may serve under, although they are the API server's: on
 * kubeadm, Talos and k3s they are the node's own. Its label is one that kubelets cannot set on themselves.
 */
function controlPlaneOwn(csr: CsrObject, ask: Ask): Known<readonly string[]> | undefined {
  const name = nodeOf(csr.requester);
  if (csr.signerName !== KUBELET_SERVING_SIGNER || name === undefined) {
    return { state: 'known', value: [] };
  }
  const answer = ask.node(name);
  if (answer?.state !== 'known') return answer;
  const { value: node } = answer;
  const own = node?.isControlPlane === true ? [...node.dnsNames, ...node.addresses] : [];
  return { state: 'known', value: own };
}

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
