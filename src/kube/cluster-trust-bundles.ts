// SPDX-License-Identifier: Apache-2.0
// ClusterTrustBundles (KEP-3257): under which version the API server serves them, and how one is made and changed.

import { field, listAt, stringAt } from '../vocabulary/json.js';
import { createObject, MANAGED } from './create-object.js';
import { sendLockedPatch, type WriteOutcome, type WriterOptions } from './locked-patch.js';
import { readObject } from './read-object.js';
import type { Transport } from './transport.js';

const GROUP = 'certificates.k8s.io';
const RESOURCE = 'clustertrustbundles';

/** The stablest first; what is used of them is the same in all. */
const VERSIONS = ['v1', 'v1beta1', 'v1alpha1'] as const;

/** A version of the API. */
export type TrustBundleVersion = (typeof VERSIONS)[number];

/** Where the API has them. */
export const trustBundlesOf = (version: TrustBundleVersion): string =>
  `/apis/${GROUP}/${version}/${RESOURCE}`;

/** How they are served; `absent`: this server does not. Never throws. */
export type ServedTrustBundles =
  | { readonly kind: 'served'; readonly version: TrustBundleVersion }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable'; readonly why: string };

/** Asks the server; every authenticated user may. */
export async function servedTrustBundles(
  transport: Pick<Transport, 'request'>,
  signal: AbortSignal,
): Promise<ServedTrustBundles> {
  // One after the other: mostly the first that there is decides.
  for (const version of VERSIONS) {
    const answer = await readObject(transport, `/apis/${GROUP}/${version}`, signal);
    if (answer.kind === 'unavailable') return answer;
    const isServed =
      answer.kind === 'found' &&
      listAt(answer.object, 'resources').some((each) => stringAt(each, 'name') === RESOURCE);
    if (isServed) return { kind: 'served', version };
  }
  return { kind: 'absent' };
}

/** The PEM in the API's JSON of one. */
export const trustBundleText = (json: unknown): string | undefined =>
  stringAt(field(json, 'spec'), 'trustBundle');

/** One of them, with its anchors as PEM. */
export interface TrustBundleContent {
  readonly version: TrustBundleVersion;
  readonly name: string;
  readonly text: string;
}

/** Makes one for a signer. Never throws. */
export const createTrustBundle = (
  options: WriterOptions,
  { version, name, text }: TrustBundleContent,
  signerName: string,
): Promise<WriteOutcome> =>
  createObject(options, trustBundlesOf(version), {
    apiVersion: `${GROUP}/${version}`,
    kind: 'ClusterTrustBundle',
    metadata: { name, labels: MANAGED },
    spec: { signerName, trustBundle: text },
  });

/** Replaces its anchors. Never throws. */
export const writeTrustBundle = (
  options: WriterOptions,
  target: TrustBundleContent & { readonly uid: string; readonly resourceVersion: string },
): Promise<WriteOutcome> => {
  const { version, name, text, uid, resourceVersion } = target;
  return sendLockedPatch(options, {
    path: `${trustBundlesOf(version)}/${encodeURIComponent(name)}`,
    uid,
    resourceVersion,
    change: { spec: { trustBundle: text } },
  });
};
