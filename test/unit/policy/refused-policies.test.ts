// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from '@jest/globals';
import type { ReasonCode } from '../../../src/vocabulary/reasons.js';
import { goodPolicy, problemsOf, withChange } from './good-policy.js';

/** What is refused, the change that makes it, and where it is found. */
type Row = readonly [string, string, string, ReasonCode, string, string];

// One row a line reads as a table.
// prettier-ignore
const rows: readonly Row[] = [
  // the document
  ['another version of the language', 'v1alpha1', 'v1beta1', 'PolicyApiVersion', '1:13', 'apiVersion'],
  ['another language', 'kube-csr-approver/v1alpha1', 'v1', 'PolicyInvalidValue', '1:13', 'apiVersion'],
  ['another kind', 'kind: Policy', 'kind: Rule', 'PolicyInvalidValue', '2:7', 'kind'],
  ['a document without kind', 'kind: Policy\n', '', 'PolicyMissingField', '1:1', 'kind'],
  ['an unknown field', 'mode: enforce', 'modes: enforce', 'PolicyUnknownField', '3:1', 'modes'],
  ['an unknown mode', 'mode: enforce', 'mode: dry-run', 'PolicyInvalidValue', '3:7', 'mode'],
  ['a field without a value', 'mode: enforce', 'mode:', 'PolicyInvalidValue', '3:6', 'mode'],
  ['a field that is there twice', 'mode: enforce', 'kind: Policy', 'PolicySyntax', '3:1', ''],
  ['a second document', 'apiServerNames', '---\napiServerNames', 'PolicySyntax', '61:1', ''],
  ['a merge key', 'mode: enforce', '<<: { mode: enforce }', 'PolicyUnknownField', '3:1', '["<<"]'],
  ['a tag', 'mode: enforce', 'mode: !env MODE', 'PolicySyntax', '3:7', ''],
  ['a key that is a list', 'mode: enforce', '? [a]\n: enforce', 'PolicySyntax', '3:3', ''],
  ['an alias without anchor', 'mode: enforce', 'mode: *mode', 'PolicySyntax', '3:7', ''],
  ['YAML 1.1', 'apiVersion', '%YAML 1.1\n---\napiVersion', 'PolicySyntax', '2:1', ''],
  ['__proto__ as a name', '  developers:', '  __proto__:', 'PolicySyntax', '9:3', ''],
  // names
  ['a rule whose name has capitals', '  developers:', '  Developers:', 'PolicyInvalidValue', '9:3', 'rules.Developers'],
  ['an unknown preset', 'preset: kubelet-client', 'preset: kubelet', 'PolicyInvalidValue', '6:13', 'rules.kubelet-client.preset'],
  ['a signer name without a domain', 'signerName: example.com/mesh', 'signerName: mesh', 'PolicyInvalidValue', '29:19', 'rules.workloads.match.signerName'],
  ['a signer name as a pattern', 'signerName: example.com/mesh', 'signerName: /.*/', 'PolicyInvalidValue', '29:19', 'rules.workloads.match.signerName'],
  ['a signer under a bad name', '  example.com/mesh:', '  Example.com/mesh:', 'PolicyInvalidValue', '40:3', 'signers["Example.com/mesh"]'],
  // who asks
  ['a rule without signer name', '      signerName: example.com/mesh\n', '', 'PolicyMissingField', '28:5', 'rules.workloads.match.signerName'],
  ['a rule without requester', '      requester: anyone\n', '', 'PolicyMissingField', '28:5', 'rules.workloads.match.requester'],
  ['a requester that is any other word', 'requester: anyone', 'requester: everyone', 'PolicyInvalidValue', '30:18', 'rules.workloads.match.requester'],
  ['a requester who is nobody in particular', 'requester: anyone', 'requester: {}', 'PolicyMissingField', '30:18', 'rules.workloads.match.requester'],
  ['a requester known by certificate alone', 'requester: anyone', 'requester: { certificate: allow }', 'PolicyMissingField', '30:18', 'rules.workloads.match.requester'],
  ['an unknown field of the requester', 'certificate: allow', 'certificates: allow', 'PolicyUnknownField', '17:9', 'rules.developers.match.requester.certificates'],
  ['any other word for certificates', 'certificate: allow', 'certificate: always', 'PolicyInvalidValue', '17:22', 'rules.developers.match.requester.certificate'],
  ['an empty list of groups', 'groups: [dev-team]', 'groups: []', 'PolicyInvalidValue', '15:17', 'rules.developers.match.requester.groups'],
  ['groups that are no list', 'groups: [dev-team]', 'groups: dev-team', 'PolicyInvalidValue', '15:17', 'rules.developers.match.requester.groups'],
  ['a group that is a number', 'groups: [dev-team]', 'groups: [1000]', 'PolicyInvalidValue', '15:18', 'rules.developers.match.requester.groups[0]'],
  ['a star that is meant as a wildcard', 'groups: [dev-team]', "groups: ['dev-*']", 'PolicyInvalidValue', '15:18', 'rules.developers.match.requester.groups[0]'],
  ['a template where nothing can be inserted', 'groups: [dev-team]', "groups: ['{requester.username}']", 'PolicyBadPattern', '15:18', 'rules.developers.match.requester.groups[0]'],
  ['a service account without namespace', '[ci/runner]', '[runner]', 'PolicyInvalidValue', '16:27', 'rules.developers.match.requester.serviceAccounts[0]'],
  ['a service account by its user name', '[ci/runner]', "['system:serviceaccount:ci:runner']", 'PolicyInvalidValue', '16:27', 'rules.developers.match.requester.serviceAccounts[0]'],
  ['nodes without a kubelet preset', '      requester: anyone', '      requester: anyone\n      nodes: [a]', 'PolicyConflict', '31:7', 'rules.workloads.match.nodes'],
  ['a node name in capitals', ', edge]', ', Edge]', 'PolicyInvalidValue', '8:39', 'rules.kubelet-client.match.nodes[1]'],
  ['a list of more than 500 values', 'groups: [dev-team]', `groups: [${'a, '.repeat(501)}]`, 'PolicyInvalidValue', '15:17', 'rules.developers.match.requester.groups'],
  // presets and kubelet signers
  ['a preset whose usages are written', 'preset: kubelet-client', 'preset: kubelet-client\n    usages: [client auth]', 'PolicyConflict', '7:5', 'rules.kubelet-client.usages'],
  ['a preset whose subject is written', 'preset: kubelet-client', 'preset: kubelet-client\n    subject: {}', 'PolicyConflict', '7:5', 'rules.kubelet-client.subject'],
  ['a preset whose names are written', 'preset: kubelet-client', 'preset: kubelet-client\n    sans: { dns: [a] }', 'PolicyConflict', '7:5', 'rules.kubelet-client.sans'],
  ['a preset for another signer', "nodes: ['/(cp|worker)-[0-9]+/', edge]", 'signerName: example.com/mesh', 'PolicyConflict', '8:19', 'rules.kubelet-client.match.signerName'],
  ['the kubelet client signer without preset', 'signerName: example.com/mesh', 'signerName: kubernetes.io/kube-apiserver-client-kubelet', 'PolicyConflict', '29:19', 'rules.workloads.match.signerName'],
  ['the kubelet serving signer without preset', 'signerName: example.com/mesh', 'signerName: kubernetes.io/kubelet-serving', 'PolicyConflict', '29:19', 'rules.workloads.match.signerName'],
  // words
  ['an empty text', "['{requester.groups}', qa]", "['{requester.groups}', '']", 'PolicyInvalidValue', '20:45', 'rules.developers.subject.organizations[1]'],
  ['text with a blank at its end', "['{requester.groups}', qa]", "['{requester.groups}', 'qa ']", 'PolicyInvalidValue', '20:45', 'rules.developers.subject.organizations[1]'],
  ['text of more than 512 characters', "['{requester.groups}', qa]", `['{requester.groups}', ${'q'.repeat(513)}]`, 'PolicyInvalidValue', '20:45', 'rules.developers.subject.organizations[1]'],
  ['system:masters in a rule', "['{requester.groups}', qa]", "['{requester.groups}', 'system:masters']", 'PolicyInvalidValue', '20:45', 'rules.developers.subject.organizations[1]'],
  ['a template with an unknown name', "commonName: '{requester.username}'", "commonName: '{requester.name}'", 'PolicyBadPattern', '19:19', 'rules.developers.subject.commonName'],
  ['a brace that is not closed', "commonName: '{requester.username}'", "commonName: '{requester.username'", 'PolicyBadPattern', '19:19', 'rules.developers.subject.commonName'],
  ['a brace that is not opened', "commonName: '{requester.username}'", "commonName: 'requester.username}'", 'PolicyBadPattern', '19:19', 'rules.developers.subject.commonName'],
  ['a template with the same name twice', "commonName: '{requester.username}'", "commonName: '{requester.groups}-{requester.groups}'", 'PolicyBadPattern', '19:19', 'rules.developers.subject.commonName'],
  ['the name of the node outside of kubelet presets', "commonName: '{requester.username}'", "commonName: '{node.name}'", 'PolicyConflict', '19:19', 'rules.developers.subject.commonName'],
  ['a template inside a pattern', "commonName: '{requester.username}'", "commonName: '/{requester.username}-.*/'", 'PolicyBadPattern', '19:19', 'rules.developers.subject.commonName'],
  ['a pattern that is not closed', "commonName: '{requester.username}'", "commonName: '/dev-.+'", 'PolicyBadPattern', '19:19', 'rules.developers.subject.commonName'],
  ['a pattern with flags behind it', "commonName: '{requester.username}'", "commonName: '/dev-.+/i'", 'PolicyBadPattern', '19:19', 'rules.developers.subject.commonName'],
  ['a pattern that is not RE2', "commonName: '{requester.username}'", "commonName: '/(?=dev).+/'", 'PolicyBadPattern', '19:19', 'rules.developers.subject.commonName'],
  ['a pattern of more than 500 characters', "commonName: '{requester.username}'", `commonName: '/${'d'.repeat(500)}/'`, 'PolicyBadPattern', '19:19', 'rules.developers.subject.commonName'],
  ['a pattern that repeats too much', "commonName: '{requester.username}'", "commonName: '/(.*a){999}/'", 'PolicyBadPattern', '19:19', 'rules.developers.subject.commonName'],
  ['a common name that is a map', "commonName: '{requester.username}'", 'commonName: { a: b }', 'PolicyInvalidValue', '19:19', 'rules.developers.subject.commonName'],
  // names and addresses
  ['an unknown kind of names', "email: ['{requester", "upn: ['{requester", 'PolicyUnknownField', '35:7', 'rules.workloads.sans.upn'],
  ['a DNS name that is none', '[web.example.com]', '[web_1.example.com]', 'PolicyInvalidValue', '32:13', 'rules.workloads.sans.dns[0]'],
  ['a wildcard', '[web.example.com]', "['*.example.com']", 'PolicyInvalidValue', '32:13', 'rules.workloads.sans.dns[0]'],
  ['an address that is none', 'ip: [10.0.0.0/16]', 'ip: [10.0.0.256]', 'PolicyInvalidValue', '33:12', 'rules.workloads.sans.ip[0]'],
  ['an address with leading zeros', 'ip: [10.0.0.0/16]', 'ip: [010.0.0.1]', 'PolicyInvalidValue', '33:12', 'rules.workloads.sans.ip[0]'],
  ['a range with bits behind the prefix', 'ip: [10.0.0.0/16]', 'ip: [10.0.7.0/16]', 'PolicyInvalidValue', '33:12', 'rules.workloads.sans.ip[0]'],
  ['a pattern for addresses', 'ip: [10.0.0.0/16]', "ip: ['/10\\..*/']", 'PolicyInvalidValue', '33:12', 'rules.workloads.sans.ip[0]'],
  ['a number of names that is text', 'max: 3', "max: '3'", 'PolicyInvalidValue', '37:12', 'rules.workloads.sans.max'],
  ['a number of names beyond every bound', 'max: 3', 'max: 101', 'PolicyInvalidValue', '37:12', 'rules.workloads.sans.max'],
  ['a huge number of names', 'max: 3', 'max: 1e999', 'PolicyInvalidValue', '37:12', 'rules.workloads.sans.max'],
  ['half a name', 'max: 3', 'max: 1.5', 'PolicyInvalidValue', '37:12', 'rules.workloads.sans.max'],
  ['fewer names at most than at least', 'min: 1', 'min: 4', 'PolicyConflict', '36:12', 'rules.workloads.sans.min'],
  ['names that are demanded and not allowed', '    mode: review', '    sans: { min: 1 }', 'PolicyConflict', '10:18', 'rules.developers.sans.min'],
  // usages, keys, lifetime, outcome
  ['a custom signer without usages', '    usages: [client auth, digital signature]\nsigners', 'signers', 'PolicyMissingField', '27:3', 'rules.workloads.usages'],
  ['an unknown usage', '    usages: [client auth, digital signature]\nsigners', '    usages: [clientAuth]\nsigners', 'PolicyInvalidValue', '38:14', 'rules.workloads.usages[0]'],
  ['a usage that is listed twice', '    usages: [client auth, digital signature]\nsigners', '    usages: [client auth, client auth]\nsigners', 'PolicyInvalidValue', '38:13', 'rules.workloads.usages'],
  ['usages without an extended one', '    usages: [client auth, digital signature]\nsigners', '    usages: [digital signature]\nsigners', 'PolicyConflict', '38:13', 'rules.workloads.usages'],
  ['a usage beyond the contract of the signer', '    mode: review', '    usages: [server auth]', 'PolicyConflict', '10:14', 'rules.developers.usages[0]'],
  ['an unknown kind of key', 'ed25519,', 'ed448,', 'PolicyInvalidValue', '21:19', 'rules.developers.keys[1]'],
  ['a key size below every bound', 'rsa >= 3072', 'rsa >= 1024', 'PolicyInvalidValue', '21:28', 'rules.developers.keys[2]'],
  ['a key size for Ed25519', 'ed25519,', 'ed25519 >= 256,', 'PolicyInvalidValue', '21:19', 'rules.developers.keys[1]'],
  ['a kind of key that is listed twice', 'ed25519,', 'rsa,', 'PolicyInvalidValue', '21:11', 'rules.developers.keys'],
  ['a lifetime without unit', 'max: 8h', 'max: 8', 'PolicyInvalidValue', '23:12', 'rules.developers.lifetime.max'],
  ['a lifetime that Kubernetes does not take', 'max: 8h', 'max: 5m', 'PolicyInvalidValue', '23:12', 'rules.developers.lifetime.max'],
  ['a lifetime beyond an int32', 'max: 8h', 'max: 24856d', 'PolicyInvalidValue', '23:12', 'rules.developers.lifetime.max'],
  ['a lifetime without max', '    lifetime:\n      max: 8h', '    lifetime: {}', 'PolicyMissingField', '22:5', 'rules.developers.lifetime.max'],
  ['an outcome that approves', 'default: leave', 'default: approve', 'PolicyInvalidValue', '25:16', 'rules.developers.onViolation.default'],
  ['a wait without end', 'transient: wait 5m then deny', 'transient: wait', 'PolicyInvalidValue', '26:18', 'rules.developers.onViolation.transient'],
  ['a wait beyond the life of a request', 'transient: wait 5m then deny', 'transient: wait 25h then deny', 'PolicyInvalidValue', '26:18', 'rules.developers.onViolation.transient'],
  ['a wait of nothing', 'transient: wait 5m then deny', 'transient: wait 0s then deny', 'PolicyInvalidValue', '26:18', 'rules.developers.onViolation.transient'],
  // signers
  ['a signer without CA', '    ca: { files: { cert: a.crt, key: a.key } }', '    lifetime: { max: 8h }', 'PolicyMissingField', '58:3', 'signers["kubernetes.io/kube-apiserver-client"].ca'],
  ['a CA from elsewhere', '    ca: { files: { cert: a.crt, key: a.key } }', '    ca: { files: { cert: a.crt, key: a.key }, vault: a }', 'PolicyUnknownField', '59:47', 'signers["kubernetes.io/kube-apiserver-client"].ca.vault'],
  ['a CA without key', 'cert: a.crt, key: a.key', 'cert: a.crt', 'PolicyMissingField', '59:11', 'signers["kubernetes.io/kube-apiserver-client"].ca.files.key'],
  ['a default beyond the maximum', 'default: 24h', 'default: 169h', 'PolicyConflict', '46:16', 'signers["example.com/mesh"].lifetime.default'],
  ['a template in a ceiling', 'commonName: [one, two]', "commonName: '{requester.username}'", 'PolicyBadPattern', '50:21', 'signers["example.com/mesh"].allow.subject.commonName'],
  ['system:masters in a ceiling', 'organizations: [mesh]', "organizations: ['system:masters']", 'PolicyInvalidValue', '51:25', 'signers["example.com/mesh"].allow.subject.organizations[0]'],
  ['a ceiling beyond the contract of the signer', 'key: a.key } }', 'key: a.key } }\n    allow: { usages: [any] }', 'PolicyConflict', '60:23', 'signers["kubernetes.io/kube-apiserver-client"].allow.usages[0]'],
  ['a custom signer without ceiling', '  kubernetes.io/kube-apiserver-client:', '  example.com/other:', 'PolicyMissingField', '58:3', 'signers["example.com/other"].allow'],
  ['the path of a CA that is empty', 'cert: a.crt', "cert: ''", 'PolicyInvalidValue', '59:26', 'signers["kubernetes.io/kube-apiserver-client"].ca.files.cert'],
  ['a wildcard of the API server', '[API.corp.example', "['*.corp.example'", 'PolicyInvalidValue', '60:18', 'apiServerNames[0]'],
  ['an address of the API server that is none', '192.0.2.10', '192.0.2', 'PolicyInvalidValue', '60:36', 'apiServerNames[1]'],
];

