// SPDX-License-Identifier: Apache-2.0
// What clients of a signer are to trust: everything that was ever an anchor of it, until it expires or is dropped.

import { createHash } from 'node:crypto';

import { MAX_TRUST_ANCHORS } from '../vocabulary/limits.js';
import { writePem } from '../x509/pem.js';
import type { CaCertificate } from './ca-certificate.js';
import { type CaChain, isIssuer } from './ca-chain.js';

/** A certificate that clients are to trust, under the name that operators know it by. */
export interface TrustAnchor {
  readonly certificate: CaCertificate;
  /** Of the DER, 64 lower-case hex digits. */
  readonly sha256: string;
}

/** Why a certificate is no longer published. */
export type LeftOut = 'expired' | 'dropped' | 'too many';

/** What the bundle of a signer is made of. */
export interface BundleParts {
  /** What was published so far, the youngest first. */
  readonly recorded: readonly CaCertificate[];
  /** What signs or is about to, the youngest first; empty while that is not known. */
  readonly chains: readonly CaChain[];
  /** SHA-256 of certificates that the operator no longer wants to be trusted. */
  readonly drop: readonly string[];
  readonly nowMs: number;
}

/** What a bundle has and the record does not, and the other way round; certificates by their SHA-256. */
export interface BundleChange {
  readonly added: readonly string[];
  readonly removed: readonly { readonly sha256: string; readonly why: LeftOut }[];
}

/** The bundle of a signer now. */
export interface TrustBundle extends BundleChange {
  /** Each once; those of the CA that signs first, for programs that read no further. */
  readonly anchors: readonly TrustAnchor[];
  /** SHA-256 of those that are to be dropped and stay, because the CA that signs would not be trusted without them. */
  readonly needed: readonly string[];
  /** When the next of `anchors` expires; undefined when there is none. */
  readonly nextExpiryMs: number | undefined;
}

/**
 * The union of what was recorded and what signs, without what has expired or is dropped. Nothing is dropped while no
 * CA is known: it could be the one that signs.
 */
export function trustBundle({ recorded, chains, drop, nowMs }: BundleParts): TrustBundle {
  const known = new Set(recorded.map(sha256Of));
  const all = new Map(
    [...chains.flatMap(({ anchors }) => anchors), ...recorded]
      .map((certificate): TrustAnchor => ({ certificate, sha256: sha256Of(certificate) }))
      .map((anchor) => [anchor.sha256, anchor] as const),
  );
  const valid = [...all.values()].filter(({ certificate }) => nowMs < certificate.notAfterMs);
  const unwanted = new Set(chains.length === 0 ? [] : drop);
  const needed = new Set(chains.flatMap((chain) => lastAnchorsOf(chain, valid, unwanted)));
  const wanted = valid.filter(({ sha256 }) => !unwanted.has(sha256) || needed.has(sha256));
  const anchors = wanted.slice(0, MAX_TRUST_ANCHORS);
  const kept = new Set(anchors.map(({ sha256 }) => sha256));
  const whyNot = ({ certificate, sha256 }: TrustAnchor): LeftOut => {
    if (nowMs >= certificate.notAfterMs) return 'expired';
    return unwanted.has(sha256) ? 'dropped' : 'too many';
  };
  return {
    anchors,
    added: [...kept].filter((sha256) => !known.has(sha256)),
    removed: [...all.values()]
      .filter(({ sha256 }) => known.has(sha256) && !kept.has(sha256))
      .map((anchor) => ({ sha256: anchor.sha256, why: whyNot(anchor) })),
    needed: [...needed],
    nextExpiryMs:
      anchors.length === 0
        ? undefined
        : Math.min(...anchors.map(({ certificate }) => certificate.notAfterMs)),
  };
}

/** The PEM of a bundle, as CTB-3 demands: certificates, nothing else, each once. */
export const bundleText = (anchors: readonly TrustAnchor[]): string =>
  anchors.map(({ certificate }) => writePem('CERTIFICATE', certificate.der)).join('');

/** The anchors by which `chain` is trusted, if all of them are unwanted. */
function lastAnchorsOf(
  chain: CaChain,
  valid: readonly TrustAnchor[],
  unwanted: ReadonlySet<string>,
): readonly string[] {
  const own = valid.filter(({ certificate }) => leadsTo(certificate, chain));
  return own.every(({ sha256 }) => unwanted.has(sha256)) ? own.map(({ sha256 }) => sha256) : [];
}

/** Whether whoever trusts `anchor` trusts what `chain` signs. */
const leadsTo = (anchor: CaCertificate, { certificate, intermediates }: CaChain): boolean =>
  [certificate, ...intermediates].some(
    (each) => Buffer.compare(each.der, anchor.der) === 0 || isIssuer(anchor, each),
  );

const sha256Of = ({ der }: CaCertificate): string => createHash('sha256').update(der).digest('hex');
