// SPDX-License-Identifier: Apache-2.0
// The lines about what clients of a signer are to trust: one for each change of it, wherever it is published.

import type { BundleChange, TrustAnchor } from '../authority/trust-bundle.js';
import type { Log } from './log.js';

/** What is told of the trust of a signer. */
export type ToldTrust =
  | ({ readonly kind: 'recorded'; readonly anchors: readonly TrustAnchor[] } & BundleChange)
  | {
      readonly kind: 'published';
      readonly place: string;
      readonly was: 'new' | 'outdated' | 'edited' | 'deleted';
      readonly anchors: readonly TrustAnchor[];
    }
  | { readonly kind: 'trouble'; readonly place: string; readonly detail: string }
  | { readonly kind: 'contested'; readonly place: string; readonly waitMs: number }
  | { readonly kind: 'needed'; readonly needed: readonly string[] };

/** One line for one event. */
export function logTrust(log: Log, signerName: string, event: ToldTrust): void {
  switch (event.kind) {
    case 'recorded': {
      const { added, removed } = event;
      const anchors = event.anchors.map(shown);
      log.info({ signerName, added, removed, anchors }, 'trust recorded');
      return;
    }
    case 'published': {
      const { place, was } = event;
      const fields = { signerName, place, was, anchors: event.anchors.map(shown) };
      if (was === 'edited' || was === 'deleted') log.warn(fields, 'trust restored');
      else log.info(fields, 'trust published');
      return;
    }
    case 'trouble': {
      const { place, detail } = event;
      log.warn({ signerName, place, detail }, 'trust not published');
      return;
    }
    case 'contested': {
      const { place, waitMs } = event;
      const detail = `written so often that it is left alone for ${Math.ceil(waitMs / 1000)} s`;
      log.warn({ signerName, place, detail }, 'trust contested by another writer');
      return;
    }
    case 'needed':
      log.warn({ signerName, needed: event.needed }, 'certificate stays trusted');
  }
}

/** A CA signs although publishing what verifies it could not even be tried in time. */
export function logTrustLate(log: Log, signerName: string): void {
  log.warn({ signerName }, 'CA signs before its trust is published');
}

/** The version in which the API server serves ClusterTrustBundles; `none`: it does not. */
export function logTrustBundlesServed(log: Log, version: string): void {
  if (version === 'none') log.warn({}, 'ClusterTrustBundles are not served');
  else log.info({ version }, 'ClusterTrustBundles are served');
}

const shown = ({ sha256, certificate }: TrustAnchor) => ({
  sha256,
  subject: certificate.seen.byOpenssl.subject.split('\n').join(', '),
  notAfter: new Date(certificate.notAfterMs).toISOString(),
});
