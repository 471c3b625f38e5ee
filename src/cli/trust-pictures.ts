// SPDX-License-Identifier: Apache-2.0
// What stands in the cluster where trust is recorded and published, watched as long as a policy wants it there.

import { createHash } from 'node:crypto';
import type { Clock } from '../controller/clock.js';
import {
  trustBundlesOf,
  trustBundleText,
  type TrustBundleVersion,
} from '../kube/cluster-trust-bundles.js';
import { type ConfigMapName, configMapsOf } from '../kube/config-maps.js';
import { Reflector, type ReflectorOptions } from '../kube/reflector.js';
import type { StreamEnd } from '../kube/reflector-observer.js';
import type { Transport } from '../kube/transport.js';
import type { Lock } from '../signer/trust-ports.js';
import type { Log } from '../telemetry/log.js';
import { logStreamEnd } from '../telemetry/run-lines.js';
import { field, stringAt } from '../vocabulary/json.js';

/** With what pictures are taken; `onChange` is told that one of them shows something new, or is complete. */
export interface PictureParts {
  readonly transport: Pick<Transport, 'request' | 'stream'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: () => void;
}

/** One object, as far as it is ours. */
export interface Published {
  readonly lock: Lock;
  /** Of our text; undefined where there is none. Texts are not kept: others may write a mebibyte there. */
  readonly sha256: string | undefined;
}

/** The ConfigMap that nobody else writes. */
export interface Recorded {
  readonly lock: Lock;
  readonly textOf: (key: string) => string | undefined;
}

const lockOf = (json: unknown): Lock => {
  const metadata = field(json, 'metadata');
  return {
    uid: stringAt(metadata, 'uid') ?? '',
    resourceVersion: stringAt(metadata, 'resourceVersion') ?? '',
  };
};

const nameIn = (json: unknown): string | undefined => stringAt(field(json, 'metadata'), 'name');

const publishedIn = (json: unknown, text: string | undefined): Published => ({
  lock: lockOf(json),
  sha256: text === undefined ? undefined : createHash('sha256').update(text).digest('hex'),
});

/** Of one collection; `ended` is told of each list or watch that ended. */
function pictureOf<V>(
  { transport, clock, log, onChange }: PictureParts,
  what: Pick<ReflectorOptions<V>, 'path' | 'fieldSelector' | 'parse'> & {
    readonly collection: string;
    readonly ended?: (end: StreamEnd) => void;
  },
): Reflector<V> {
  const { collection, ended, ...where } = what;
  return new Reflector<V>({
    ...where,
    transport,
    clock,
    random: Math.random,
    onChange,
    observer: {
      listed: onChange,
      ended: (end) => {
        logStreamEnd(log, collection, end);
        ended?.(end);
      },
    },
  });
}

/** The record, under its name. */
export const recordPicture = (
  parts: PictureParts,
  { namespace, name }: ConfigMapName,
): Reflector<Recorded> =>
  pictureOf(parts, {
    collection: 'configmaps',
    path: configMapsOf(namespace),
    fieldSelector: `metadata.name=${name}`,
    parse: (json) => {
      const key = nameIn(json);
      const data = field(json, 'data');
      const value = { lock: lockOf(json), textOf: (of: string) => stringAt(data, of) };
      return key === undefined ? undefined : { key, value };
    },
  });

/** Whether something can be made in each of these namespaces; of one that is not there nothing is known. */
export const namespacesPicture = (
  parts: PictureParts,
  wanted: ReadonlySet<string>,
): Reflector<boolean> =>
  pictureOf(parts, {
    collection: 'namespaces',
    path: '/api/v1/namespaces',
    parse: (json) => {
      const key = nameIn(json);
      if (key === undefined || !wanted.has(key)) return undefined;
      return { key, value: stringAt(field(json, 'status'), 'phase') !== 'Terminating' };
    },
  });

/** One key of the ConfigMaps of a name, by namespace; one watch, however many namespaces there are. */
export const configMapsPicture = (
  parts: PictureParts,
  { name, key }: { readonly name: string; readonly key: string },
  wanted: ReadonlySet<string>,
): Reflector<Published> =>
  pictureOf(parts, {
    collection: 'configmaps',
    path: '/api/v1/configmaps',
    fieldSelector: `metadata.name=${name}`,
    parse: (json) => {
      const namespace = stringAt(field(json, 'metadata'), 'namespace');
      if (namespace === undefined || !wanted.has(namespace)) return undefined;
      // Under binaryData it is none of ours, whatever it holds.
      return { key: namespace, value: publishedIn(json, stringAt(field(json, 'data'), key)) };
    },
  });

/** One ClusterTrustBundle, under its name. */
export const trustBundlePicture = (
  parts: PictureParts,
  { version, name }: { readonly version: TrustBundleVersion; readonly name: string },
  ended: (end: StreamEnd) => void,
): Reflector<Published> =>
  pictureOf(parts, {
    collection: 'clustertrustbundles',
    path: trustBundlesOf(version),
    fieldSelector: `metadata.name=${name}`,
    parse: (json) => {
      const key = nameIn(json);
      const value = publishedIn(json, trustBundleText(json));
      return key === undefined ? undefined : { key, value };
    },
    ended,
  });
