// SPDX-License-Identifier: Apache-2.0
// What a decision may need to know beyond the request: needs, answers, and evidence as a plain value.

/** Who is asked about in a SubjectAccessReview (authorization.k8s.io/v1, spec.user, uid, groups, extra). */
export interface ReviewSubject {
  readonly user: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** May this subject do this? `assumption` names the question for people and for `explain --access`. */
export interface AccessReviewNeed {
  readonly kind: 'access-review';
  readonly assumption: 'nodeclient' | 'selfnodeclient' | 'everything';
  readonly subject: ReviewSubject;
  /** resourceAttributes; nothing else is set (APR: no namespace, no name, no version). */
  readonly attributes: {
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
    readonly subresource?: string;
  };
}

/** Under which names and addresses is the API server known? */
export interface ApiServerNeed {
  readonly kind: 'api-server';
}

/** What does the cluster know of this Node? */
export interface NodeNeed {
  readonly kind: 'node';
  readonly name: string;
}

/** Which addresses does this name have, all of them (A and AAAA, CNAMEs followed)? Canonical. */
export interface DnsNeed {
  readonly kind: 'dns';
  readonly name: string;
}

/** Which Nodes list these names and addresses in their status? All canonical. */
export interface ClaimsNeed {
  readonly kind: 'claims';
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

/** One question whose answer would help to settle a decision. */
export type Need = AccessReviewNeed | ApiServerNeed | NodeNeed | DnsNeed | ClaimsNeed;

/**
 * What of a Node counts as evidence. A kubelet writes the addresses of its own Node by itself; the control-plane label
 * it cannot write (NodeRestriction).
 */
export interface NodeFacts {
  readonly name: string;
  /** status.addresses of types Hostname, InternalDNS and ExternalDNS, canonical. */
  readonly dnsNames: readonly string[];
  /** status.addresses that are addresses, canonical. */
  readonly addresses: readonly string[];
  readonly isControlPlane: boolean;
  /** Its condition Ready is True: a kubelet reported lately. */
  readonly isReady: boolean;
}

/** A Node that lists a value. */
export type ClaimingNode = Pick<NodeFacts, 'name' | 'isControlPlane'>;

/** All Nodes that list one name or address, sorted by name. */
export interface Claim {
  readonly value: string;
  readonly nodes: readonly ClaimingNode[];
}

/** The API server's own names (canonical), addresses (canonical) and the CIDRs of Services. */
export interface ApiServerFacts {
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  readonly serviceRanges: readonly string[];
  /** Domain under which Services have names, for example `cluster.local`. */
  readonly clusterDomain: string;
}

/** Known (absent is known) or not to be had now, which is our trouble and never the requester's. */
export type Known<T> =
  | { readonly state: 'known'; readonly value: T; readonly assumed?: boolean }
  | { readonly state: 'unavailable'; readonly why: string };

/** Answers by the key of their need. Immutable; adding answers never changes what was decided. */
export type Evidence = ReadonlyMap<string, EvidenceEntry>;

/** One answered need; a Node that is known to be absent is undefined. */
export type EvidenceEntry =
  | {
      readonly kind: 'access-review';
      readonly need: AccessReviewNeed;
      readonly answer: Known<boolean>;
    }
  | {
      readonly kind: 'api-server';
      readonly need: ApiServerNeed;
      readonly answer: Known<ApiServerFacts>;
    }
  | {
      readonly kind: 'node';
      readonly need: NodeNeed;
      readonly answer: Known<NodeFacts | undefined>;
    }
  | {
      readonly kind: 'dns';
      readonly need: DnsNeed;
      /** Canonical, sorted; empty for a name that has none or does not exist. */
      readonly answer: Known<readonly string[]>;
    }
  | {
      readonly kind: 'claims';
      readonly need: ClaimsNeed;
      /** A value that no Node lists may be left out. */
      readonly answer: Known<readonly Claim[]>;
    };

/** Evidence in which nothing is known yet. */
export const noEvidence: Evidence = new Map();

/** A text that is equal for equal needs. */
export function needKey(need: Need): string {
  if (need.kind === 'api-server') return 'api-server';
  if (need.kind === 'node') return `node ${need.name}`;
  if (need.kind === 'dns') return `dns ${need.name}`;
  if (need.kind === 'claims') return JSON.stringify(['claims', need.names, need.addresses]);
  const { subject, attributes } = need;
  const extra = Object.keys(subject.extra)
    .sort()
    .map((key) => [key, subject.extra[key]]);
  return JSON.stringify([
    need.assumption,
    subject.user,
    subject.uid,
    subject.groups,
    extra,
    attributes.verb,
    attributes.group,
    attributes.resource,
    attributes.subresource ?? '',
  ]);
}

/** `evidence` with `entries` added; an answer that is there is kept. */
export function withEntries(evidence: Evidence, entries: readonly EvidenceEntry[]): Evidence {
  const all = new Map(evidence);
  for (const entry of entries) {
    const key = needKey(entry.need);
    if (!all.has(key)) all.set(key, entry);
  }
  return all;
}
