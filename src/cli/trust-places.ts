// SPDX-License-Identifier: Apache-2.0
// Fits what is known of the cluster to the places that the publisher of trust keeps right.

import { trustBundleName } from '../authority/trust-names.js';
import type { WriteOutcome } from '../controller/write.js';
import {
  createTrustBundle,
  type TrustBundleVersion,
  writeTrustBundle,
} from '../kube/cluster-trust-bundles.js';
import { type ConfigMapName, createConfigMap, writeConfigMapKey } from '../kube/config-maps.js';
import type { WriterOptions } from '../kube/locked-patch.js';
import type { Reflector } from '../kube/reflector.js';
import type { PlaceSeen, TrustedSigner, TrustPlace } from '../signer/trust-ports.js';
import type { SignerName } from '../vocabulary/brands.js';
import type { TrustBundleApi } from './trust-bundle-api.js';
import type { Published } from './trust-pictures.js';

/** What is used of a picture. */
export type Picture<V> = Pick<Reflector<V>, 'isSynced' | 'get' | 'absorb'>;

/** Where the ConfigMaps of trust are seen and written. */
export interface ConfigMapPlaces {
  readonly writer: WriterOptions;
  /** The namespaces that were chosen; undefined before anything is watched. */
  readonly namespaces: () => Picture<boolean> | undefined;
  /** The ConfigMaps of one name and key, by namespace. */
  readonly configMaps: (of: { name: string; key: string }) => Picture<Published> | undefined;
  /** ConfigMaps that are the controller's own: nothing is published in them. */
  readonly own: readonly ConfigMapName[];
}

/** Where ClusterTrustBundles are seen and written. */
export interface BundlePlaces {
  readonly writer: WriterOptions;
  readonly api: TrustBundleApi;
}

const OWN: WriteOutcome = {
  kind: 'forbidden',
  message: "this ConfigMap is the controller's own; choose another name",
};

/** One key of one ConfigMap. */
interface Target extends ConfigMapName {
  readonly key: string;
}

/** Every place in which the trust of a signer stands. */
export function placesOf(
  signer: TrustedSigner,
  configMaps: ConfigMapPlaces,
  bundles: BundlePlaces,
): readonly TrustPlace[] {
  const { configMap, clusterTrustBundle } = signer.trust;
  const targets = configMap?.namespaces.map((namespace) => ({ ...configMap, namespace })) ?? [];
  return [
    ...targets.map((target) => configMapPlace(signer.signerName, target, configMaps)),
    ...(clusterTrustBundle ? [bundlePlace(signer.signerName, bundles)] : []),
  ];
}

function configMapPlace(
  signerName: string,
  { namespace, name, key }: Target,
  { writer, namespaces, configMaps, own }: ConfigMapPlaces,
): TrustPlace {
  const isOwn = own.some((each) => each.namespace === namespace && each.name === name);
  const description = `Certificates to verify what signer ${signerName} signs. The controller keeps the key ${key} right.`;
  return {
    named: `configmap ${namespace}/${name} key ${key}`,
    look: () => {
      const open = namespaces();
      const picture = configMaps({ name, key });
      if (open?.isSynced !== true || picture?.isSynced !== true) return { kind: 'unseen' };
      return open.get(namespace) === true ? seenOf(picture.get(namespace)) : { kind: 'closed' };
    },
    create: async (text) =>
      isOwn ? OWN : createConfigMap(writer, { namespace, name, key, text }, description),
    update: async (lock, text) => {
      if (isOwn) return OWN;
      const outcome = await writeConfigMapKey(writer, { namespace, name, key, text, ...lock });
      if (outcome.kind === 'written') {
        configMaps({ name, key })?.absorb(outcome.object, lock.resourceVersion);
      }
      return outcome;
    },
  };
}

function bundlePlace(signerName: SignerName, { writer, api }: BundlePlaces): TrustPlace {
  const name = trustBundleName(signerName);
  const withVersion = async (
    write: (version: TrustBundleVersion) => Promise<WriteOutcome>,
  ): Promise<WriteOutcome> => {
    const version = api.version();
    return version === undefined || version === 'none' ? { kind: 'gone' } : write(version);
  };
  return {
    named: `clustertrustbundle ${name}`,
    look: () => {
      if (api.version() === 'none') return { kind: 'closed' };
      const published = api.look(name);
      return published === 'unseen' ? { kind: 'unseen' } : seenOf(published);
    },
    create: (text) =>
      withVersion((version) => createTrustBundle(writer, { version, name, text }, signerName)),
    update: (lock, text) =>
      withVersion(async (version) => {
        const outcome = await writeTrustBundle(writer, { version, name, text, ...lock });
        if (outcome.kind === 'written') api.absorb(name, outcome.object, lock.resourceVersion);
        return outcome;
      }),
  };
}

const seenOf = (published: Published | undefined): PlaceSeen =>
  published === undefined ? { kind: 'absent' } : { kind: 'found', ...published };
