import { describe, expect, it } from '@jest/globals';
import { loadPolicy } from '../../../src/policy/load-policy.js';
import { formatProblem } from '../../../src/policy/problem.js';
import type { SignerName } from '../../../src/vocabulary/brands.js';

const SIGNER = 'kubernetes.io/kubelet-serving' as SignerName;

const policyWith = (sans: string) =>
  loadPolicy(
    `apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nrules:\n  kubelet-serving:\n    preset: kubelet-serving\n${sans}`,
    'policy.yaml',
  );

const ruleOf = (sans: string) => {
  const loaded = policyWith(sans);
  return loaded.ok ? loaded.value.policy.rulesFor(SIGNER)[0] : undefined;
};

describe('the preset kubelet-serving', () => {
  it('asks the Node for proof, leaves what breaks it, and bounds nothing by itself', () => {
    const rule = ruleOf('');

    expect(rule).toMatchObject({
      preset: 'kubelet-serving',
      owner: ['node'],
      certificateRequesters: 'allow',
      usages: ['digital signature', 'server auth', 'key encipherment'],
      onViolation: { permanent: 'leave', transient: { waitMs: 600_000, then: 'leave' } },
    });
    expect(rule?.sans.dns?.[0]?.matches('any.example', {})).toBe(true);
    expect(rule?.sans.ip?.some((range) => range.contains('fd00::1'))).toBe(true);
  });

  it('takes bounds from the rule, with the name of the node', () => {
    const rule = ruleOf("    sans: { dns: ['{node.name}.corp.example'], ip: [10.0.0.0/16] }");
    const bindings = { 'node.name': ['worker-1'] };

    expect(rule?.sans.dns?.[0]?.matches('Worker-1.corp.example', bindings)).toBe(true);
    expect(rule?.sans.dns?.[0]?.matches('worker-2.corp.example', bindings)).toBe(false);
    expect(rule?.sans.ip?.some((range) => range.contains('10.1.0.1'))).toBe(false);
  });

  it.each([
    [
      'a kind of name that kubelets do not have',
      '    sans: { uri: [a] }',
      '6:13: rules.kubelet-serving.sans.uri',
    ],
    ['a least number of names', '    sans: { min: 1 }', '6:13: rules.kubelet-serving.sans.min'],
    [
      'a proof that is not known',
      '    sans: { owner: [annotation] }',
      '6:21: rules.kubelet-serving.sans.owner[0]',
    ],
    ['no proof', '    sans: { owner: [] }', '6:20: rules.kubelet-serving.sans.owner'],
    ['usages', '    usages: [server auth]', '6:5: rules.kubelet-serving.usages'],
  ])('refuses %s', (_, sans, where) => {
    const loaded = policyWith(sans);

    expect(loaded.ok ? [] : loaded.error.map(formatProblem)).toEqual([
      expect.stringContaining(`policy.yaml:${where}: `),
    ]);
  });

  it('alone knows owners of names', () => {
    const text = `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  a:
    match: { signerName: kubernetes.io/kube-apiserver-client, requester: anyone }
    sans: { dns: [a.example], owner: [node] }
`;
    const loaded = loadPolicy(text, 'policy.yaml');

    expect(loaded.ok ? [] : loaded.error.map(({ code, path }) => [code, path])).toEqual([
      ['PolicyConflict', 'rules.a.sans.owner'],
    ]);
  });
});
