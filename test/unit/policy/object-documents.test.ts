// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { parseYamlDocuments } from '../../../src/policy/object-documents.js';
import { formatProblem } from '../../../src/policy/problem.js';

const objectsOf = (text: string): readonly unknown[] => {
  const parsed = parseYamlDocuments(text, 'nodes.yaml');
  if (!parsed.ok) throw new RangeError(parsed.error.map(formatProblem).join('\n'));
  return parsed.value;
};

const node = { kind: 'Node', metadata: { name: 'a' } };

describe('a file of Kubernetes objects', () => {
  it.each([
    ['one document', 'kind: Node\nmetadata: { name: a }\n', [node]],
    [
      'several documents',
      'kind: Node\nmetadata: { name: a }\n---\nkind: Pod\n',
      [node, { kind: 'Pod' }],
    ],
    ['empty documents between', '---\n---\nkind: Pod\n---\n# nothing\n', [{ kind: 'Pod' }]],
    ['nothing', '', []],
    ['JSON', JSON.stringify(node), [node]],
    ['a List', JSON.stringify({ kind: 'List', items: [node, node] }, undefined, 4), [node, node]],
    ['a NodeList', JSON.stringify({ kind: 'NodeList', items: [node] }), [node]],
    [
      'an object that is no list, with items',
      'kind: Secret\nitems: [1]\n',
      [{ kind: 'Secret', items: [1] }],
    ],
    ['a time as text', 'at: 2026-01-01T00:00:00Z\n', [{ at: '2026-01-01T00:00:00Z' }]],
    ['no as text', 'value: no\n', [{ value: 'no' }]],
    ['a text of many lines, indented far', `a: |\n${' '.repeat(300)}x: y\n`, [{ a: 'x: y\n' }]],
  ])('may hold %s', (_, text, expected) => {
    expect(objectsOf(text)).toEqual(expected);
  });

  it.each([
    ['a syntax error', 'kind: Node\n---\nkind: [\n', 'nodes.yaml:4:1'],
    ['a field that is there twice', 'kind: Node\nkind: Pod\n', 'nodes.yaml:2:1'],
    ['an unknown tag', 'kind: !x Node\n', 'nodes.yaml:1:7'],
    ['__proto__ as a field', '__proto__: {}\n', 'nodes.yaml:1:1'],
  ])('is refused with its place for %s', (_, text, place) => {
    const parsed = parseYamlDocuments(text, 'nodes.yaml');

    expect(parsed.ok ? [] : parsed.error.map(({ code }) => code)).toEqual(['ObjectFileInvalid']);
    expect(parsed.ok ? '' : parsed.error.map(formatProblem).join()).toContain(`${place}: `);
  });
});
