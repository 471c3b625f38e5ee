// SPDX-License-Identifier: Apache-2.0
// Reads and changes one ConfigMap by its name.

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
