// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import { loadPolicyParts } from '../../../src/policy/load-policy.js';
import { missingConfigMap, readPolicyConfigMap } from '../../../src/policy-store/config-map.js';
import { configMap, PLACE } from './policies.js';

const read = (json: object) => readPolicyConfigMap(json, PLACE);

const namesIn = (json: object): readonly string[] => {
  const { offered } = read(json);
  return offered.kind === 'texts' ? offered.parts.map(({ name }) => name) : [];
};

describe('the ConfigMap of a policy', () => {
  it('is one text under policy.yaml, named by namespace, name and key', () => {
    const { offered, uid } = read(configMap({ 'policy.yaml': 'text' }));

    expect(uid).toBe('u1');
    expect(offered).toMatchObject({
      kind: 'texts',
      parts: [{ name: 'policy.yaml', source: 'configmap ns/policy key policy.yaml', text: 'text' }],
      origin: { source: 'configmap ns/policy key policy.yaml', resourceVersion: '7' },
    });
  });

  it('has every key that ends in .yaml, in the order of names, and no other', () => {
    const json = configMap({ 'b.yaml': 'b', 'a.yaml': 'a', 'note.txt': 'no', 'c.yml': 'no' });

    expect(namesIn(json)).toEqual(['a.yaml', 'b.yaml']);
    expect(read(json).offered.origin.source).toBe('configmap ns/policy keys a.yaml, b.yaml');
  });

  it('is read also where kubectl took a text for bytes', () => {
    const binaryData = { 'a.yaml': Buffer.from('bytes').toString('base64') };

    const { offered } = read({ ...configMap({ 'b.yaml': 'text' }), binaryData });

    expect(offered).toMatchObject({ parts: [{ text: 'bytes' }, { text: 'text' }] });
  });

  it('is refused where the bytes are no UTF-8, and says in which line', () => {
    const text = Buffer.from('apiVersion: a\nkind: dev-t\xe9am\n', 'latin1');

    const { offered } = read({ metadata: {}, binaryData: { 'a.yaml': text.toString('base64') } });

    const parts = offered.kind === 'texts' ? offered.parts : undefined;
    expect(parts === undefined ? undefined : loadPolicyParts(parts)).toMatchObject({
      error: [
        { code: 'PolicySyntax', source: 'configmap ns/policy key a.yaml', line: 2, column: 12 },
      ],
    });
  });

  it.each([
    ['without a key that ends in .yaml', read(configMap({ 'policy.json': '{}' })).offered, 'key'],
    ['without data', read({ metadata: { name: 'policy' } }).offered, 'key'],
    ['that is not there', missingConfigMap(PLACE), 'no such ConfigMap'],
  ])('%s offers nothing and says why', (_, offered, why) => {
    expect(offered).toMatchObject({
      kind: 'nothing',
      why: expect.stringContaining(why) as unknown,
      origin: { source: 'configmap ns/policy' },
    });
  });

  it('names who wrote the text last, not who annotated it later', () => {
    const managedFields = [
      { manager: 'helm', time: '2026-01-02T00:00:00Z', fieldsV1: { 'f:data': {} } },
      { manager: 'kubectl-edit', time: '2026-01-03T00:00:00Z', fieldsV1: { 'f:data': {} } },
      { manager: 'argocd', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:data': {} } },
      { manager: 'kubectl-annotate', time: '2026-01-04T00:00:00Z', fieldsV1: { 'f:metadata': {} } },
    ];

    const { offered } = read(configMap({ 'policy.yaml': 'text' }, { managedFields }));

    expect(offered.origin.fieldManager).toBe('kubectl-edit');
  });
});

describe('the annotation paused', () => {
  const cases: Record<string, readonly [object | undefined, boolean]> = {
    'is not there: no pause': [undefined, false],
    'says true': [{ paused: 'true' }, true],
    'says yes: whoever writes that in an emergency means it': [{ paused: 'yes' }, true],
    'says nothing at all': [{ paused: '' }, true],
    'says false': [{ paused: 'false' }, false],
    'is another one': [{ 'example.com/paused': 'true' }, false],
  };

  it.each(Object.entries(cases))('%s', (_, [annotations, isPaused]) => {
    const json = configMap({}, annotations === undefined ? {} : { annotations });

    expect(read(json).isPaused).toBe(isPaused);
  });
});
