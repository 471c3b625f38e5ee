// SPDX-License-Identifier: Apache-2.0
// What the fields of one signer demand of each other.

import { allowedUsages } from '../request/well-known-signers.js';
import { parseGivenLifetime } from './durations.js';
import type { Path } from './problem.js';
import { usageFaults } from './rule-demands.js';
import type { FieldFault } from './schema-faults.js';
import { isWritten, textAt } from './written.js';
import { DEFAULT_MAX_LIFETIME_SECONDS } from './signer-lifetime.js';
import { trustFaults } from './trust-demands.js';
import type { YamlNode } from './yaml-tree.js';

/** Faults between the fields of the signer at `path`, whose name is `signerName`. */
export function signerFaults(
  root: YamlNode,
  path: Path,
  signerName: string,
): readonly FieldFault[] {
  return [
    ...caFaults(root, [...path, 'ca']),
    ...allowFaults(root, [...path, 'allow'], signerName),
    ...lifetimeFaults(root, path),
    ...trustFaults(root, [...path, 'trust']),
  ];
}

function caFaults(root: YamlNode, path: Path): readonly FieldFault[] {
  if (!isWritten(root, path)) return [];
  const written = ['files', 'secret'].filter((field) => isWritten(root, [...path, field]));
  if (written.length === 1) return [];
  if (written.length === 0) {
    const message = 'is missing: write files, or secret with the name of a Secret';
    return [{ code: 'PolicyMissingField', path: [...path, 'files'], on: 'value', message }];
  }
  const message = 'a CA comes from files or from a Secret; remove one of the two';
  return [{ code: 'PolicyConflict', path: [...path, 'secret'], on: 'name', message }];
}

function allowFaults(root: YamlNode, path: Path, signerName: string): readonly FieldFault[] {
  if (isWritten(root, path)) return usageFaults(root, [...path, 'usages'], signerName);
  if (allowedUsages(signerName) !== undefined) return [];
  const message =
    'is missing: what certificates of this signer may hold; only the built-in signers have a contract';
  return [{ code: 'PolicyMissingField', path, on: 'value', message }];
}

function lifetimeFaults(root: YamlNode, path: Path): readonly FieldFault[] {
  const defaultPath = [...path, 'lifetime', 'default'];
  const byDefault = secondsAt(root, defaultPath);
  const max = secondsAt(root, [...path, 'lifetime', 'max']) ?? DEFAULT_MAX_LIFETIME_SECONDS;
  if (byDefault === undefined || byDefault <= max) return [];
  const message = 'the default is longer than max (which is 8760h unless written)';
  return [{ code: 'PolicyConflict', path: defaultPath, on: 'value', message }];
}

function secondsAt(root: YamlNode, path: Path): number | undefined {
  const parsed = parseGivenLifetime(textAt(root, path) ?? '');
  return parsed.ok ? parsed.value : undefined;
}