describe('a policy is refused, with code, line, column and field, for', () => {
  it.each(rows)('%s', (_, from, to, code, place, path) => {
    const problems = problemsOf(withChange(from, to));

    const found = problems.map((each) => [each.code, `${each.line}:${each.column}`, each.path]);
    expect(found).toEqual([[code, place, path]]);
  });
});

/** Slips of YAML: what the parser says later on follows from the first. */
const slips: readonly (readonly [string, string, string, string])[] = [
  ['a tab as indentation', '    preset:', '\tpreset:', '6:1'],
  ['a quote that does not end', 'mode: enforce', "mode: 'enforce", '3:15'],
  ['a bracket that does not end', 'mode: enforce', 'mode: [enforce', '4:1'],
  ['a field that is indented too far', 'mode: enforce', ' mode: enforce', '2:7'],
  ['a field without colon', 'mode: enforce', 'mode enforce', '3:1'],
  ['a reserved character', 'mode: enforce', 'mode: @enforce', '3:7'],
];

describe('text that is not YAML is refused with the line and column of', () => {
  it.each(slips)('%s', (_, from, to, place) => {
    const [first] = problemsOf(withChange(from, to));

    expect([first?.code, `${first?.line}:${first?.column}`]).toEqual(['PolicySyntax', place]);
  });
});

