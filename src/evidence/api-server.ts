// SPDX-License-Identifier: Apache-2.0
// Under which names and addresses the API server is known: its own certificate, EndpointSlice, ServiceCIDRs.

import { canonicalAddress } from '../vocabulary/addresses.js';
import { canonicalDnsName } from '../vocabulary/dns-names.js';
import { field, listAt } from '../vocabulary/json.js';
import type { ApiServerFacts, Known } from '../decide/evidence.js';
import { remembered } from './remembered.js';

/** One GET of the API: an object, absent (404: also an API that this server does not have), or not to be had. */
export type ReadObject = (
  path: string,
) => Promise<
  | { readonly kind: 'found'; readonly object: unknown }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable'; readonly why: string }
>;

/** What the adapter to the cluster offers. */
export interface ApiServerSource {
  readonly readObject: ReadObject;
  /** DNS names and addresses in the certificate that the API server presents, and the host that we call. */
  peerNames(): Promise<readonly string[]>;
}

/** By name: an EndpointSlice that only carries the right label may be anybody's. */
const ENDPOINT_SLICE = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes';
const SERVICE_CIDRS = '/apis/networking.k8s.io/v1/servicecidrs?limit=500';
const KEPT_MS = 60_000;

/** Reads the facts when first asked and again when they are a minute old; a failure is not kept. */
export const rememberedApiServerFacts = (
  source: ApiServerSource,
  nowMs: () => number,
): (() => Promise<Known<ApiServerFacts>>) =>
  remembered({
    ask: () => readFacts(source),
    isGood: ({ state }) => state === 'known',
    keptMs: KEPT_MS,
    nowMs,
  });

async function readFacts(source: ApiServerSource): Promise<Known<ApiServerFacts>> {
  const [slice, cidrs] = await Promise.all([
    source.readObject(ENDPOINT_SLICE),
    source.readObject(SERVICE_CIDRS),
  ]);
  // After the reads, so that there is a connection whose certificate was seen.
  const peer = await source.peerNames();
  if (slice.kind === 'unavailable') return { state: 'unavailable', why: slice.why };
  if (cidrs.kind === 'unavailable') return { state: 'unavailable', why: cidrs.why };
  return {
    state: 'known',
    value: apiServerFacts({
      peer,
      endpointSlice: slice.kind === 'found' ? slice.object : undefined,
      serviceCidrs: cidrs.kind === 'found' ? itemsOf(cidrs.object) : [],
    }),
  };
}

/** The facts in canonical form from the certificate's names and the API's objects (unknown JSON, read tolerantly). */
export function apiServerFacts(found: {
  readonly peer: readonly string[];
  readonly endpointSlice: unknown;
  readonly serviceCidrs: readonly unknown[];
}): ApiServerFacts {
  const names = found.peer.map(canonicalDnsName).filter((name) => name !== undefined);
  const endpoints = listAt(found.endpointSlice, 'endpoints').flatMap((each) =>
    listAt(each, 'addresses'),
  );
  const addresses = [...found.peer, ...endpoints]
    .filter((each) => typeof each === 'string')
    // A zone says how we reach an address; the address is the API server's with it and without.
    .map((each) => canonicalAddress(each.replace(/%.*$/, '')))
    .filter((address) => address !== undefined);
  const serviceRanges = found.serviceCidrs
    .flatMap((each) => listAt(field(each, 'spec'), 'cidrs'))
    .filter((each) => typeof each === 'string');
  return { names, addresses, serviceRanges, clusterDomain: clusterDomainOf(names) };
}

const DEFAULT_CLUSTER_DOMAIN = 'cluster.local';

/** Every API server's certificate carries `kubernetes.default.svc.<cluster domain>`. */
function clusterDomainOf(names: readonly string[]): string {
  const prefix = 'kubernetes.default.svc.';
  const full = names.find((name) => name.startsWith(prefix));
  return full?.slice(prefix.length) ?? DEFAULT_CLUSTER_DOMAIN;
}

const itemsOf = (list: unknown): readonly unknown[] => listAt(list, 'items');
