// SPDX-License-Identifier: Apache-2.0
// A policy as `decide` sees it: compiled, frozen, free of the text that it came from.

import type { AttributeBounds } from '../request/subject-fields.js';
import type { AddressRange } from '../vocabulary/addresses.js';
import type { SignerName } from '../vocabulary/brands.js';
import type { Matcher } from '../vocabulary/matchers.js';

/** What a rule's verdict is for: to be written, only to be reported, or to be put before a person. */
export type Mode = 'enforce' | 'shadow' | 'review';

/** Names of the ready-made rules. */
export type PresetName = 'kubelet-client' | 'kubelet-serving';

/**
 * What proves that a node owns a name or address: `node` is its own status; `dns` the complete forward set of a name, all
 * of it addresses of the node.
 */
export type OwnerSource = 'node' | 'dns';

/** Which requesters a rule speaks of; every list that is there must match, within a list any value. */
export interface RequesterMatch {
  readonly usernames: readonly Matcher[] | undefined;
  readonly groups: readonly Matcher[] | undefined;
  /** `namespace/name`; a user that is no service account never matches. */
  readonly serviceAccounts: readonly Matcher[] | undefined;
  /** By key of spec.extra: one of its values must match; every key that is here must be there. */
  readonly extra?: Readonly<Record<string, readonly Matcher[]>> | undefined;
}

/** On what a rule matches: nothing else that the requester can set. */
export interface RuleMatch {
  readonly signerName: SignerName;
  readonly requester: RequesterMatch | 'anyone';
  /** Node names, for kubelet presets only. */
  readonly nodes: readonly Matcher[] | undefined;
}

/** Keys that a rule allows. Bits are a lower bound. */
export interface KeyBound {
  readonly algorithm: 'rsa' | 'ecdsa' | 'ed25519';
  readonly minBits: number;
  /** As it was written, for messages. */
  readonly source: string;
}

/** Bounds of the subject alternative names; a kind that is not mentioned must be absent. */
export interface SansBounds {
  readonly dns: readonly Matcher[] | undefined;
  readonly ip: readonly AddressRange[] | undefined;
  readonly uri: readonly Matcher[] | undefined;
  readonly email: readonly Matcher[] | undefined;
  readonly min: number;
  readonly max: number;
}

/** What becomes of a request that a rule matches and does not approve. */
export interface OnViolation {
  /** For permanent violations: facts of the request. */
  readonly permanent: 'deny' | 'leave';
  /** For transient ones: how long to wait, and what then. */
  readonly transient: { readonly waitMs: number; readonly then: 'deny' | 'leave' };
}

/** One rule of a policy, all defaults filled in. */
export interface Rule {
  readonly name: string;
  readonly mode: Mode;
  readonly preset: PresetName | undefined;
  readonly match: RuleMatch;
  /** Whether a requester that authenticated with a client certificate may be approved. */
  readonly certificateRequesters: 'allow' | 'refuse';
  /** Undefined parts must be absent from the request. */
  readonly subject: {
    readonly commonName: readonly Matcher[] | undefined;
    readonly organizations: readonly Matcher[] | undefined;
  };
  /** Other subject attributes by type (`OU`, `C`, …; subject-fields.ts): what is not here is ignored, not refused. */
  readonly attributes: AttributeBounds;
  readonly sans: SansBounds;
  /** All of these must prove that every name and address is the node's; empty where nobody has to (sans.owner). */
  readonly owner: readonly OwnerSource[];
  /** Addresses that several Nodes may list, as sites that reuse their ranges do (sans.shared). */
  readonly shared: readonly AddressRange[];
  /** Whether a stranger may take the name of a Node that is there and Ready; only for kubelet-client. */
  readonly readyNode: 'allow' | 'refuse';
  /** Ceiling of the usages. */
  readonly usages: readonly string[];
  /** Empty means what the guards accept. */
  readonly keys: readonly KeyBound[];
  readonly lifetime: { readonly maxSeconds: number | undefined };
  /** From then on the rule speaks of no request; milliseconds since the epoch. */
  readonly validUntilMs: number | undefined;
  readonly onViolation: OnViolation;
}

/** What is known of a signer name that this program signs itself. */
export interface SignerTerms {
  /** Seconds that a certificate lives when the request does not say. */
  readonly defaultLifetimeSeconds: number;
  /** Usages that the signer's own ceiling spells. */
  readonly usages: readonly string[];
}

/** A policy in force. Independent of the order in which its rules were written. */
export interface CompiledPolicy {
  /** First 8 hex digits of the SHA-256 of the text. */
  readonly hash: string;
  /** The rules of one signer name, sorted by rule name. */
  rulesFor(signerName: SignerName): readonly Rule[];
  /** The terms of a signer name that we sign; undefined for everybody else's. */
  signerTerms(signerName: SignerName): SignerTerms | undefined;
  /** Names and addresses of the API server that the policy adds to those found out, canonical. */
  readonly apiServer: {
    readonly names: readonly string[];
    readonly ranges: readonly AddressRange[];
  };
}