const wholes: readonly (readonly [string, string, ReasonCode, string])[] = [
  ['no text', '', 'PolicySyntax', '1:1'],
  ['nothing but comments', '# policy\n', 'PolicySyntax', '1:1'],
  ['a list', '- a\n', 'PolicyInvalidValue', '1:1'],
  ['a sentence', 'approve everything\n', 'PolicyInvalidValue', '1:1'],
  [
    'neither rules nor signers',
    'apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\n',
    'PolicyMissingField',
    '1:1',
  ],
  [
    'more than 500 rules',
    `apiVersion: kube-csr-approver/v1alpha1\nkind: Policy\nrules:\n${Array.from({ length: 501 }, (_, i) => `  r${i}: { preset: kubelet-client }\n`).join('')}`,
    'PolicyTooLarge',
    '3:1',
  ],
  ['more than 512 KiB', `# ${'x'.repeat(512 * 1024)}`, 'PolicyTooLarge', '1:1'],
];

describe('a text is no policy when it is', () => {
  it.each(wholes)('%s', (_, text, code, place) => {
    const problems = problemsOf(text);

    expect(problems.map((each) => [each.code, `${each.line}:${each.column}`])).toEqual([
      [code, place],
    ]);
  });
});

describe('the policy that all of these are made of', () => {
  it('is good', () => {
    expect(problemsOf(goodPolicy)).toEqual([]);
  });
});
