// SPDX-License-Identifier: Apache-2.0
// Reads and changes one ConfigMap by its name.

import { createObject, MANAGED } from './create-object.js';
import { sendLockedPatch, type WriteOutcome, type WriterOptions } from './locked-patch.js';
import { readObject, type ReadAnswer } from './read-object.js';

/** Which ConfigMap. */
export interface ConfigMapName {
  readonly namespace: string;
  readonly name: string;
}

/** Where the API has the ConfigMaps of a namespace. */
export const configMapsOf = (namespace: string): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps`;

const pathOf = ({ namespace, name }: ConfigMapName): string =>
  `${configMapsOf(namespace)}/${encodeURIComponent(name)}`;

/** GETs it. Never throws. */
export const readConfigMap = (
  { transport, signal }: Pick<WriterOptions, 'transport' | 'signal'>,
  configMap: ConfigMapName,
): Promise<ReadAnswer> => readObject(transport, pathOf(configMap), signal);

/** Sets the keys of `data`, and removes those that are null; others stay. Never throws. */
export const writeConfigMap = (
  options: WriterOptions,
  target: ConfigMapName & { readonly uid: string; readonly resourceVersion: string },
  data: Readonly<Record<string, string | null>>,
): Promise<WriteOutcome> => {
  const { uid, resourceVersion } = target;
  return sendLockedPatch(options, {
    path: pathOf(target),
    uid,
    resourceVersion,
    change: { data },
  });
};

/** One text in a ConfigMap. */
export interface ConfigMapKey extends ConfigMapName {
  readonly key: string;
  readonly text: string;
}

/** Makes a ConfigMap that holds one text; `description` is for people. Never throws. */
export const createConfigMap = (
  options: WriterOptions,
  { namespace, name, key, text }: ConfigMapKey,
  description: string,
): Promise<WriteOutcome> =>
  createObject(options, configMapsOf(namespace), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace,
      labels: MANAGED,
      annotations: { 'kubernetes.io/description': description },
    },
    data: { [key]: text },
  });

/** Sets one key, and takes it away from the binary ones, where it may not be at the same time. Never throws. */
export const writeConfigMapKey = (
  options: WriterOptions,
  target: ConfigMapKey & { readonly uid: string; readonly resourceVersion: string },
): Promise<WriteOutcome> => {
  const { uid, resourceVersion, key, text } = target;
  return sendLockedPatch(options, {
    path: pathOf(target),
    uid,
    resourceVersion,
    change: { data: { [key]: text }, binaryData: { [key]: null } },
  });
};
