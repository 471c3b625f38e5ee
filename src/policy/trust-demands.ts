// SPDX-License-Identifier: Apache-2.0
// What publishing trust demands: a place, and no place that two signers would both keep right.

import type { Path } from './problem.js';
import type { FieldFault } from './schema-faults.js';
import { DEFAULT_TRUST_KEY } from './trust-schema.js';
import { fieldNames, isWritten, textAt, textsAt, writtenAt } from './written.js';
import type { YamlNode } from './yaml-tree.js';

/** Faults inside the field `trust` at `path`. */
export function trustFaults(root: YamlNode, path: Path): readonly FieldFault[] {
  if (!isWritten(root, path) || isWritten(root, [...path, 'configMap'])) return [];
  if (writtenAt(root, [...path, 'clusterTrustBundle']) === true) return [];
  const message = 'is missing: write configMap, clusterTrustBundle: true, or both';
  return [{ code: 'PolicyMissingField', path: [...path, 'configMap'], on: 'value', message }];
}

/** Keys of ConfigMaps that more than one signer would write: each would undo what the other wrote, for ever. */
export function trustClashes(root: YamlNode): readonly FieldFault[] {
  const owners = new Map<string, string>();
  return fieldNames(root, ['signers']).flatMap((signerName) => {
    const path = ['signers', signerName, 'trust', 'configMap'];
    const name = textAt(root, [...path, 'name']);
    const key = textAt(root, [...path, 'key']) ?? DEFAULT_TRUST_KEY;
    if (name === undefined) return [];
    return textsAt(root, [...path, 'namespaces']).flatMap(({ text, path: at }): FieldFault[] => {
      const place = JSON.stringify([text, name, key]);
      const owner = owners.get(place);
      owners.set(place, owner ?? signerName);
      if (owner === undefined || owner === signerName) return [];
      const message = `the key ${key} of ConfigMap ${name} holds the trust of signer ${owner} there; give each signer a key of its own`;
      return [{ code: 'PolicyConflict', path: at, on: 'value', message }];
    });
  });
}
