// SPDX-License-Identifier: Apache-2.0
// Answers to needs without a cluster: from files and flags; what they do not answer is assumed, and said so.

import type { AccessReviewNeed, EvidenceEntry, Need } from '../decide/evidence.js';
import type { Resolve } from '../decide/settle.js';
import { field } from '../vocabulary/json.js';
import { apiServerFacts } from './api-server.js';
import { claimsAmong, nodeFacts } from './nodes.js';

/** What a person gave to `explain`. */
export interface OfflineSources {
  /** Kubernetes objects of `--objects`; EndpointSlice default/kubernetes, ServiceCIDRs and Nodes are looked at. */
  readonly objects: readonly unknown[];
  /** Answers of `--access`, by assumption. */
  readonly access: ReadonlyMap<AccessReviewNeed['assumption'], boolean>;
  /** Addresses by DNS name, both canonical; undefined: nobody said. */
  readonly dns?: ReadonlyMap<string, readonly string[]>;
}

/** Offline, the kubelet reviews are assumed to be allowed and the everything-review not (design: command line). */
const ASSUMED: Readonly<Record<AccessReviewNeed['assumption'], boolean>> = {
  nodeclient: true,
  selfnodeclient: true,
  everything: false,
};

/** Resolves needs from `sources`; every answer that no source gave carries `assumed: true`. */
export function offlineResolver({ objects, access, dns }: OfflineSources): Resolve {
  const slices = objects.filter((object) =>
    isObject(object, 'EndpointSlice', 'default', 'kubernetes'),
  );
  const serviceCidrs = objects.filter((object) => kindOf(object) === 'ServiceCIDR');
  const facts = apiServerFacts({ peer: [], endpointSlice: slices[0], serviceCidrs });
  const nodes = objects
    .filter((object) => kindOf(object) === 'Node')
    .map(nodeFacts)
    .filter((node) => node !== undefined);
  const nothingGiven = slices.length === 0 && serviceCidrs.length === 0;
  const answer = (need: Need): EvidenceEntry => {
    if (need.kind === 'api-server') {
      const assumed = nothingGiven ? { assumed: true } : {};
      return { kind: 'api-server', need, answer: { state: 'known', value: facts, ...assumed } };
    }
    if (need.kind === 'node') {
      const value = nodes.find((node) => node.name === need.name);
      const assumed = nodes.length === 0 ? { assumed: true } : {};
      return { kind: 'node', need, answer: { state: 'known', value, ...assumed } };
    }
    if (need.kind === 'claims') {
      return { kind: 'claims', need, answer: { state: 'known', value: claimsAmong(nodes, need) } };
    }
    if (need.kind === 'dns') {
      const assumed = dns === undefined ? { assumed: true } : {};
      const value = dns?.get(need.name) ?? [];
      return { kind: 'dns', need, answer: { state: 'known', value, ...assumed } };
    }
    const given = access.get(need.assumption);
    const known =
      given === undefined
        ? ({ state: 'known', value: ASSUMED[need.assumption], assumed: true } as const)
        : ({ state: 'known', value: given } as const);
    return { kind: 'access-review', need, answer: known };
  };
  return (need) => Promise.resolve(answer(need));
}

const kindOf = (object: unknown): unknown => field(object, 'kind');

function isObject(object: unknown, kind: string, namespace: string, name: string): boolean {
  const metadata = field(object, 'metadata');
  return (
    kindOf(object) === kind &&
    field(metadata, 'namespace') === namespace &&
    field(metadata, 'name') === name
  );
}
