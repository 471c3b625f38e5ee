// SPDX-License-Identifier: Apache-2.0
// What the fields of one rule demand of each other.

import type { PresetName } from '../decide/rule.js';
import { SUBJECT_FIELDS } from '../request/subject-fields.js';
import { isExtendedKeyUsage, USAGES } from '../request/usages.js';
import { allowedUsages } from '../request/well-known-signers.js';
import { MAX_SUBJECT_ALT_NAMES } from '../vocabulary/limits.js';
import { quoted } from '../vocabulary/printable.js';
import { locate } from './locate.js';
import type { Path } from './problem.js';
import { isKubeletSigner, presetFor, presets } from './presets.js';
import type { FieldFault } from './schema-faults.js';
import { fieldNames, isWritten, textAt, textsAt, writtenAt } from './written.js';
import type { YamlNode } from './yaml-tree.js';

/** Fields that a preset fills and that a rule with it may not write. */
export const FILLED_BY_PRESETS: Readonly<Record<PresetName, readonly Path[]>> = {
  'kubelet-client': [['subject'], ['sans'], ['usages']],
  'kubelet-serving': [['subject'], ['sans', 'uri'], ['sans', 'email'], ['sans', 'min'], ['usages']],
};

/** Words of a rule that templates can stand in. */
const TEMPLATED: readonly Path[] = [
  ['subject', 'commonName'],
  ['subject', 'organizations'],
  ...SUBJECT_FIELDS.map(([field]) => ['subject', field]),
  ['sans', 'dns'],
  ['sans', 'uri'],
  ['sans', 'email'],
];

const KINDS_OF_NAMES = ['dns', 'ip', 'uri', 'email'];

const conflict = (path: Path, message: string, on: FieldFault['on'] = 'value'): FieldFault => ({
  code: 'PolicyConflict',
  path,
  on,
  message,
});

const missing = (path: Path, message: string): FieldFault => ({
  code: 'PolicyMissingField',
  path,
  on: 'value',
  message: `is missing: ${message}`,
});

/** Faults between the fields of the rule at `path`. */
export function ruleFaults(root: YamlNode, path: Path): readonly FieldFault[] {
  const preset = isWritten(root, [...path, 'preset'])
    ? presetFaults(root, path)
    : ownRuleFaults(root, path);
  return [
    ...preset,
    ...readyNodeFaults(root, path),
    ...requesterFaults(root, [...path, 'match', 'requester']),
  ];
}

const readyNodeFaults = (root: YamlNode, path: Path): readonly FieldFault[] => {
  const at = [...path, 'readyNode'];
  if (!isWritten(root, at) || textAt(root, [...path, 'preset']) === 'kubelet-client') return [];
  return [conflict(at, 'only the preset kubelet-client gives the names of nodes', 'name')];
};

/** A kubelet that is denied at its start gives up (KLT-9), and what is transient may pass a minute later. */
const neverDenied = (root: YamlNode, path: Path, preset: string): readonly FieldFault[] => {
  const at = [...path, 'onViolation', 'transient'];
  if (preset !== 'kubelet-client' || textAt(root, at)?.endsWith(' then deny') !== true) return [];
  return [
    conflict(at, 'a kubelet that joins is never denied for what may pass; write "then leave"'),
  ];
};

function presetFaults(root: YamlNode, path: Path): readonly FieldFault[] {
  const name = textAt(root, [...path, 'preset']) ?? '';
  const filled = Object.entries(FILLED_BY_PRESETS)
    .flatMap(([each, fields]) => (each === name ? fields : []))
    .filter((field) => isWritten(root, [...path, ...field]))
    .map((field) =>
      conflict(
        [...path, ...field],
        'a preset fills this field; remove the field or the preset',
        'name',
      ),
    );
  const signerPath = [...path, 'match', 'signerName'];
  const signerName = textAt(root, signerPath);
  const wanted = Object.entries(presets).find(([each]) => each === name)?.[1].signerName;
  const faults = [...filled, ...neverDenied(root, path, name)];
  if (signerName === undefined || wanted === undefined || signerName === wanted) return faults;
  return [...faults, conflict(signerPath, `the preset is for ${wanted}; leave the field out`)];
}

