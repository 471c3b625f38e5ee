// SPDX-License-Identifier: Apache-2.0
// A policy in several texts, as the keys of one ConfigMap: merged in the order of names, and nothing overrides anything.

import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { loadPolicy, loadPolicyParts } from '../../../src/policy/load-policy.js';
import type { PolicyPart } from '../../../src/policy/policy-part.js';
import { formatProblem } from '../../../src/policy/problem.js';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import { MAX_POLICY_BYTES, MAX_POLICY_PARTS } from '../../../src/vocabulary/limits.js';
import { goodPolicy } from './good-policy.js';

const HEAD = 'apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\n';

const rule = (name: string, more = ''): string =>
  `  ${name}: { match: { signerName: kubernetes.io/kube-apiserver-client, requester: anyone }${more} }\n`;

const signer = (name: string, max: string): string =>
  `  ${name}: { ca: { files: { cert: a, key: b } }, lifetime: { max: ${max} } }\n`;

const API_CLIENT = 'kubernetes.io/kube-apiserver-client';

/** Each body stands under the usual head, and under its key. */
const load = (bodies: Readonly<Record<string, string>>) => {
  const [first, ...others] = Object.entries(bodies).map(([name, body]): PolicyPart => ({
    name,
    source: name,
    text: HEAD + body,
  }));
  if (first === undefined) throw new RangeError('no part');
  return loadPolicyParts([first, ...others]);
};

const good = (bodies: Readonly<Record<string, string>>) => {
  const loaded = load(bodies);
  if (!loaded.ok) throw new RangeError(loaded.error.map(formatProblem).join('\n'));
  return loaded.value;
};

