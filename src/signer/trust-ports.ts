// SPDX-License-Identifier: Apache-2.0
// What publishing trust needs from others, in the fewest words; adapters are made where the process is composed.

import type { CaChain } from '../authority/ca-chain.js';
import type { SignerEntry, TrustTerms } from '../authority/signer-entry.js';
import type { BundleChange, TrustAnchor } from '../authority/trust-bundle.js';
import type { Fence } from '../controller/fence.js';
import type { WriteOutcome } from '../controller/write.js';

/** A signer whose anchors are published. */
export type TrustedSigner = SignerEntry & { readonly trust: TrustTerms };

/** The state of an object that was seen, in which alone it is written. */
export interface Lock {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Nobody knows yet; whoever learns it wakes the signer. */
export interface Unseen {
  readonly kind: 'unseen';
}

/** What was ever to be trusted, kept where nobody else writes. */
export interface TrustRecord {
  /** For people: which object it is. */
  readonly named: string;
  readonly look: (signer: TrustedSigner) =>
    | Unseen
    | { readonly kind: 'absent' }
    | {
        readonly kind: 'found';
        readonly lock: Lock;
        /** PEM; undefined before the first time. */
        readonly text: string | undefined;
      };
  readonly write: (signer: TrustedSigner, lock: Lock, text: string) => Promise<WriteOutcome>;
}

/** One place where clients find the bundle of one signer. */
export interface TrustPlace {
  /** For people, and unique: `configmap ns/name key ca.crt`. */
  readonly named: string;
  readonly look: () => PlaceSeen;
  readonly create: (text: string) => Promise<WriteOutcome>;
  /** Changes our part of the object and nothing else. */
  readonly update: (lock: Lock, text: string) => Promise<WriteOutcome>;
}

/** What is at a place. */
export type PlaceSeen =
  | Unseen
  /** Nothing can be there now: no such namespace, or one that ends; no such API. Opening it wakes the signer. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'found';
      readonly lock: Lock;
      /** Of our text, 64 lower-case hex digits; undefined where there is none. */
      readonly sha256: string | undefined;
    };

/** How a place came to hold other than it should. */
export type PlaceWas =
  /** Never written by this process. */
  | 'new'
  | 'outdated'
  /** It was right, and somebody else changed or deleted it. */
  | 'edited'
  | 'deleted';

/** What is told of the trust of a signer; each once. */
export type TrustEvent =
  /** The record was written: what is new in it, and what is left out from now on. */
  | ({ readonly kind: 'recorded'; readonly anchors: readonly TrustAnchor[] } & BundleChange)
  | {
      readonly kind: 'published';
      readonly place: string;
      readonly was: PlaceWas;
      readonly anchors: readonly TrustAnchor[];
    }
  | { readonly kind: 'trouble'; readonly place: string; readonly detail: string }
  /** Somebody else writes a place so often that it is written less often now. */
  | { readonly kind: 'contested'; readonly place: string; readonly waitMs: number }
  /** SHA-256 of certificates that were to be dropped and stay. */
  | { readonly kind: 'needed'; readonly needed: readonly string[] };

/** Everything around the publisher. */
export interface TrustPorts {
  readonly fence: Fence;
  /** Undefined for a signer that publishes nothing. */
  readonly signer: (signerName: string) => TrustedSigner | undefined;
  /** The CA that signs; undefined while there is none that may. Never rejects. */
  readonly chain: (signer: TrustedSigner) => Promise<CaChain | undefined>;
  readonly record: TrustRecord;
  readonly places: (signer: TrustedSigner) => readonly TrustPlace[];
  /** Told that publishing was tried at every place with this CA, whatever came of it. */
  readonly attempted: (signer: TrustedSigner, chain: CaChain) => void;
  readonly tell: (signer: TrustedSigner, event: TrustEvent) => void;
  readonly nowMs: () => number;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}