function ownRuleFaults(root: YamlNode, path: Path): readonly FieldFault[] {
  const signerPath = [...path, 'match', 'signerName'];
  const signerName = textAt(root, signerPath);
  const faults: FieldFault[] = [];
  if (!isWritten(root, signerPath)) {
    faults.push(missing(signerPath, 'the signer name that the rule speaks of'));
  }
  if (!isWritten(root, [...path, 'match', 'requester'])) {
    const words = 'who may ask; for everybody write "requester: anyone"';
    faults.push(missing([...path, 'match', 'requester'], words));
  }
  if (isWritten(root, [...path, 'match', 'nodes'])) {
    const words = 'only rules with a kubelet preset know the name of the node';
    faults.push(conflict([...path, 'match', 'nodes'], words, 'name'));
  }
  if (signerName !== undefined && isKubeletSigner(signerName)) {
    faults.push(conflict(signerPath, presetNeeded(signerName)));
  } else if (signerName !== undefined) {
    faults.push(...usageFaults(root, [...path, 'usages'], signerName));
  }
  for (const field of ['owner', 'shared']) {
    if (!isWritten(root, [...path, 'sans', field])) continue;
    const words = 'only the preset kubelet-serving knows whose names these are';
    faults.push(conflict([...path, 'sans', field], words, 'name'));
  }
  return [...faults, ...nodeNameFaults(root, path), ...countFaults(root, [...path, 'sans'])];
}

function presetNeeded(signerName: string): string {
  const preset = presetFor(signerName);
  const advice =
    preset === undefined
      ? 'this version has no preset for it'
      : `write "preset: ${preset}" instead of this field`;
  return `requests for ${signerName} are approved by presets only; ${advice}`;
}

/** Usages must be written where the signer has no contract, and must not reach beyond one. */
export function usageFaults(root: YamlNode, path: Path, signerName: string): readonly FieldFault[] {
  const contract = allowedUsages(signerName);
  if (!isWritten(root, path)) {
    return contract === undefined
      ? [missing(path, 'only the built-in signers of Kubernetes have usages by default')]
      : [];
  }
  const usages = textsAt(root, path);
  if (contract !== undefined) {
    return usages
      .filter(({ text }) => !contract.includes(text))
      .map((usage) =>
        conflict(
          usage.path,
          `${signerName} takes only ${contract.join(', ')}: not ${quoted(usage.text)}`,
        ),
      );
  }
  const isUnclear = usages.length === 0 || usages.some(({ text }) => !USAGES.has(text));
  if (isUnclear || usages.some(({ text }) => isExtendedKeyUsage(text))) return [];
  const words =
    'no usage here is an extended key usage such as "client auth", and one is always needed';
  return [conflict(path, words)];
}

/** Outside of kubelet presets a requester could choose the node's name through the common name. */
const nodeNameFaults = (root: YamlNode, path: Path): readonly FieldFault[] =>
  TEMPLATED.flatMap((field) => textsAt(root, [...path, ...field]))
    .filter(({ text }) => !text.startsWith('/') && text.includes('{node.name}'))
    .map((word) =>
      conflict(word.path, 'only rules with a kubelet preset know the name of the node'),
    );

function countFaults(root: YamlNode, path: Path): readonly FieldFault[] {
  const min = writtenAt(root, [...path, 'min']) ?? 0;
  const max = writtenAt(root, [...path, 'max']) ?? MAX_SUBJECT_ALT_NAMES;
  if (typeof min !== 'number' || typeof max !== 'number') return [];
  if (min > max) return [conflict([...path, 'min'], 'min is greater than max')];
  if (min === 0 || KINDS_OF_NAMES.some((kind) => isWritten(root, [...path, kind]))) return [];
  const words = 'names are demanded, and none are allowed: write dns, ip, uri or email';
  return [conflict([...path, 'min'], words)];
}

function requesterFaults(root: YamlNode, path: Path): readonly FieldFault[] {
  if (locate(root, path).node?.kind !== 'map') return [];
  if (fieldNames(root, path).some((name) => name !== 'certificate')) return [];
  const words =
    'one of usernames, groups, serviceAccounts, extra; for everybody write "requester: anyone", or groups: [system:authenticated]';
  return [missing(path, words)];
}