const problems = (bodies: Readonly<Record<string, string>>): readonly (readonly string[])[] => {
  const loaded = load(bodies);
  return loaded.ok ? [] : loaded.error.map((each) => [each.code, formatProblem(each)]);
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('documents under several keys', () => {
  it('are one policy with the rules and signers of all', () => {
    const loaded = good({
      'teams.yaml': `rules:\n${rule('b')}${rule('d')}`,
      'base.yaml': `rules:\n${rule('c')}${rule('a')}signers:\n${signer(API_CLIENT, '24h')}`,
    });

    expect(loaded.rules.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
    expect([...loaded.signers.keys()]).toEqual([API_CLIENT]);
  });

  it('have one mode, which holds for the rules of all', () => {
    const loaded = good({
      'a.yaml': `rules:\n${rule('a')}`,
      'b.yaml': `mode: shadow\nrules:\n${rule('b')}${rule('own', ', mode: enforce')}`,
    });

    expect(loaded.rules.map(({ name, mode }) => [name, mode])).toEqual([
      ['a', 'shadow'],
      ['b', 'shadow'],
      ['own', 'enforce'],
    ]);
  });

  it('add to the names of the API server', () => {
    const { policy } = good({
      'a.yaml': `apiServerNames: [a.example, 192.0.2.1]\nrules: {}\n`,
      'b.yaml': `apiServerNames: [b.example]\n`,
    });

    expect(policy.apiServer.names).toEqual(['a.example', 'b.example']);
    expect(policy.apiServer.ranges).toHaveLength(1);
  });

  it('may say the same twice, in any order of fields', () => {
    const one = `mode: enforce\nrules:\n  a: { mode: shadow, match: { requester: anyone, signerName: ${API_CLIENT} } }\n`;
    const other = `mode: enforce\nrules:\n  a: { match: { signerName: ${API_CLIENT}, requester: anyone }, mode: shadow }\n`;

    expect(good({ 'a.yaml': one, 'b.yaml': other }).rules).toHaveLength(1);
  });

  it('are the same policy in whatever order they are given', () => {
    const [a, b] = [`rules:\n${rule('a')}`, `rules:\n${rule('b')}`];

    const one = good({ 'a.yaml': a, 'b.yaml': b });
    const other = good({ 'b.yaml': b, 'a.yaml': a });

    expect(other.hash).toBe(one.hash);
    expect(other.parts).toEqual(one.parts);
    expect(one.parts.map(({ name }) => name)).toEqual(['a.yaml', 'b.yaml']);
  });
});

describe('the hash', () => {
  it('of one document under any key is that of its text alone', () => {
    const alone = loadPolicy(goodPolicy, 'policy.yaml');
    const part = loadPolicyParts([{ name: 'other.yaml', source: 'x', text: goodPolicy }]);

    const hash = sha256(goodPolicy).slice(0, 8);
    expect([alone, part]).toMatchObject([
      { ok: true, value: { hash, policy: { hash } } },
      { ok: true, value: { hash, policy: { hash } } },
    ]);
  });

  it('of several is that of what sha256sum prints of them', () => {
    const [a, b] = [`rules:\n${rule('a')}`, `rules:\n${rule('b')}`];

    const { hash } = good({ 'a.yaml': a, 'b.yaml': b });

    const sums = `${sha256(HEAD + a)}  a.yaml\n${sha256(HEAD + b)}  b.yaml\n`;
    expect(hash).toBe(sha256(sums).slice(0, 8));
  });

  it('is another one when a text moves to another key', () => {
    const [a, b] = [`rules:\n${rule('a')}`, `rules:\n${rule('b')}`];

    expect(good({ 'a.yaml': a, 'c.yaml': b }).hash).not.toBe(
      good({ 'a.yaml': a, 'b.yaml': b }).hash,
    );
  });
});

describe('what is refused', () => {
  const a = `mode: enforce\nrules:\n${rule('dev')}signers:\n${signer(API_CLIENT, '24h')}`;

  const refused: Record<string, readonly [string, ReasonCode, string]> = {
    'a rule that two keys write differently': [
      `rules:\n${rule('dev', ', mode: shadow')}`,
      'PolicyConflict',
      'b.yaml:4:3: rules.dev: this is written differently at a.yaml:5:3; keep one of the two',
    ],
    'a signer that two keys write differently': [
      `rules: {}\nsigners:\n${signer(API_CLIENT, '12h')}`,
      'PolicyConflict',
      `b.yaml:5:3: signers["${API_CLIENT}"]: this is written differently at a.yaml:7:3; keep one of the two`,
    ],
    'a mode that two keys write differently': [
      'mode: review\n',
      'PolicyConflict',
      'b.yaml:3:1: mode: this is written differently at a.yaml:3:1; keep one of the two',
    ],
    'a fault of the second key, at its place there': [
      `rules:\n${rule('ops', ', lifetime: { max: 8 hours }')}`,
      'PolicyInvalidValue',
      'b.yaml:4:106: rules.ops.lifetime.max: "8 hours" is not a duration; write for example 8h, 90d or 1h30m',
    ],
    'a fault between fields of the second key': [
      'rules:\n  ops: { match: { signerName: example.com/x, requester: anyone } }\n',
      'PolicyMissingField',
      'b.yaml:4:3: rules.ops.usages: is missing: only the built-in signers of Kubernetes have usages by default',
    ],
    'a second key that is no map': [
      'rules: []\n',
      'PolicyInvalidValue',
      'b.yaml:3:8: rules: expected a map from names to rules, found a list',
    ],
  };

  it.each(Object.entries(refused))('%s', (_, [b, code, text]) => {
    expect(problems({ 'a.yaml': a, 'b.yaml': b })).toContainEqual([code, text]);
  });

  it('a key without a head of its own, though another key has one', () => {
    const loaded = loadPolicyParts([
      { name: 'a.yaml', source: 'a.yaml', text: HEAD + a },
      { name: 'b.yaml', source: 'b.yaml', text: `rules:\n${rule('b')}` },
    ]);

    expect(loaded.ok ? [] : loaded.error.map(formatProblem)).toEqual([
      'b.yaml:1:1: apiVersion: is missing: kube-csr-approver/v1alpha1',
      'b.yaml:1:1: kind: is missing: Policy',
    ]);
  });

  it('all problems of all keys, key by key and in the order of each text', () => {
    const found = problems({
      'b.yaml': 'mode: no\nrules: 3\n',
      'a.yaml': `mods: 1\nrules:\n${rule('dev')}`,
    });

    expect(found.map(([, text = '']) => text.split(': ')[0])).toEqual([
      'a.yaml:3:1',
      'b.yaml:3:7',
      'b.yaml:4:8',
    ]);
  });

  it('one key that is no YAML, beside what is wrong in the others', () => {
    const found = problems({ 'a.yaml': 'mode: no\nrules: {}\n', 'b.yaml': 'rules: [\n' });

    expect(found.map(([code]) => code)).toEqual(['PolicyInvalidValue', 'PolicySyntax']);
  });

  it('an empty key', () => {
    const loaded = loadPolicyParts([
      { name: 'a.yaml', source: 'a.yaml', text: HEAD + a },
      { name: 'b.yaml', source: 'b.yaml', text: '' },
    ]);

    expect(loaded).toMatchObject({
      ok: false,
      error: [{ code: 'PolicySyntax', source: 'b.yaml' }],
    });
  });

  it('one key in a newer version of the language: that, and nothing else', () => {
    const newer = (HEAD + 'approvals: {}\n').replace('v1alpha1', 'v2');

    const loaded = loadPolicyParts([
      { name: 'a.yaml', source: 'a.yaml', text: `${HEAD}mode: no\n` },
      { name: 'b.yaml', source: 'b.yaml', text: newer },
    ]);

    expect(loaded).toMatchObject({
      ok: false,
      error: [{ code: 'PolicyApiVersion', source: 'b.yaml', line: 1, column: 13 }],
    });
    expect(loaded.ok ? 0 : loaded.error.length).toBe(1);
  });

  it('more text in all keys together than one policy may have', () => {
    const half = `# ${'x'.repeat(MAX_POLICY_BYTES / 2)}\nrules: {}\n`;

    expect(problems({ 'a.yaml': half })).toEqual([]);
    expect(problems({ 'a.yaml': half, 'b.yaml': half }).map(([code]) => code)).toEqual([
      'PolicyTooLarge',
    ]);
  });

  it('more keys than one policy may have', () => {
    const keys = Array.from(
      { length: MAX_POLICY_PARTS + 1 },
      (_, index) => `k${1000 + index}.yaml`,
    );
    const bodies = Object.fromEntries(keys.map((key) => [key, 'rules: {}\n']));

    expect(problems(bodies).map(([, text]) => text)).toEqual([
      `k${1000 + MAX_POLICY_PARTS}.yaml:1:1: a policy has at most ${MAX_POLICY_PARTS} parts`,
    ]);
  });

  it('more rules in all keys together than one policy may have', () => {
    const rules = (prefix: string): string =>
      `rules:\n${Array.from({ length: 300 }, (_, index) => rule(`${prefix}${index}`)).join('')}`;

    expect(problems({ 'a.yaml': rules('a'), 'b.yaml': rules('b') }).map(([code]) => code)).toEqual([
      'PolicyTooLarge',
    ]);
  });

  it('more names of the API server in all keys together than a list may have', () => {
    const names = (prefix: string): string =>
      `apiServerNames: [${Array.from({ length: 300 }, (_, index) => `${prefix}${index}.example`).join()}]\n`;

    const found = problems({ 'a.yaml': `rules: {}\n${names('a')}`, 'b.yaml': names('b') });

    expect(found).toEqual([
      ['PolicyInvalidValue', 'a.yaml:4:17: apiServerNames: the list has more than 500 values'],
    ]);
  });

  it('neither rules nor signers in any key', () => {
    expect(problems({ 'a.yaml': 'mode: enforce\n', 'b.yaml': 'mode: enforce\n' })).toEqual([
      ['PolicyMissingField', 'a.yaml:1:1: rules: is missing: a policy has rules, signers, or both'],
    ]);
  });
});
