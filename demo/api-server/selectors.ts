// SPDX-License-Identifier: Apache-2.0
// Label and field selectors.

import { badRequest } from './failures.js';
import { textAt } from './json.js';
import type { KubeObject } from './json.js';
import type { Resource } from './resource.js';

export type Selector = (object: KubeObject) => boolean;

/** A requirement each; a comma inside parentheses divides values, not requirements. */
const REQUIREMENTS = /(?:[^,(]|\([^)]*\))+/g;
const SET = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/;
const EQUALITY = /^([^=!\s]+)\s*(!=|==|=)\s*(\S*)$/;
const EXISTENCE = /^(!?)\s*([^=!\s,()]+)$/;

/** Throws a 400 for what is no selector. */
export function labelSelector(text: string): Selector {
  const tests = (text.match(REQUIREMENTS) ?? []).map((part) => labelTest(part.trim()));
  return ({ metadata: { labels = {} } }) => tests.every((test) => test(labels));
}

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

function labelTest(requirement: string): LabelTest {
  const [, setKey = '', operator, list = ''] = SET.exec(requirement) ?? [];
  if (operator !== undefined) {
    const values = list.split(',').map((value) => value.trim());
    return (labels) => values.includes(labels[setKey] ?? '\0') === (operator === 'in');
  }
  const [, key = '', relation, value] = EQUALITY.exec(requirement) ?? [];
  if (relation !== undefined) return (labels) => (labels[key] === value) === (relation !== '!=');
  const [, not, present] = EXISTENCE.exec(requirement) ?? [];
  if (present === undefined) throw badRequest(`unable to parse requirement: ${requirement}`);
  return (labels) => Object.hasOwn(labels, present) === (not === '');
}

/** Throws a 400 for a field that the kind of object cannot be selected by. */
export function fieldSelector(text: string, resource: Resource): Selector {
  const { selectableFields = [], namespaced, shown = (object: KubeObject) => object } = resource;
  const allowed = [
    'metadata.name',
    ...(namespaced ? ['metadata.namespace'] : []),
    ...selectableFields,
  ];
  const tests = text
    .split(',')
    .filter((part) => part !== '')
    .map((part): Selector => {
      const [, field = '', relation, value = ''] = EQUALITY.exec(part.trim()) ?? [];
      if (!allowed.includes(field)) throw badRequest(`field label not supported: ${field}`);
      return (object) =>
        (textAt(shown(object), ...field.split('.')) === value) === (relation !== '!=');
    });
  return (object) => tests.every((test) => test(object));
}
