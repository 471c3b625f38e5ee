// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import type { SignerName } from '../../../src/vocabulary/brands.js';
import { loadedFrom, problemsOf } from './good-policy.js';

const users = (
  fields: string,
  requester = 'groups: [dev]',
): string => `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  users:
    match:
      signerName: kubernetes.io/kube-apiserver-client
      requester: { ${requester} }
    subject: { commonName: jane }
${fields}`;

const kubelets = (
  fields: string,
  preset = 'kubelet-serving',
): string => `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
rules:
  kubelets:
    preset: ${preset}
${fields}`;

const ruleOf = (text: string) => {
  const { policy } = loadedFrom(text);
  const [rule] = [
    'kubernetes.io/kube-apiserver-client',
    'kubernetes.io/kubelet-serving',
    'kubernetes.io/kube-apiserver-client-kubelet',
  ].flatMap((name) => policy.rulesFor(name as SignerName));
  if (rule === undefined) throw new RangeError('no rule');
  return rule;
};

describe('a rule', () => {
  it('may demand values of spec.extra', () => {
    const rule = ruleOf(users('', "extra: { 'example.com/team': [blue, '/green-.*/'] }"));

    const { requester } = rule.match;
    const words = requester === 'anyone' ? undefined : requester.extra?.['example.com/team'];
    expect(words?.map(({ source }) => source)).toEqual(['blue', '/green-.*/']);
  });

  it('may name subject attributes by their fields', () => {
    const rule = ruleOf(
      users('').replace(
        'commonName: jane',
        `commonName: jane, organizationalUnits: [lab], countries: DE, provinces: [BY], localities: [M],
      streetAddresses: [s], postalCodes: ['80331'], serialNumber: '7', emailAddress: ['@corp.example']`,
      ),
    );

    const shown = Object.entries(rule.attributes).map(
      ([type, words]) => `${type} ${words.map(({ source }) => source).join()}`,
    );
    expect(shown).toEqual([
      'OU lab',
      'C DE',
      'ST BY',
      'L M',
      'street s',
      'postalCode 80331',
      'serialNumber 7',
      'emailAddress @corp.example',
    ]);
  });

  it('may end at a time', () => {
    const rule = ruleOf(users("    validUntil: '2027-01-31T00:00:00+01:00'\n"));

    expect(rule.validUntilMs).toBe(Date.UTC(2027, 0, 30, 23));
  });

  it('of kubelets may ask DNS and exempt shared ranges', () => {
    const rule = ruleOf(kubelets('    sans: { owner: [node, dns], shared: [10.9.0.0/16] }\n'));

    expect(rule.owner).toEqual(['node', 'dns']);
    expect(rule.shared.map(({ source }) => source)).toEqual(['10.9.0.0/16']);
  });

  it('of joining kubelets may refuse the name of a Ready Node', () => {
    expect(ruleOf(kubelets('    readyNode: refuse\n', 'kubelet-client')).readyNode).toBe('refuse');
  });

  it('without these fields demands nothing of them', () => {
    const { match, attributes, validUntilMs, owner, shared, readyNode } = ruleOf(users(''));

    expect(match.requester).toMatchObject({ extra: undefined });
    expect({ attributes, validUntilMs, owner, shared, readyNode }).toEqual({
      attributes: {},
      validUntilMs: undefined,
      owner: [],
      shared: [],
      readyNode: 'allow',
    });
  });
});

// One row a line reads as a table.
// prettier-ignore
const refused: readonly (readonly [string, string, ReasonCode, string])[] = [
  ['an empty key of spec.extra', users('', "extra: { '': [a] }"), 'PolicyInvalidValue', 'rules.users.match.requester.extra[""]'],
  ['a key of spec.extra without values', users('', 'extra: { a: [] }'), 'PolicyInvalidValue', 'rules.users.match.requester.extra.a'],
  ['a template in spec.extra', users('', "extra: { a: ['{requester.username}'] }"), 'PolicyBadPattern', 'rules.users.match.requester.extra.a[0]'],
  ['a day that does not exist', users("    validUntil: '2027-02-31T00:00:00Z'\n"), 'PolicyInvalidValue', 'rules.users.validUntil'],
  ['a date without time', users("    validUntil: '2027-01-31'\n"), 'PolicyInvalidValue', 'rules.users.validUntil'],
  ['a hour that does not exist', users("    validUntil: '2027-01-31T25:00:00Z'\n"), 'PolicyInvalidValue', 'rules.users.validUntil'],
  ['a shared range for users', users('    sans: { ip: [10.0.0.0/8], shared: [10.0.0.0/8] }\n'), 'PolicyConflict', 'rules.users.sans.shared'],
  ['a shared range that is none', kubelets('    sans: { shared: [10.0.0.1/8] }\n'), 'PolicyInvalidValue', 'rules.kubelets.sans.shared[0]'],
  ['a source of ownership twice', kubelets('    sans: { owner: [dns, dns] }\n'), 'PolicyInvalidValue', 'rules.kubelets.sans.owner'],
  ['Ready Nodes for serving certificates', kubelets('    readyNode: refuse\n'), 'PolicyConflict', 'rules.kubelets.readyNode'],
  ['Ready Nodes for users', users('    readyNode: refuse\n'), 'PolicyConflict', 'rules.users.readyNode'],
  ['another word for Ready Nodes', kubelets('    readyNode: deny\n', 'kubelet-client'), 'PolicyInvalidValue', 'rules.kubelets.readyNode'],
  ['that a joining kubelet is denied for what may pass', kubelets('    onViolation: { transient: wait 5m then deny }\n', 'kubelet-client'), 'PolicyConflict', 'rules.kubelets.onViolation.transient'],
  ['the node in an attribute of a user', users('').replace('commonName: jane', "commonName: jane, organizationalUnits: ['{node.name}']"), 'PolicyConflict', 'rules.users.subject.organizationalUnits[0]'],
  ['an attribute that is not known', users('').replace('commonName: jane', 'commonName: jane, surname: [doe]'), 'PolicyUnknownField', 'rules.users.subject.surname'],
];

describe('a rule is refused that has', () => {
  it.each(refused)('%s', (_, text, code, path) => {
    expect(problemsOf(text).map((problem) => [problem.code, problem.path])).toEqual([[code, path]]);
  });

  it('but a serving certificate may be denied for what did not pass in time', () => {
    expect(problemsOf(kubelets('    onViolation: { transient: wait 5m then deny }\n'))).toEqual([]);
  });
});

describe('a signer', () => {
  const signer = (subject: string): string => `apiVersion: kube-csr-approver/v1alpha1
kind: Policy
signers:
  example.com/mesh:
    ca: { files: { cert: a.crt, key: a.key } }
    allow: { subject: { ${subject} }, usages: [client auth] }
`;

  it('may give subject attributes', () => {
    const { signers } = loadedFrom(signer('organizationalUnits: [lab]'));

    const allow = signers.get('example.com/mesh' as SignerName)?.allow;
    expect(Object.keys(allow?.attributes ?? {})).toEqual(['OU']);
  });

  it('never gives an e-mail address in the subject', () => {
    expect(problemsOf(signer("emailAddress: ['a@b']")).map(({ code }) => code)).toEqual([
      'PolicyUnknownField',
    ]);
  });
});
